"""Save a merchant's choices: what is recorded by itself, what may be paid, who is notified, which shops may call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from hub.domain.ageing import read_cuts
from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import BANK_ACCOUNT, too_long
from hub.domain.merchant import Merchant, Options
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import EXPONENTS, LIMIT

from .save_company import read_notified

MAX_ORIGINS: Final = 20
MAX_LETTERS: Final = 600
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


async def save_options(
    hub: Hub,
    merchant_id: str,
    *,
    auto_record: bool | None = None,
    partial: bool | None = None,
    notify: Sequence[str] | None = None,
    minimum: Mapping[str, int] | None = None,
    withholdings: bool | None = None,
    write_off_rest: bool | None = None,
    bank_account: str | None = None,
    other_ways: str | None = None,
    digest: bool | None = None,
    button_order: Sequence[str] | None = None,
    shop_origins: Sequence[str] | None = None,
    ageing_cuts: str | None = None,
) -> Merchant:
    """Save the given choices, the others stay; without addresses the company's own mail is notified.

    Raises:
        Invalid: Every address, amount or shop that is none; nothing changed.
    """
    problems: list[FieldError] = []
    given = {
        "auto_record": auto_record,
        "partial": partial,
        "notify": None if notify is None else read_notified(notify, problems),
        "minimum": None if minimum is None else _minimum(minimum, problems),
        "withholdings": withholdings,
        "write_off_rest": write_off_rest,
        "bank_account": None if bank_account is None else _account(bank_account, problems),
        "other_ways": None if other_ways is None else _lines(other_ways, problems),
        "digest": digest,
        "button_order": None if button_order is None else tuple(dict.fromkeys(button_order)),
        "shop_origins": None if shop_origins is None else _origins(shop_origins, problems),
        "ageing_cuts": None if ageing_cuts is None else _cuts(ageing_cuts, problems),
    }
    if problems:
        raise Invalid(tuple(problems))
    now = hub.clock()
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}

    def save(tx: Tx) -> Merchant:
        before = tx.merchants.get(merchant_id)
        if before is None:
            raise LookupError(merchant_id)
        options: Options = attrs.evolve(before.options, **chosen)
        if options.digest and not before.options.digest:
            options = attrs.evolve(options, digest_from=now.isoformat())
        after = attrs.evolve(before, options=options)
        tx.merchants.save(after)
        return after

    saved = await hub.store.write(save)
    hub.cached.clear()
    return saved


def _lines(text: str, problems: list[FieldError]) -> str:
    """Words in lines of their own; not masked, since a bank account's number may look like a card's."""
    lines = "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))
    if len(lines) > MAX_LETTERS:
        problems.append(FieldError("other_ways", Text("options.text_too_long", limit=MAX_LETTERS)))
    return lines


def _cuts(text: str, problems: list[FieldError]) -> tuple[int, ...]:
    try:
        return read_cuts(text)
    except ValueError:
        problems.append(FieldError("ageing_cuts", Text("reports.cuts_invalid")))
        return ()


def _account(text: str, problems: list[FieldError]) -> str:
    line = " ".join(text.split())
    problems += too_long("bank_account", line, BANK_ACCOUNT)
    return mask_card_numbers(line)


def _minimum(minimum: Mapping[str, int], problems: list[FieldError]) -> dict[str, int]:
    for currency, minor in minimum.items():
        if currency not in EXPONENTS or not 0 <= minor <= LIMIT:
            problems.append(FieldError(f"minimum-{currency}", Text("options.minimum_invalid")))
    return {currency: minor for currency, minor in minimum.items() if minor > 0}


def _origins(origins: Iterable[str], problems: list[FieldError]) -> tuple[str, ...]:
    found = []
    for text in filter(None, (origin.strip() for origin in origins)):
        origin = origin_of(text)
        if origin:
            found.append(origin)
        else:
            problems.append(FieldError("shop_origins", Text("options.shop_invalid", address=text[:80])))
    if len(found) > MAX_ORIGINS:
        problems.append(FieldError("shop_origins", Text("options.too_many_shops", most=MAX_ORIGINS)))
    return tuple(dict.fromkeys(found))


def origin_of(text: str) -> str:
    """Scheme, host and port of a shop's address; empty when it is none. Plain http is for this machine alone."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    named = f"[{host}]" if ":" in host else host
    if not named or not named.isascii() or parts.username or any(char in text for char in " \"'<>\\\r\n\t"):
        return ""
    if parts.scheme != "https" and not (parts.scheme == "http" and named in LOOPBACK):
        return ""
    default = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{named}" + (f":{port}" if port and port != default else "")
