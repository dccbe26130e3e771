"""What an account may ask of its provider, and when it had better not: token bucket and circuit breaker."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """Limits of the driver; tests make them short.

    Attributes:
        connect, request, call: Seconds for a connection, one request (the plugin's own limit if lower), one hook call.
        step: Seconds of computing between two yields; ``hangs`` steps over it quarantine the plugin.
        tries, pauses: Of a harmless request, and the seconds before each further try.
        retry_after: Longest wait that a provider may ask for before a harmless request is repeated.
        rate, burst: Requests per second of one account; ``patience`` is how long one waits for its turn.
        trips, probe_every: Consecutive transport failures that open an account's breaker; seconds between probes.
        grant_life: Seconds that a grant must still live before a charging or session request.
    """

    connect: float = 5.0
    request: float = 60.0
    call: float = 90.0
    step: float = 1.0
    hangs: int = 3
    tries: int = 3
    pauses: tuple[float, ...] = (0.2, 0.8)
    retry_after: float = 5.0
    rate: float = 20.0
    burst: int = 40
    patience: float = 2.0
    trips: int = 5
    probe_every: float = 30.0
    grant_life: float = 60.0


@attrs.define
class TokenBucket:
    """A token bucket; the caller brings the time."""

    rate: float
    burst: int
    tokens: float
    filled_at: float

    def wait_for(self, now: float, patience: float) -> float | None:
        """Take a token, and say how long to wait for it; None when that would be too long (none is taken)."""
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        wait = max(0.0, (1 - self.tokens) / self.rate)
        if wait > patience:
            return None
        self.tokens -= 1
        return wait


@attrs.define
class Breaker:
    """Opens after consecutive transport failures; then one probe at a time tries whether the provider is back."""

    trips: int
    probe_every: float
    failures: int = 0
    probed_at: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether more than a probe now and then is held back."""
        return self.failures >= self.trips

    def holds(self, now: float) -> bool:
        """Whether a request would be held back now; not when a probe is due, or nobody would ever try again."""
        return self.is_open and now - self.probed_at < self.probe_every

    def lets_through(self, now: float) -> bool:
        """Whether a request may leave now; while open that is one probe in every ``probe_every`` seconds."""
        if self.holds(now):
            return False
        self.probed_at = now
        return True

    def fail(self, now: float) -> None:
        """Record a transport failure."""
        self.failures += 1
        if self.failures == self.trips:
            self.probed_at = now

    def succeed(self) -> bool:
        """Record an answer; True when that closed the breaker."""
        was_open = self.is_open
        self.failures = 0
        return was_open


@attrs.define
class Gate:
    """A breaker and a bucket for each account; the caller brings the time."""

    _breakers: dict[str, Breaker] = attrs.Factory(dict)
    _buckets: dict[str, TokenBucket] = attrs.Factory(dict)

    def is_open(self, account_id: str, now: float) -> bool:
        """Whether the account's breaker holds requests back; when a probe is due, it does not."""
        breaker = self._breakers.get(account_id)
        return breaker is not None and breaker.holds(now)

    def wait_for(self, account_id: str, now: float, limits: Limits) -> float | str:
        """Let one request through, and say how long it must wait; or why it is held back."""
        breaker = self._breakers.setdefault(account_id, Breaker(limits.trips, limits.probe_every))
        if not breaker.lets_through(now):
            return "the provider did not answer lately; the next try is held back"
        bucket = self._buckets.setdefault(account_id, TokenBucket(limits.rate, limits.burst, limits.burst, now))
        wait = bucket.wait_for(now, limits.patience)
        return "too many requests for this account at once" if wait is None else wait

    def fail(self, account_id: str, now: float) -> bool:
        """Record a transport failure; True when the account's breaker is open now."""
        breaker = self._breakers[account_id]
        breaker.fail(now)
        return breaker.is_open

    def succeed(self, account_id: str) -> bool:
        """Record an answer; True when that closed the account's breaker."""
        return self._breakers[account_id].succeed()
