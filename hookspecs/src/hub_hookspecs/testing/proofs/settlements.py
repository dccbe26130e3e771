"""Settlement lines: they add up, and a file that is not understood is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.payment import SettlementFile, SettlementLine
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.scenes import takes
from hub_hookspecs.testing.subject import Subject

HOSTILE: Final = (
    b"",
    b"\x00" * 100,
    b"\xff\xfe\x00",
    b"PK\x03\x04rest of an archive",
    b'"unclosed\n1,2,3',
    b"a,b,c\n1,2\n",
    b"line_id;gross;net\nx;NaN;1e9\n",
    b"{" * 50_000,
    b"<html><body>sign in</body></html>",
)


def _fetches(bench: Bench) -> Iterator[str]:
    for take in takes(bench):
        if take.scene.hook == "fetch_settlement":
            if take.played.conclusion.outcome is not Outcome.RESULT:
                yield f"{take.scene.name}: the plugin {take.played.did}; the contract allows settlement lines"
                continue
            yield from _adds_up(take.scene.hook, take.played.value)


def _adds_up(hook: str, lines: Iterable[SettlementLine]) -> Iterator[str]:
    for line in lines:
        currency = line.gross.currency
        taken = [*filter(None, (line.fee, line.fee_tax)), *line.withholdings.values()]
        if any(part.currency != currency for part in (line.net, *taken)):
            yield f"{hook}: line {line.line_id} mixes currencies"
        elif line.gross.minor - sum(part.minor for part in taken) != line.net.minor:
            yield f"{hook}: line {line.line_id}: gross less fees, taxes and withholdings is not net"


def _parses(bench: Bench) -> Iterator[str]:
    account = bench.subject.account()
    for content in HOSTILE:
        file = SettlementFile(name="settlement.csv", content=content)
        title = f"parse_settlement of {content[:20]!r}"
        try:
            lines = bench.subject.hooks.parse_settlement(file=file, account=account)
        except ValueError:
            continue
        except Exception as error:  # noqa: BLE001 - the plugin's own code
            yield f"{title}: the plugin raised {type(error).__name__}; the contract allows ValueError"
            continue
        if lines != () or content:
            yield f"{title}: the plugin understood it; the contract allows ValueError, naming line and column"


def _can_fetch(subject: Subject) -> str:
    return "" if subject.can("fetch_settlement") else "no fetch_settlement"


def _can_parse(subject: Subject) -> str:
    return "" if subject.can("parse_settlement") else "no parse_settlement"


PROOFS: Final = (
    Proof("settlement lines can be asked for, and add up", _fetches, _can_fetch),
    Proof("a settlement file that is not understood is refused", _parses, _can_parse),
)
