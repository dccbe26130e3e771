"""What later hooks are handed: what was learned as a set, and captures that leave what the books leave."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from hub.domain import entry_keys, money_entries
from hub.domain.captures import captures_in
from hub.domain.handed_over import Memory, captures_of, memory_of
from hub.domain.held import Cleared, held_as, held_in, refundable_of
from hub.domain.ledger import Entry, EntryKind, LedgerKind, Posting
from hub.domain.observation import Seen, tries_in
from hub_hookspecs import Capture, JsonMap, Kind, Money
from tests.domain.test_payment import NOW, a_payment, seen

PAYMENT = a_payment()


def taught(**learned: Any) -> Seen:
    return seen(Kind.ACCEPTED, learned=learned)


TAUGHT = (taught(), taught(id="9"), taught(id="9", fee=5), taught(id="8"), taught(fee=None), taught(n=1), taught(n="1"))


def divergent(merge: Callable[[JsonMap, Iterable[Seen]], Memory], dice: random.Random) -> int:
    """How many sets have a memory that depends on the order or the number of its news."""
    found = 0
    for _try in range(200):
        items = dice.sample(TAUGHT, dice.randint(1, len(TAUGHT)))
        merged = [merge({"own": "x"}, order) for order in (items, items[::-1], items + dice.choices(items, k=4))]
        found += (
            len({(frozenset(one.first), one.contradictions, str(sorted(one.agreed.items()))) for one in merged}) > 1
        )
    return found


def test_what_was_learned_is_a_set_whatever_the_order_and_however_often() -> None:
    assert divergent(memory_of, random.Random(5)) == 0


def test_control_a_memory_in_which_the_last_word_wins_depends_on_the_order() -> None:
    def last(started: JsonMap, items: Iterable[Seen]) -> Memory:
        merged = dict(started)
        for item in items:
            merged |= item.observation.learned
        return Memory(merged)

    assert divergent(last, random.Random(5)) > 20


def test_the_first_value_asks_and_neither_of_two_moves_money() -> None:
    memory = memory_of({"session": "S", "id": "7"}, TAUGHT)

    assert memory.first == {"session": "S", "id": "7", "fee": 5, "n": 1}
    assert memory.contradictions == {"id", "n"}
    assert memory.agreed == {"session": "S", "fee": 5}


def test_a_channel_that_does_not_know_contradicts_nobody() -> None:
    assert memory_of({"id": None}, [taught(id="9")]) == Memory({"id": "9"})
    assert memory_of({"id": None}, []) == Memory({"id": None})


def test_one_try_that_two_channels_tell_of_is_one_though_only_one_teaches() -> None:
    tries = [seen(Kind.TRY_DECLINED, learned=learned) for learned in ({}, {"id": "9"})]

    assert len({item.key for item in tries}) == 2
    assert tries_in(tries) == 1


def came(minor: int, name: str, theirs: str | None = None, currency: str = "CRC") -> Seen:
    return seen(Kind.PAID, amount=Money(minor, currency), movement=name, provider_reference=theirs)


def went(minor: int, name: str, movement: str | None = None, theirs: str | None = None, currency: str = "CRC") -> Seen:
    return seen(
        Kind.RETURNED, amount=Money(minor, currency), event_id=name, movement=movement, provider_reference=theirs
    )


def booked(items: Iterable[Seen], corrected: Iterable[tuple[str, int]] = ()) -> list[Entry]:
    """The entries of captures and returns, and of what people corrected of them."""
    claims = list(items)
    entries = [money_entries.capture(PAYMENT, taken, at=NOW) for taken in captures_in(PAYMENT, claims)]
    for item in claims:
        claim = item.observation
        if claim.kind is Kind.RETURNED and claim.amount:
            key = entry_keys.refund_key(PAYMENT.account_id, claim.event_id or "")
            entries.append(
                money_entries.refund(
                    PAYMENT,
                    key=key,
                    currency=claim.amount.currency,
                    drawn=(),
                    suspended=claim.amount.minor,
                    at=NOW,
                    observation=item.key,
                )
            )
    for number, (key, minor) in enumerate(corrected, 1):
        first = next(entry for entry in entries if entry.key == key)
        legs = (
            Posting(LedgerKind.PROVIDER_CLEARING, PAYMENT.account_id, minor),
            Posting(LedgerKind.SUSPENSE, PAYMENT.account_id, -minor),
        )
        fixed = attrs.evolve(
            first,
            key=f"fix:{key}:{number}",
            kind=EntryKind.CORRECTION,
            postings=legs,
            intake_of=None,
            drawn=(),
            applied=(),
            observation=None,
        )
        entries.append(fixed)
    return entries


def handed(
    items: Iterable[Seen], corrected: Iterable[tuple[str, int]] = (), *, moves_money: bool = True
) -> list[tuple[str, str | None, int, int]]:
    claims = list(items)
    found = captures_of(PAYMENT, claims, booked(claims, corrected), moves_money=moves_money)
    return [(one.movement, one.provider_reference, one.amount.minor, one.returned.minor) for one in found]


def test_what_went_back_counts_for_the_capture_that_it_names_else_for_the_first_with_as_much() -> None:
    two = [came(1000, "M1", "T1"), came(1000, "M2", "T2")]

    assert handed([*two, went(300, "a")]) == [("M1", "T1", 1000, 300), ("M2", "T2", 1000, 0)]
    assert handed([*two, went(300, "a", "M2")]) == [("M1", "T1", 1000, 0), ("M2", "T2", 1000, 300)]
    assert handed([*two, went(300, "a", theirs="T2")]) == [("M1", "T1", 1000, 0), ("M2", "T2", 1000, 300)]
    assert handed([*two, went(1200, "a"), went(700, "b", "M2")]) == [("M1", "T1", 1000, 1000), ("M2", "T2", 1000, 900)]


def test_a_capture_has_the_id_that_any_of_its_channels_told_and_of_two_ids_none_that_moves_money() -> None:
    late = [came(1000, "M1"), came(1000, "M1", "T1")]
    twice = [came(1000, "M1", "T1"), came(1000, "M1", "T2")]

    assert handed(late) == [("M1", "T1", 1000, 0)]
    assert handed(twice) == [("M1", None, 1000, 0)]
    assert handed(twice, moves_money=False) == [("M1", "T1", 1000, 0)]


def test_what_a_person_took_off_a_capture_counts_and_what_was_added_does_not() -> None:
    key = entry_keys.capture_key(PAYMENT.account_id, "M1")

    assert handed([came(1000, "M1")], [(key, -400)]) == [("M1", None, 600, 0)]
    assert handed([came(1000, "M1")], [(key, 400)]) == [("M1", None, 1000, 0)]
    assert handed([came(1000, "M1")], [(key, -1000)]) == []


def left_wrong(give: Callable[..., tuple[Capture, ...]], dice: random.Random) -> int:
    """In how many books the captures leave something else than may be given back."""
    wrong = 0
    for _try in range(300):
        items = [came(dice.randint(1, 900), f"M{n}", f"T{n}", dice.choice(["CRC", "USD"])) for n in range(3)]
        for n in range(dice.randint(0, 4)):
            named = dice.choice([None, "M0", "M1"])
            items.append(went(dice.randint(1, 600), f"r{n}", named, currency=dice.choice(["CRC", "USD"])))
        entries = booked(items)
        cleared = [Cleared(one.key, one.currency, one.moved(LedgerKind.PROVIDER_CLEARING)) for one in entries]
        found = give(PAYMENT, items, entries, moves_money=True)
        for currency in {one.currency for one in entries if one.kind is EntryKind.CAPTURE}:
            left = sum(one.amount.minor - one.returned.minor for one in found if one.amount.currency == currency)
            wrong += left != refundable_of(held_as(held_in(cleared), currency))
    return wrong


def test_all_captures_together_leave_what_the_books_say_may_be_given_back() -> None:
    assert left_wrong(captures_of, random.Random(11)) == 0


def test_control_captures_that_know_of_no_return_leave_too_much() -> None:
    def forgetful(*given: Any, **more: Any) -> tuple[Capture, ...]:
        return tuple(attrs.evolve(one, returned=Money(0, one.amount.currency)) for one in captures_of(*given, **more))

    assert left_wrong(forgetful, random.Random(11)) > 20
