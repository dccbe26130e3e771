"""How often something may be tried: counted by key for a stretch of time,
in memory and within bounds."""

from __future__ import annotations

from collections import OrderedDict

import attrs


@attrs.define
class Allowance:
    """So many tries a key in so many seconds; the stretch begins with a key's first try.

    Moments are seconds of a clock that nobody sets: a corrected wall clock must neither lock people
    out nor let guesses in.

    Attributes:
        most: Tries in one stretch.
        seconds: Length of a stretch.
        keys: Keys that are remembered; beyond that the oldest stretch is forgotten.
    """

    most: int
    seconds: float
    keys: int = 20_000
    _counts: OrderedDict[str, tuple[float, int]] = attrs.field(init=False, factory=OrderedDict, repr=False)

    def wait(self, key: str, now: float) -> int:
        """Whole seconds until the key may try again; 0 while it may."""
        since, count = self._counts.get(key, (now, 0))
        left = since + self.seconds - now
        return max(1, round(left)) if count >= self.most and left > 0 else 0

    def take(self, key: str, now: float) -> bool:
        """Count one try; False when the key has had them all."""
        since, count = self._counts.get(key, (now, 0))
        if now >= since + self.seconds:
            del self._counts[key]
            since, count = now, 0
        if count >= self.most:
            return False
        self._counts[key] = since, count + 1
        if len(self._counts) > self.keys:
            self._counts.popitem(last=False)
        return True
