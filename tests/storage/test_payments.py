"""Payments, their lines, their observations, and when they are looked at."""

from contextlib import closing
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.observation import ObservedBy, Seen
from hub.domain.payment import Flag, Phase, Status
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore
from hub.storage.connection import connect
from hub_hookspecs import (
    ApproveInApp,
    Barcode,
    Done,
    IdentityDocument,
    Instrument,
    Kind,
    Mode,
    Money,
    Observation,
    Payer,
    PostForm,
    Reason,
    ReasonKind,
    Redirect,
    ShowQr,
    ShowReference,
)
from tests.storage.conftest import World


def test_a_payment_comes_back_as_it_was(furnished: SqliteStore, world: World) -> None:
    payer = Payer(
        name="Ana", document=IdentityDocument("CF", "1", "2"), country="CR", address="x", fields={"phone": "3001234567"}
    )
    payment = world.payment(
        "t1",
        "p1",
        "p2",
        payer=payer,
        memory={"session": "s", "n": 3, "none": None},
        flags=frozenset({Flag.LATE}),
        expires_at=world.now + timedelta(minutes=30),
        next_check_at=world.now + timedelta(seconds=60),
        warned=True,
        checks=2,
        locale="es_CO",
    )
    furnished.write_now(lambda tx: tx.payments.add(payment))

    assert furnished.read_now(lambda tx: tx.payments.get("t1")) == payment
    assert furnished.read_now(lambda tx: tx.payments.by_reference("a1", "REFT1")) == payment
    assert furnished.read_now(lambda tx: tx.payments.by_reference("a2", "REFT1")) is None
    assert furnished.read_now(lambda tx: tx.payments.by_return_token("return-t1")) == payment
    assert furnished.read_now(lambda tx: tx.payments.by_return_token("")) is None
    assert furnished.read_now(lambda tx: tx.payments.live_with(["p2"])) == (payment,)
    assert furnished.read_now(lambda tx: tx.payments.of_customer("c1", Mode.TEST)) == (payment,)
    assert furnished.read_now(lambda tx: tx.payments.get("nobody")) is None


@pytest.mark.parametrize("dies", [None, timedelta(minutes=5)])
@pytest.mark.parametrize(
    "make",
    [
        lambda at: Redirect("https://pay.example/ñ", at),
        lambda at: PostForm("https://pay.example", {"a": "1"}, at),
        lambda at: ApproveInApp("Abra la app", at),
        lambda at: ShowQr("000201", at, image=b"\x89PNG", key="@tienda"),
        lambda at: ShowReference("123", at, barcode=Barcode("456"), instructions=("uno",), places=("Aquí",)),
        lambda at: ShowReference("123", at),
        lambda _at: Done(),
    ],
)
def test_every_next_action_is_kept(furnished: SqliteStore, world: World, make: Any, dies: timedelta | None) -> None:
    action = make(dies and world.now + dies)

    furnished.write_now(lambda tx: tx.payments.add(world.payment(action=action)))

    assert furnished.read_now(lambda tx: tx.payments.get("t1").action) == action


def test_sending_is_begun_once_and_makes_the_payment_unknown(furnished: SqliteStore, world: World) -> None:
    furnished.write_now(lambda tx: world.start(tx, world.payment()))
    lease = world.now + timedelta(seconds=120)

    found = furnished.read_now(lambda tx: tx.payments.get("t1"))

    assert (found.phase, found.status, found.owner) == (Phase.SENDING, Status.UNKNOWN, "process-1")
    assert (found.lease_until, found.next_check_at) == (lease, lease)
    with pytest.raises(Conflict) as refused:
        furnished.write_now(lambda tx: tx.payments.begin_sending("t1", "process-2", lease))
    assert refused.value.rule == "legal_send"


def test_saving_writes_what_is_derived_and_remembered(furnished: SqliteStore, world: World) -> None:
    saved = attrs.evolve(
        world.payment(),
        phase=Phase.SENT,
        status=Status.PENDING,
        flags=frozenset({Flag.CONFLICT, Flag.NEEDS_REVIEW}),
        memory={"session": "s"},
        action=Redirect("https://pay.example"),
        provider_reference="PR-1",
        expires_at=world.now,
        ended_at=world.now,
        next_check_at=world.now,
        checks=4,
    )

    def write(tx: Any) -> Any:
        world.start(tx, world.payment())
        tx.payments.save(saved)
        return tx.payments.get("t1")

    found = furnished.write_now(write)

    assert found == attrs.evolve(saved, owner="process-1", lease_until=found.lease_until)
    assert furnished.read_now(lambda tx: tx.payments.by_provider_reference("a1", "PR-1")) == found


def test_a_closed_payment_gives_its_payables_back(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> None:
        started = world.start(tx, world.payment())
        tx.payments.save(attrs.evolve(started, phase=Phase.SENT, status=Status.CLOSED, reason="declined"))
        world.start(tx, world.payment("t2"))

    furnished.write_now(write)

    assert furnished.read_now(lambda tx: [p.id for p in tx.payments.live_with(["p1"])]) == ["t2"]
    assert furnished.read_now(lambda tx: [p.id for p in tx.payments.with_payables(["p1", "p2"])]) == ["t1", "t2"]


def test_observations_are_a_set_in_stored_order(furnished: SqliteStore, world: World) -> None:
    full = Observation(
        kind=Kind.PAID,
        reference="REFT1",
        provider_reference="PR",
        movement="M",
        amount=Money(0, "CRC"),
        vouched=frozenset({"amount", "movement"}),
        occurred_at=world.now,
        reason=Reason(ReasonKind.OTHER, None),
        authorisation="A1",
        instrument=Instrument("card", "Visa ****1111"),
        event_id="E",
    )
    items = [
        Seen(
            key=key,
            payment_id="t1",
            account_id="a1",
            source=source,
            observation=claim,
            seen_at=world.now,
            note=note,
            digest="d",
        )
        for key, source, claim, note in (
            ("z", ObservedBy.ANSWER, Observation(kind=Kind.ACCEPTED), ""),
            ("a", ObservedBy.NOTIFICATION, full, ""),
            ("m", ObservedBy.RULE, Observation(kind=Kind.NEVER_SENT), "session_never_opened"),
        )
    ]
    furnished.write_now(lambda tx: tx.payments.add(world.payment()))

    def observe(tx: Any) -> list[bool]:
        return [tx.payments.observe(item, "m1", Mode.TEST) for item in items]

    assert furnished.write_now(observe) == [True, True, True]
    assert furnished.write_now(observe) == [False, False, False]
    assert furnished.read_now(lambda tx: tx.payments.seen("t1")) == tuple(items)
    assert furnished.read_now(lambda tx: tx.payments.seen("t2")) == ()


def test_a_merchants_observations_are_counted_apart_from_those_of_others(furnished: SqliteStore, world: World) -> None:
    """Whoever writes for one merchant waits for no other, and a hole in the count is seen."""

    def write(tx: Any) -> None:
        tx.merchants.add(world.merchant("m2"))
        tx.customers.save(world.customer("c2", merchant_id="m2"))
        tx.accounts.add(world.account("a2", merchant_id="m2"))
        world.bill(tx, world.payable("p9", merchant_id="m2", customer_id="c2"))
        tx.payments.add(world.payment("t1", "p1"))
        tx.payments.add(world.payment("t2", "p2"))
        tx.payments.add(world.payment("t9", "p9", merchant_id="m2", account_id="a2", customer_id="c2"))
        for payment_id, merchant_id, account_id in (
            ("t1", "m1", "a1"),
            ("t9", "m2", "a2"),
            ("t2", "m1", "a1"),
            ("t9", "m2", "a2"),
            ("t1", "m1", "a1"),
        ):
            for kind in (Kind.ACCEPTED, Kind.TRY_DECLINED):
                seen = world.seen(kind, payment_id=payment_id)
                tx.payments.observe(attrs.evolve(seen, account_id=account_id), merchant_id, Mode.TEST)

    furnished.write_now(write)

    with closing(connect(furnished.path)) as connection:
        rows = connection.execute("SELECT merchant, seq, id FROM observation ORDER BY merchant, seq").fetchall()
    assert [tuple(row) for row in rows] == [
        ("m1", 1, "t1-accepted"),
        ("m1", 2, "t1-try_declined"),
        ("m1", 3, "t2-accepted"),
        ("m1", 4, "t2-try_declined"),
        ("m2", 1, "t9-accepted"),
        ("m2", 2, "t9-try_declined"),
    ]


@pytest.mark.parametrize(
    "text", ["reft1", "pr-77", "F-P1", "F-p", "peña", "pena", "112340567", "8888", "ana@example", "ANA@pays", ""]
)
def test_payments_are_searched_by_everything_that_people_know(furnished: SqliteStore, world: World, text: str) -> None:
    payment = world.payment(provider_reference="PR-77")
    furnished.write_now(lambda tx: tx.payments.add(payment))

    assert furnished.read_now(lambda tx: tx.payments.search(merchant_id="m1", text=text)) == (payment,)


def test_payments_are_filtered_newest_first(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> None:
        tx.payments.add(world.payment())
        tx.payments.add(world.payment("t2", "p2", created_at=world.now + timedelta(days=1)))

    furnished.write_now(write)

    def found(**filters: Any) -> list[str]:
        return [payment.id for payment in furnished.read_now(lambda tx: tx.payments.search(**filters))]

    assert found() == ["t2", "t1"]
    assert found(limit=1) == ["t2"]
    assert found(since=world.now + timedelta(hours=1)) == ["t2"]
    assert found(status="created", mode=Mode.TEST, merchant_id="m1") == ["t2", "t1"]
    assert found(status=Status.PAID) == []
    assert found(mode=Mode.LIVE) == []
    assert found(merchant_id="m2") == []
    assert found(text="nothing") == []


def test_due_payments_are_claimed_once(furnished: SqliteStore, world: World) -> None:
    later = world.now + timedelta(seconds=120)

    def write(tx: Any) -> None:
        tx.payments.add(world.payment("t1", "p1", next_check_at=world.now))
        tx.payments.add(world.payment("t2", "p2", next_check_at=world.now - timedelta(seconds=1)))

    furnished.write_now(write)

    assert furnished.next_due() == world.now - timedelta(seconds=1)
    assert furnished.write_now(lambda tx: tx.payments.claim_due(world.now, later, 1)) == ("t2",)
    assert furnished.write_now(lambda tx: tx.payments.claim_due(world.now, later, 10)) == ("t1",)
    assert furnished.write_now(lambda tx: tx.payments.claim_due(world.now, later, 10)) == ()
    assert furnished.next_due() == later


def test_a_check_is_brought_forward_and_never_back(furnished: SqliteStore, world: World) -> None:
    due = world.now + timedelta(minutes=5)

    def write(tx: Any) -> list[Any]:
        tx.payments.add(world.payment(next_check_at=due))
        moments = []
        for at in (due + timedelta(minutes=1), due - timedelta(minutes=1)):
            tx.payments.make_due("t1", at)
            moments.append(tx.payments.get("t1").next_check_at)
        return moments

    assert furnished.write_now(write) == [due, due - timedelta(minutes=1)]


def test_a_hint_wakes_a_closed_payment_but_not_a_paid_one(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> None:
        closed = world.start(tx, world.payment())
        tx.payments.save(attrs.evolve(closed, phase=Phase.SENT, status=Status.CLOSED, reason="session_expired"))
        world.pay(tx, world.start(tx, world.payment("t2", "p2")))
        tx.payments.make_due("t1", world.now)
        tx.payments.make_due("t2", world.now)

    furnished.write_now(write)

    assert furnished.read_now(lambda tx: tx.payments.get("t1").next_check_at) == world.now
    assert furnished.read_now(lambda tx: tx.payments.get("t2").next_check_at) is None
