"""Tables fit the terminal they are read in, what must be pasted stands there whole,
and each time names its clock."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.cli.layout
import hub.cli.printing
from hub.domain.decision import Decision, DecisionKind, Evidence
from hub.domain.merchant import Role
from hub.domain.message import DeliveryState, MessageState, Review, StoredMessage
from hub.domain.order import OrderItem
from hub.domain.settlement import StoredLine
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.payments.pack_message import packed
from hub.flows.statements.place_order import Cart, place_order
from hub_hookspecs import Kind, Message, Mode, Money, Observation, SettlementLine, Source
from tests.cli.conftest import call
from tests.cli.terminal import Shown, Typed, columns_of, in_a_terminal
from tests.faults.harness import Desk

NAME = "María de los Ángeles Fernández-Montealegre y Quirós de la Ensenada 東京"
TROUBLE = (
    "OutcomeUnknown: the provider answered 503 with a page of its own, which is neither an answer nor a refusal, and"
    " then closed the connection before its last byte"
)
MAIL = "contabilidad.y.cobros.de.la.region.central@ferreteria-el-tornillo-de-oro.example"
WIDTHS = (60, 80, 100, 140)
LISTS = [
    ("payment", "list"), ("review", "list"), ("review", "waiting"), ("message", "list"), ("delivery", "list"),
    ("order", "list", "--company", "{cr}"), ("receipt", "list", "--company", "{cr}"), ("account", "list"),
    ("company", "list"), ("company", "member", "list"), ("api-key", "list"), ("reconcile", "list"),
    ("reconcile", "lines", "greenpay", "--company", "{cr}"), ("ledger", "balances", "--company", "{cr}"),
    ("ledger", "entries", "--company", "{cr}"), ("country", "list"), ("plugins", "list"), ("provider", "pauses"),
    ("statement", "show", "{owes}", "--company", "{co}"), ("find", "Fernández"),
]  # fmt: skip
"""Every command that prints a table."""

DATA = [("payment", "list", "--json")]
PAGES = [
    ("payment", "show", "{payment}"), ("message", "show", "{message}"), ("review", "show", "{review}"),
    ("account", "show", "greenpay", "--company", "{cr}"), ("company", "show", "{cr}"), ("doctor", "--no-mail"),
    ("receipt", "show", "RC-000001", "--company", "{cr}"),
]  # fmt: skip
"""Pages about one thing."""


@attrs.frozen
class Filled:
    """A data folder with long names in it, and what an operator pastes from its lists."""

    data: Path
    names: dict[str, str]
    whole: dict[str, tuple[str, ...]]
    """What stands whole in the list of this command."""

    def words(self, command: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word.format(**self.names) for word in command)


@pytest.fixture(scope="module")
def filled(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Two companies with everything in their lists, and nothing short in it."""
    from tests.faults.harness import copied

    with Desk.open(copied(origin, tmp_path_factory.mktemp("crowded") / "data")) as desk:
        return _filled(desk)


Screens = Callable[[str, int], list[Shown]]


@pytest.fixture(scope="module")
def screens(filled: Filled) -> Screens:
    """screens("lists", 80): what stands in a terminal of this width."""
    typed = {
        (kind, columns): [Typed(columns, filled.words(command)) for command in commands]
        for kind, commands, widths in (("lists", LISTS, WIDTHS), ("pages", PAGES, (60, 80)), ("data", DATA, (60,)))
        for columns in widths
    }
    every = iter(in_a_terminal([item for items in typed.values() for item in items], data=filled.data))
    shown = {place: [next(every) for _item in items] for place, items in typed.items()}
    return lambda kind, columns: shown[kind, columns]


def _filled(desk: Desk) -> Filled:
    desk.clock.now = datetime.now(UTC)  # as the commands' own clock says
    debtor = desk.debtor("CR", 123_456_789_50, 987_654_321_00)
    other = desk.debtor("CO", 987_654_321_00)
    for one in (debtor, other):
        named = attrs.evolve(one.customer, name=NAME, email=MAIL)
        desk.write(lambda tx, named=named: tx.customers.save(named))  # type: ignore[misc]
    paid, pending = desk.sent(debtor), desk.sent(other)
    desk.tell(paid, Observation(kind=Kind.PAID, reference=paid.reference, movement="m1", amount=paid.amount))
    message, review = _message(desk), _review(desk, pending)
    _decision(desk, pending)
    key = _access(desk)
    _settlement(desk, paid)
    order = _order(desk)
    desk.write(lambda tx: tx.countries.pause("nequi", TROUBLE, "operator ana-maria", desk.clock.now))
    deliveries = desk.read(lambda tx: tx.deliveries.of())
    dead = attrs.evolve(deliveries[0], state=DeliveryState.DEAD, tries=12, last_error=TROUBLE, recipient=MAIL)
    desk.write(lambda tx: tx.deliveries.save(dead))
    keys = {entry.key for entry in desk.read(lambda tx: tx.ledger.entries(desk.companies["CR"].id, Mode.TEST))}
    slugs = {country: company.slug for country, company in desk.companies.items()}
    return Filled(
        data=desk.data,
        names={
            "cr": slugs["CR"], "co": slugs["CO"], "owes": f"1{other.payables[0].number[2:10]}",
            "payment": paid.reference, "message": message, "review": review,
        },
        whole={
            "payment list": (paid.reference, pending.reference, *slugs.values()),
            "message list": (message[:10],),
            "review list": (review[:10], pending.reference),
            "review waiting": ("d" * 16, pending.reference),
            "delivery list": tuple(item.id for item in deliveries),
            "order list": (order,),
            "receipt list": ("RC-000001", paid.reference, debtor.payables[0].number),
            "company list": tuple(slugs.values()),
            "company member": (MAIL,),
            "api-key list": (key,),
            "reconcile lines": ("L-2026-11-21-0000000000000000000001", paid.reference),
            "ledger entries": tuple(keys),
            "statement show": tuple(payable.number for payable in other.payables),
        },
    )  # fmt: skip


def _message(desk: Desk) -> str:
    account = desk.accounts["CO"]
    for at in range(3):
        stored = StoredMessage(
            id=f"{at}c8b3f1638{'0' * 22}",
            account_id=account.id,
            merchant_id=account.merchant_id,
            mode=account.mode,
            message=Message(
                source=Source.NOTIFICATION, method="POST", path="", query="", headers=(), body=b"",
                received_at=desk.clock.now - timedelta(minutes=at),
            ),
            digest=f"{at}" * 64,
            state=MessageState.DEAD,
            tries=12,
            trouble=TROUBLE,
        )  # fmt: skip
        raw = packed(stored.message)
        sealed, key = desk.hub.vault.seal(
            raw, table="raw_message", column="raw", row=stored.id, merchant=account.merchant_id
        )
        desk.write(lambda tx, kept=(stored, sealed, key): tx.messages.add_all([kept]))  # type: ignore[misc]
    return f"0c8b3f1638{'0' * 22}"


def _review(desk: Desk, payment: Any) -> str:
    review = Review(
        id=f"9a7c55{'1' * 26}",
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        cause="rejected_signature",
        payment_id=payment.id,
        subject="message 0c8b3f1638",
        details=f"message 0c8b3f1638 names payment {payment.reference}, and failed its proof: {TROUBLE}",
        opened_at=desk.clock.now,
    )
    desk.write(lambda tx: tx.reviews.open(review))
    return review.id


def _decision(desk: Desk, payment: Any) -> None:
    made = Decision(
        id="d" * 16,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        kind=DecisionKind.REFUND,
        subject=payment.id,
        payment_id=payment.id,
        amount=payment.amount,
        by="Ana María Rojas Villalobos",
        why=TROUBLE,
        evidence=Evidence(text="panel"),
        proposed_at=desk.clock.now,
    )
    desk.write(lambda tx: tx.decisions.add(made))


def _access(desk: Desk) -> str:
    company = desk.companies["CR"]
    asyncio.run(add_member(desk.hub, company, MAIL, Role.ACCOUNTANT))
    asyncio.run(issue_api_key(desk.hub, company, "Tienda en línea de la sucursal de San José, detrás del mercado"))
    return str(desk.read(lambda tx: tx.merchants.api_keys(company.id))[0].id)


def _settlement(desk: Desk, payment: Any) -> None:
    line = SettlementLine(
        line_id="L-2026-11-21-0000000000000000000001",
        gross=payment.amount,
        net=payment.amount,
        reference=payment.reference,
    )
    stored = StoredLine(
        account_id=payment.account_id,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        line=line,
        source="report.csv",
        imported_at=desk.clock.now,
    )
    desk.write(lambda tx: tx.settlements.add(stored))


def _order(desk: Desk) -> str:
    number = "PEDIDO-2026-000000000000000000000000001"
    items = (OrderItem(sku="A", description="Taladro", quantity=1, price=123_456_789_00),)
    cart = Cart(number=number, currency="CRC", items=items, name=NAME, email="compra@correo.example")
    asyncio.run(place_order(desk.hub, desk.companies["CR"], Mode.TEST, "key-1", cart))
    return number


def overlong(shown: list[Shown], columns: int) -> list[str]:
    """Lines that the terminal would wrap; a command or a word alone stays whole, for it may be pasted."""
    return [
        line
        for page in shown
        for line in page.lines
        if columns_of(line) > columns and not line.strip().startswith("payment-hub ") and len(line.split()) > 1
    ]


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_line_of_a_list_is_wider_than_the_terminal_and_nothing_to_paste_is_cut(
    filled: Filled, screens: Screens, columns: int
) -> None:
    shown = screens("lists", columns)
    assert [page.typed.words for page in shown if page.code] == []
    assert overlong(shown, columns) == []
    for page in shown:
        for text in filled.whole.get(page.name, ()):
            assert text in page.text.split(), (page.name, text, page.text)


@pytest.mark.parametrize("columns", [60, 80])
def test_no_line_of_a_page_is_wider_than_the_terminal(screens: Screens, columns: int) -> None:
    shown = screens("pages", columns)
    assert overlong(shown, columns) == []
    assert all(page.lines for page in shown)


ZONED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? (-06:00|-05:00|UTC)")
BARE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(?! (-06:00|-05:00|UTC)|:\d\d|[-+]\d\d:\d\d)")


def test_every_time_names_its_clock_and_stands_on_its_companys(screens: Screens) -> None:
    shown = {page.name: page for page in (*screens("lists", 140), *screens("pages", 80))}
    for name, page in shown.items():
        bare = [line for line in page.lines if BARE.search(line)]
        if name == "payment show":  # one clock for the whole timeline, named above it
            assert "(America/Costa_Rica, -06:00)" in page.text
            bare = [line for line in bare if not re.match(r"\d{4}-", line)]
        assert bare == [], name
    assert {"-06:00", "-05:00"} <= set(re.findall(r"[-+]\d\d:\d\d", shown["payment list"].text))
    assert ZONED.search(shown["doctor --no-mail"].text)


def test_piped_output_keeps_full_values_and_says_the_moment_in_one_word(filled: Filled) -> None:
    for command in LISTS:
        ended = call(*filled.words(command), "--data", str(filled.data))
        assert ended.code == 0, ended
        assert "…" not in ended.out
    listed = call("payment", "list", "--data", str(filled.data)).out.splitlines()
    assert NAME in listed[1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[56]:00", listed[1].split()[0]), listed[1]
    assert len(listed) == 3


def test_json_stays_as_it_is_in_a_terminal(screens: Screens) -> None:
    (page,) = screens("data", 60)
    rows = json.loads(page.text)
    assert rows[0]["customer"] == NAME
    assert all(row["created_at"].endswith("Z") for row in rows)


def test_the_width_that_is_asked_for_counts(filled: Filled) -> None:
    (page,) = in_a_terminal([Typed(200, ("payment", "list"))], data=filled.data, env={"COLUMNS": "72"})
    assert overlong([page], 72) == []


@pytest.mark.parametrize("text", ["東京 日本語 のお客様", "Añasco", "A\u0301ngeles", "\u202e0001-EF", "x" * 200])
def test_a_name_of_any_script_is_cut_by_what_it_takes_on_the_screen(text: str) -> None:
    for room in (4, 9, 12, 40):
        cut = hub.cli.layout.shortened(text, room)
        assert columns_of(cut) <= room
        assert cut == text or cut.endswith("…")


TYPED = Typed(80, ("delivery", "list"))


def test_control_a_table_that_is_printed_as_it_comes_is_seen(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = ["x " * 40 + "x", "y" * 80, "    payment-hub " + "z" * 90]
    assert overlong([Shown(TYPED, tuple(wide))], 80) == [wide[0]]
    monkeypatch.setattr(hub.cli.printing, "room", lambda: None)
    printed = call("delivery", "list", "--data", str(filled.data)).out.splitlines()
    assert overlong([Shown(TYPED, tuple(printed))], 80)


def test_control_a_moment_without_its_clock_is_seen() -> None:
    assert BARE.search("2026-11-21 09:41")
    assert BARE.search("2026-11-21T09:41:00")
    for told in ("2026-11-21 09:41 -06:00", "2026-11-21 09:41:12 UTC", "2026-11-21T09:41:00-06:00"):
        assert not BARE.search(told), told


@pytest.mark.parametrize("columns", [1, 9, 25])
def test_a_terminal_that_is_too_narrow_for_anything_still_shows_it(columns: int) -> None:
    table = hub.cli.layout.TextTable(("ID", "NAME", "WHY"), [("3f9a1c", NAME, TROUBLE)], (), ("NAME",), ("WHY",))
    text = "\n".join(table.lines(columns))
    assert "3f9a1c" in text
    assert "".join(TROUBLE.split()) in "".join(text.split())


def test_an_amount_of_nine_digits_is_never_cut(screens: Screens) -> None:
    amounts = (Money(111_111_111_050, "CRC"), Money(98_765_432_100, "COP"))
    page = next(page for page in screens("lists", 60) if page.name == "payment list")
    for amount in amounts:
        assert f"{amount.decimal:f}" in page.text
