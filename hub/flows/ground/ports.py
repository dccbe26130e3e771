"""What the flows ask of the outside; adapters match by shape.

A transaction function is plain: ``fn(tx)`` runs in one transaction, reads no clock, draws no random number and talks
to nobody. ``Tx`` has one attribute a noun; it is the storage's own type, for its nouns are the same on any database.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import attrs

from hub.domain.mail import Mail as Mail
from hub.domain.mail import MailRefused as MailRefused
from hub.domain.mail_value import MailValue
from hub.domain.message import Delivery
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.pdf import PdfDocument, PdfFile
from hub.domain.refusals import Conflict as Conflict
from hub.domain.refusals import Unavailable as Unavailable
from hub.domain.refusals import Unopened as Unopened
from hub.domain.text import Text
from hub.domain.visitor import LOOPBACK, Network, networks_of
from hub_hookspecs import Country

from .memory import Memory

if TYPE_CHECKING:  # what has one shape is declared where it is made; at run time a flow knows nothing of it
    from hub.providers.channels import Channels
    from hub.providers.exchange import Exchanger
    from hub.providers.registry import LoadFailure, Registry
    from hub.providers.registry import Provider as Provider
    from hub.storage import AttachmentFolder
    from hub.storage import Tx as Tx
    from hub.vault.sealing import Vault
else:
    Channels = Exchanger = LoadFailure = Provider = Registry = Tx = AttachmentFolder = Vault = Any

T = TypeVar("T")


class Store(Protocol):
    """The database."""

    async def write(self, fn: Callable[[Tx], T], *, synced: bool = True) -> T:
        """Run ``fn`` in one durable transaction and return its result once it is on disk.

        With ``synced`` off, once the system has it: it outlives this process, and a power cut may take it back until
        the next transaction that is synced.
        """

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` on a consistent snapshot; writes are refused."""

    def next_due(self) -> datetime | None:
        """The earliest due time of anything that the loop does."""

    @property
    def write_error(self) -> str:
        """Why the last write could not be done, until one could; else empty."""

    def problems(self) -> tuple[str, ...]:
        """What of schema, triggers, indices and checks is not as this version has it."""

    async def close(self) -> None: ...


class Mailer(Protocol):
    """Hands a mail over; raises OSError or smtplib's errors when it may be tried again, MailRefused when not."""

    async def send(self, mail: Mail) -> None: ...


class MailRules(Protocol):
    """What a flow asks of a kind of mail; hub.documents.mails has a module for each, which says what it means."""

    @property
    def name(self) -> Text: ...
    @property
    def gather(self) -> Callable[[Tx, Hub, Delivery, datetime], tuple[Any, str]]: ...
    @property
    def after_payment(self) -> Callable[[PaymentChange], Iterable[OwedMail]]: ...
    @property
    def attached(self) -> Callable[[Tx, Hub, Delivery, Any, datetime], PdfDocument | None] | None: ...
    @property
    def recordable(self) -> Callable[[Tx, Hub, Delivery], Sequence[str]] | None: ...
    @property
    def is_about_payment(self) -> bool: ...
    @property
    def is_private(self) -> bool: ...
    @property
    def is_awaited(self) -> bool: ...


class Renderer(Protocol):
    """Draws mails and PDFs from records."""

    @property
    def mails(self) -> Mapping[str, MailRules]:
        """The kinds of mail, by their names."""

    @property
    def draws_pdf(self) -> bool:
        """Whether PDFs can be drawn here."""

    def pdf(self, document: PdfDocument, *, locale: str) -> PdfFile:
        """A paper as a PDF.

        Raises:
            PdfMissing: Nothing that draws PDFs is installed.
            ValueError: It cannot be drawn.
        """

    def said(self, label: Text, *, locale: str) -> str:
        """A label without figures in a language, for a file that everybody of a company reads alike."""

    def redraw_logo(self, content: bytes) -> tuple[bytes, int, int]:
        """The PNG that is kept of a picture, its width and its height.

        Raises:
            LogoRefused: It is no picture that is taken.
        """

    def alert(self, title: str, text: str, *, recipient: str, message_id: str) -> Mail:
        """The mail of an alert; MailRefused when the recipient is no mail address."""

    def mail(self, value: MailValue, *, recipient: str, message_id: str, locale: str) -> Mail:
        """Subject, text and HTML of one mail; ``message_id`` is its left part, ``Delivery.message_id``.

        Raises:
            MailRefused: The recipient is no mail address.
        """

    def notice(self, value: MailValue, *, locale: str) -> str:
        """The same in a few words with the address of its page, for a channel that carries no mails.

        Raises:
            ValueError: Its kind has no such words.
        """

    def wire(self, mail: Mail, now: datetime) -> bytes:
        """The mail as it goes on the wire.

        Raises:
            MailRefused: One of its headers is none.
        """


class Alerter(Protocol):
    """Tells the operator's own systems."""

    async def post(self, url: str, body: Mapping[str, object]) -> None:
        """Post JSON.

        Raises:
            OSError: It may be tried again.
            MailRefused: The receiver does not want it, now or later.
        """


Spawn = Callable[[Awaitable[None]], None]
"""Hand a task to the process: it is not cancelled with the request that started it."""

Wake = Callable[[], None]
"""Tell the running loop that something may be due."""


def _unknown() -> float | None:
    """Nobody knows."""
    return None


@attrs.define(kw_only=True)
class Hub:
    """Everything that a flow may ask for; built by ``hub.bootstrap``.

    Attributes:
        base_url: Public address of the hub, without a trailing slash.
        trusted_proxies: Addresses and networks of proxies whose word about their visitors is believed.
        clock, fresh_id: UTC now; a new time-ordered id for a row of ours.
        random_text: (length, alphabet) -> an unguessable text.
        owner: Name of this process in ``sending`` rows.
        spawn, wake: Hands a task to the process; set by serve and worker, without it the tick finds the work anyway.
        files: Where files that customers hand in are kept; without it none is taken.
        lost_countries: Countries in quarantine.
        simulated: Test endpoints are overridden, so every page says SIMULATED.
        channels: Other ways than mail to remind customers; without it there are none.
        alerter, alert_webhook: Posts alerts, and where to; empty for nowhere.
        second_person_above: Amounts in minor units by currency above which two people must decide the same.
        backup_expected: A missing backup is alerted even if none was ever made.
        reconcile_daily: Accounts whose provider reports by itself are compared with it every day.
        data, disk_free: The data folder, and the share of its disk that is free; None where there is none.
        stopping: Nothing new is sent any more.
        heartbeat: When this process's loop last looked for work (seconds that nobody sets); None without a loop.
        cached: Emptied whenever an account changes.
        remembered: What this process remembers.
    """

    store: Store
    registry: Registry
    countries: Mapping[str, Country]
    exchanger: Exchanger
    documents: Renderer
    mailer: Mailer
    vault: Vault
    clock: Callable[[], datetime]
    fresh_id: Callable[[], str]
    random_text: Callable[[int, str], str]
    spawn: Spawn
    wake: Wake
    base_url: str
    owner: str
    operator_email: str
    sender: str
    trusted_proxies: tuple[str, ...] = LOOPBACK
    lost_countries: tuple[LoadFailure, ...] = ()
    simulated: bool = False
    link_days: int = 30
    files: AttachmentFolder | None = None
    channels: Channels | None = None
    alerter: Alerter | None = None
    alert_webhook: str = ""
    second_person_above: Mapping[str, int] = attrs.Factory(dict)
    backup_expected: bool = False
    reconcile_daily: bool = True
    data: Path | None = None
    stopping: bool = False
    heartbeat: float | None = None
    disk_free: Callable[[], float | None] = _unknown
    cached: Memory = attrs.Factory(Memory)
    remembered: Memory = attrs.Factory(Memory)

    @property
    def proxies(self) -> tuple[Network, ...]:
        """``trusted_proxies`` as networks."""
        return networks_of(self.trusted_proxies)

    @property
    def providers(self) -> Mapping[str, Provider]:
        """The providers that are served, by code."""
        return self.registry.providers

    @property
    def quarantined(self) -> tuple[LoadFailure, ...]:
        """Plugins, countries and channels in quarantine."""
        channels = self.channels.failures if self.channels else ()
        return (*self.registry.failures, *self.lost_countries, *channels)
