"""What doctor looks at: settings, files, the database and what is in it, the mail server."""

from __future__ import annotations

import asyncio
import os
import re
import smtplib
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from hub.bootstrap import KEYS, PROOFS, NotReady, database_of, mailer_for, open_hub
from hub.flows.ground.ports import Unavailable
from hub.flows.operations.examine import examine
from hub.flows.operations.examined_fact import ExaminedFact, fault, fine, warning
from hub.logs import set_up_logs
from hub.settings import Settings, SettingsError, load_settings
from hub.storage import UnusableDatabase
from hub.vault.errors import KeyFileMissing, VaultError
from hub.vault.sealing import open_vault


def look(data: str | None, *, no_mail: bool, books: bool) -> Iterator[ExaminedFact]:
    """Everything that doctor looks at; it goes on as far as it can."""
    set_up_logs("critical")  # what is wrong is printed as a finding
    try:
        settings = load_settings(Path(data) if data else None)
    except SettingsError as error:
        yield from (fault(problem, "correct it in hub.toml or the environment") for problem in error.problems)
        return
    yield fine(f"settings of {settings.data}")
    yield from _settings(settings)
    yield from _files(settings)
    yield from _inside(settings, books=books)
    if not no_mail:
        yield from _mail(settings)


def _settings(settings: Settings) -> Iterator[ExaminedFact]:
    address = urlsplit(settings.base_url)
    here = address.hostname in ("localhost", "127.0.0.1", "::1")
    if here:
        yield warning(
            f"base_url is {settings.base_url}: links in mails work on this machine alone",
            "set base_url to the address that customers reach",
        )
    elif address.scheme != "https":
        yield warning(f"base_url is {settings.base_url}, without TLS", "put TLS in front, and write https://")
    if not settings.trusted_proxies:
        yield warning(
            "trusted_proxies is empty, so no proxy is believed: all visitors behind one count as one",
            "name the proxy's address; without the setting those on this machine are believed",
        )
    if not settings.operator_email and not settings.alert_webhook:
        yield warning("nobody is alerted", "set operator_email or alert_webhook")
    for code in sorted(settings.endpoints):
        yield warning(
            f"test accounts of {code} reach {', '.join(sorted(settings.endpoints[code].values()))}",
            f"remove [providers.{code}.endpoints] from hub.toml where no simulator is meant",
        )


def _files(settings: Settings) -> Iterator[ExaminedFact]:
    keys = settings.data / KEYS
    try:
        open_vault(keys)
        yield fine(f"keys: {keys}")
    except KeyFileMissing:
        yield fault(f"{keys} is not there", "restore it; without a database yet, payment-hub migrate makes one")
    except VaultError as error:
        what, _, remedy = str(error).rpartition(": ")  # another remedy for each trouble
        yield fault(what, remedy)
    yield from open_to_others(settings.data)


def open_to_others(data: Path) -> Iterator[ExaminedFact]:
    """What of a data folder other users of this machine may read, though it holds secrets or people, or may replace.

    keys.json is not among it: nothing opens it while others may read it.
    """
    if os.name != "posix":
        return
    if _mode(data) & 0o022:
        yield fault(f"{data} can be changed by others: they may replace what is in it", f"chmod go-w {data}")
    for path in sorted((*data.glob("*.db*"), *data.glob(f"{PROOFS}/*"))):
        if _mode(path) & 0o077:
            yield fault(f"{path} can be read by others", f"chmod 600 {path}")
    if (data / PROOFS).exists() and _mode(data / PROOFS) & 0o077:
        yield fault(f"{data / PROOFS} can be read by others", f"chmod 700 {data / PROOFS}")
    for path in sorted((data / "hub.toml", *data.glob("*.env"))):
        if path.exists() and _mode(path) & 0o077 and (names := _secrets_in(path)):
            what = f"{path} holds {', '.join(names)} and can be read by others"
            yield fault(what, f"chmod 600 {path}; or take it out, and set HUB_SMTP_PASSWORD or HUB_ALERT_WEBHOOK")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _secrets_in(path: Path) -> list[str]:
    """Names of the settings in a file that only the hub may know; an address for alerts is as good as a password."""
    name = r"smtp_password|alert_webhook|HUB_SMTP_PASSWORD|HUB_ALERT_WEBHOOK"
    given = re.compile(rf"^\s*(?:export\s+)?({name})\s*=\s*[\"']*([^\s\"'#]+)", re.MULTILINE)
    return [found[1] for found in given.finditer(path.read_text(encoding="utf-8", errors="replace"))]


def _inside(settings: Settings, *, books: bool) -> Iterator[ExaminedFact]:
    try:
        yield from asyncio.run(_examined(settings, books=books))
    except UnusableDatabase as error:
        for problem in error.problems:
            yield fault(f"{database_of(settings)}: {problem}", "run payment-hub migrate")
    except NotReady as error:
        what, _, remedy = str(error).rpartition(": ")
        yield fault(what or str(error), remedy)
    except Unavailable as error:
        yield fault(f"{database_of(settings)}: {error}", "free the disk, end whoever holds the lock, or give the right")
    except VaultError:
        return  # told with the files


async def _examined(settings: Settings, *, books: bool) -> list[ExaminedFact]:
    opened = open_hub(settings)
    try:
        found = list(await examine(opened.hub))
        if books:
            broken = await opened.hub.store.read(lambda tx: tx.ledger.verify())
            remedy = "a row was changed past the program: restore a backup beside it and compare"
            found += [fault(text, remedy) for text in broken] or [fine("the books are right")]
        return found
    finally:
        await opened.close(0)


def _mail(settings: Settings) -> Iterator[ExaminedFact]:
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        mailer_for(settings).greet()
    except (OSError, smtplib.SMTPException) as error:
        yield fault(
            f"the mail server {place} does not take us in: {type(error).__name__}: {error}",
            "correct smtp_host, smtp_port, smtp_user, HUB_SMTP_PASSWORD or smtp_starttls; mails wait meanwhile",
        )
    else:
        yield fine(f"mail server {place}")
