"""News in any order, any number, from any hand: one status, one ledger, one mail (F18, F28, F29, F30)."""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

import hub.domain.captures
import hub.domain.payment
import hub.flows.books.book_money
import hub.flows.payments.record_observations
from hub.domain.observation import ObservedBy
from hub.domain.payment import Flag, Payment, Phase, Status
from hub.flows.payments.record_observations import Claim, record_observations
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Desk, books, broken, differences, rows

Folder = Callable[[], Path]
Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

DAY = timedelta(days=1)


def paid(payment: Payment, minor: int | None = None, movement: str = "", **more: Any) -> Observation:
    amount = payment.amount if minor is None else Money(minor, payment.amount.currency)
    told = {"movement": movement or payment.reference, "amount": amount, **more}
    return Observation(kind=Kind.PAID, vouched=frozenset({"movement", "amount"}), **told)


def returned(payment: Payment, minor: int | None = None, event: str = "return-1") -> Observation:
    amount = payment.amount if minor is None else Money(minor, payment.amount.currency)
    vouched = frozenset({"event_id", "amount"})
    return Observation(kind=Kind.RETURNED, amount=amount, event_id=f"{payment.reference}-{event}", vouched=vouched)


def no(kind: Kind) -> Observation:
    return Observation(kind=kind)


NOES = (Kind.DECLINED, Kind.ACCEPTED, Kind.EXPIRED)


def told_in(desk: Desk, order: Sequence[Kind]) -> list[str]:
    """What is wrong with a payment that was told this, one after the other."""
    payment = desk.sent(desk.debtor("CO", 150_000))
    for kind in order:
        desk.tell(payment, paid(payment) if kind is Kind.PAID else no(kind))
    after = desk.payment(payment)
    wrong = []
    if after.status is not Status.PAID:
        wrong.append(f"{order}: {after.status} {after.reason}")
    if ("conflict" in after.flags) != bool({Kind.DECLINED, Kind.EXPIRED} & set(order)):
        wrong.append(f"{order}: {sorted(after.flags)}")
    if len(desk.owed_mails(payment, "receipt")) != 1:
        wrong.append(f"{order}: {len(desk.owed_mails(payment, 'receipt'))} receipt mails")
    return wrong


def orders_of_paid_and_noes() -> Iterator[tuple[Kind, ...]]:
    for size in range(len(NOES) + 1):
        for chosen in itertools.combinations(NOES, size):
            yield from itertools.permutations((Kind.PAID, *chosen))


def test_paid_stays_paid_whatever_else_is_said_in_whatever_order(desk: Desk) -> None:
    orders = list(orders_of_paid_and_noes())

    assert [wrong for order in orders for wrong in told_in(desk, order)] == []
    assert len(orders) == 1 + 3 * 2 + 3 * 6 + 24
    assert broken(desk) == []


def test_control_last_news_wins_loses_money(desk: Desk, plant: Plant) -> None:
    right = hub.domain.payment.status_of

    def last_news_wins(phase: Phase, kinds: Sequence[Kind]) -> tuple[Status, str]:
        return right(phase, list(kinds)[-1:])

    plant(hub.flows.payments.record_observations, "status_of", last_news_wins)
    found = []
    for order in orders_of_paid_and_noes():
        try:
            found += told_in(desk, order)
        except Exception as refusal:  # noqa: BLE001 - the database's own guard: paid never becomes unpaid
            found.append(f"{order}: {refusal}")

    assert len(found) > 10


@attrs.frozen
class Story:
    """Claims about several payments, in the order of a clean run."""

    claims: tuple[tuple[Payment, Observation], ...]


def stories(desk: Desk, dice: random.Random) -> Story:
    """Payments of which some are paid, twice captured, short, returned, declined or contradicted."""
    claims: list[tuple[Payment, Observation]] = []
    for country in ("CR", "CO", "CR", "CO", "CO"):
        debtor = desk.debtor(country, *(dice.randrange(100, 10**6) * 100 for _ in range(dice.randint(1, 3))))
        payment = desk.sent(debtor)
        total = payment.amount.minor
        for claim in dice.choice(
            [
                [paid(payment)],
                [paid(payment), returned(payment)],
                [paid(payment), paid(payment, movement=f"{payment.reference}-2")],
                [paid(payment, total // 2)],
                [paid(payment, total + 500)],
                [no(Kind.TRY_DECLINED), paid(payment)],
                [no(Kind.DECLINED)],
                [no(Kind.EXPIRED), paid(payment)],
                [paid(payment), returned(payment, total // 4, "a"), returned(payment, total // 4, "b")],
            ]
        ):
            claims.append((payment, claim))
    return Story(tuple(claims))


def clean_books(desk: Desk, story: Story) -> dict[str, list[Any]]:
    for payment, claim in story.claims:
        desk.tell(payment, claim)
    assert broken(desk) == []
    return books(desk.path)


def burst(desks: Sequence[Desk], claims: Sequence[tuple[Payment, Observation]]) -> list[str]:
    """Several hubs on one file, each with a writer of its own, all handing in claims at once."""
    start = threading.Barrier(len(desks))
    troubles: list[str] = []

    def hand_in(desk: Desk, share: Sequence[tuple[Payment, Observation]]) -> None:
        start.wait()
        try:
            asyncio.run(_all(desk, share))
        except Exception as trouble:  # noqa: BLE001 - told to the test
            troubles.append(repr(trouble))

    threads = [threading.Thread(target=hand_in, args=(desk, claims[at :: len(desks)])) for at, desk in enumerate(desks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return troubles


async def _all(desk: Desk, claims: Sequence[tuple[Payment, Observation]]) -> None:
    """As web requests do: many at once, committed together."""

    def work(payment: Payment, claim: Observation) -> Callable[[Any], Any]:
        told = [Claim(observation=claim, source=ObservedBy.NOTIFICATION)]
        return lambda tx: record_observations(tx, desk.hub, tx.payments.get(payment.id), told, now=desk.clock.now)

    await asyncio.gather(*(desk.hub.store.write(work(*item)) for item in claims))


def one_run(folder: Folder, dice: random.Random, workers: int) -> list[str]:
    """How the books of a shuffled, repeated, crowded run differ from those of a clean one."""
    data = folder()
    with Desk.open(data) as desk:
        story = stories(desk, dice)
        shaken = desk.copy()
        clean = clean_books(desk, story)
    claims = [item for item in story.claims for _ in range(10)]
    dice.shuffle(claims)
    desks = [Desk.open(shaken) for _ in range(workers)]
    problems = burst(desks, claims)
    problems += [f"{workers} workers: {text}" for text in differences(clean, books(desks[0].path))]
    problems += broken(desks[0])
    for desk in desks:
        desk.close()
    shutil.rmtree(data)
    shutil.rmtree(shaken)
    return problems


def test_ten_duplicates_of_everything_shuffled_among_workers_leave_the_clean_runs_books(
    folder: Folder, dice: random.Random, size: Size
) -> None:
    assert [text for run in range(size(24, 1000)) for text in one_run(folder, dice, (1, 2, 4)[run % 3])] == []


def test_control_without_a_unique_dedupe_key_duplicates_show(folder: Folder, dice: random.Random, plant: Plant) -> None:
    plant(hub.flows.payments.record_observations, "dedupe_key", lambda *_args, **_more: secrets.token_hex(20))

    assert one_run(folder, dice, 2)


def test_control_without_one_receipt_a_movement_the_books_differ(
    folder: Folder, dice: random.Random, plant: Plant
) -> None:
    plant(hub.flows.payments.record_observations, "dedupe_key", lambda *_args, **_more: secrets.token_hex(20))
    right = hub.domain.captures.captures_in

    def one_capture_a_claim(payment: Payment, seen: Any) -> Any:
        claims = [item for item in seen if item.observation.kind is Kind.PAID]
        return tuple(
            attrs.evolve(taken, movement=f"{taken.movement}-{item.key}")
            for item in claims
            for taken in right(payment, [item])
        )

    plant(hub.flows.books.book_money, "captures_in", one_capture_a_claim)

    found = one_run(folder, dice, 1)

    assert any(text.startswith(("1 workers: entries", "1 workers: balances")) for text in found)


def claims_for(payment: Payment) -> dict[str, Observation]:
    """One claim of each kind that somebody may make about a payment."""
    others = [kind for kind in Kind if kind not in (Kind.PAID, Kind.RETURNED)]
    return {"paid": paid(payment), "returned": returned(payment), **{kind.value: no(kind) for kind in others}}


def walk(desk: Desk, names: Sequence[str], dice: random.Random) -> tuple[Any, ...]:
    """What the door makes of these claims in this order: status, flags, entries, what is owed, and credit."""
    reference = "".join(dice.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=10))

    def play(tx: Any) -> tuple[Any, ...]:
        debtor = desk.put_debtor(tx, "CO", 60_000, 40_000)
        payment = desk.put(tx, debtor, reference=reference)
        claims = claims_for(payment)
        for name in names:
            told = [Claim(observation=claims[name], source=ObservedBy.QUERY)]
            payment = record_observations(tx, desk.hub, payment, told, now=desk.clock.now).payment
        kinds = [entry.kind for entry in tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)]
        went_over = Flag.OVER_REFUND in payment.flags  # which of two returns of the same money is booked is left open
        return (
            *(payment.status, payment.reason, payment.flags),
            [] if went_over else sorted(kind for kind in kinds if kind != "allocation"),
            [tx.payables.get(payable.id).due for payable in debtor.payables],
            dict(tx.ledger.credit_of(debtor.customer.id, payment.mode)),
        )

    return desk.write(play)


def diverging(desk: Desk, dice: random.Random, orders: int) -> list[str]:
    """Sampled orders, with duplicates, whose end is not that of one clean run of the same set."""
    found = []
    names = [kind.value for kind in Kind]
    for _ in range(orders // 4):
        chosen = dice.sample(names, dice.randint(1, 6))
        clean = walk(desk, chosen, dice)
        for _ in range(3):
            order = dice.sample(chosen, len(chosen)) + dice.choices(chosen, k=dice.randint(0, 4))
            dice.shuffle(order)
            shaken = walk(desk, order, dice)
            if shaken != clean:
                found.append(f"{chosen} ends as {clean}, {order} as {shaken}")
    return found


def test_sampled_orders_through_the_door_end_as_one_clean_run(desk: Desk, dice: random.Random, size: Size) -> None:
    assert diverging(desk, dice, size(1000, 20_000)) == []
    assert broken(desk) == []


def test_control_a_door_where_the_last_news_wins_diverges(desk: Desk, dice: random.Random, plant: Plant) -> None:
    right = hub.domain.payment.status_of

    def last_close_wins(phase: Phase, kinds: Sequence[Kind]) -> tuple[Status, str]:
        status, reason = right(phase, kinds)
        closing = [kind.value for kind in kinds if kind in hub.domain.payment.CLOSING]
        return status, closing[-1] if status is Status.CLOSED else reason

    plant(hub.flows.payments.record_observations, "status_of", last_close_wins)

    assert diverging(desk, dice, 200)


def race(folder: Folder, rounds: int) -> list[str]:
    """Two hubs on one file get the same notice at the same moment."""
    data = folder()
    desks = [Desk.open(data) for _ in range(2)]
    start = threading.Barrier(2)
    wrong = []
    for _ in range(rounds):
        payment = desks[0].sent(desks[0].debtor("CR", 70_000))

        def notice(desk: Desk, payment: Payment = payment) -> None:
            start.wait()
            desk.tell(payment, paid(payment), source=ObservedBy.NOTIFICATION)

        threads = [threading.Thread(target=notice, args=(desk,)) for desk in desks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = [row[0] for row in rows(desks[0].path, "SELECT kind FROM entry WHERE payment = ?", payment.id)]
        receipts = rows(desks[0].path, "SELECT number FROM cash_receipt WHERE payment = ?", payment.id)
        mails = len(desks[0].owed_mails(payment, "receipt"))
        if sorted(entries) != ["allocation", "capture"] or len(receipts) != 1 or mails != 1:
            wrong.append(f"{entries}, {len(receipts)} cash receipts, {mails} mails")
    wrong += broken(desks[0])
    for desk in desks:
        desk.close()
    return wrong


def test_two_workers_with_one_notice_make_one_receipt_and_one_delivery(folder: Folder, size: Size) -> None:
    assert race(folder, size(100, 10_000)) == []


def test_control_keys_that_are_not_unique_make_two_deliveries(folder: Folder, plant: Plant) -> None:
    plant(hub.flows.payments.record_observations, "derived_id", lambda *_parts: secrets.token_hex(16))

    assert race(folder, 3)
