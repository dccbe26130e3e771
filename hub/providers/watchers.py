"""Who is notified of what an exchanger learns of accounts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import attrs
import structlog

log = structlog.get_logger(__name__)


@attrs.frozen(kw_only=True)
class Watchers:
    """What is called when something is learnt of an account; each may be missing.

    Attributes:
        on_close: Called with the account when its breaker closes: its due checks are due now.
        on_open: Called with the account whenever its open breaker saw another failure.
        on_refused: Called with the account, the version of its credentials and why, when the provider does not let it
            in (401, 403), or a plugin asks that its merchant be notified.
    """

    on_close: Callable[[str], None] | None = None
    on_open: Callable[[str], None] | None = None
    on_refused: Callable[[str, int, str], None] | None = None

    def closed(self, account_id: str) -> None:
        """The account's breaker has closed."""
        if self.on_close:
            _notify(partial(self.on_close, account_id))

    def opened(self, account_id: str) -> None:
        """The account's open breaker saw another failure."""
        if self.on_open:
            _notify(partial(self.on_open, account_id))

    def refused(self, account_id: str, credentials: int, why: str) -> None:
        """The provider did not let the account in."""
        if self.on_refused:
            _notify(partial(self.on_refused, account_id, credentials, why))


def _notify(call: Callable[[], None]) -> None:
    """Call a watcher; the answer is there, and must not be lost over this."""
    try:
        call()
    except Exception:
        log.exception("told_in_vain", call=repr(call))
