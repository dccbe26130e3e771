"""Whether an invoice whose money was returned is still owed is answered on the command line too."""

import json

from tests.cli.conftest import call
from tests.faults.harness import Desk
from tests.flows.test_given_back import back, hear, taken
from tests.flows.test_returned_bills import question

SIGNED = ("--by", "Ana", "--why", "devolvió la mercancía")


def test_the_page_of_the_question_has_the_commands_that_answer_it(desk: Desk) -> None:
    debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    review, here = question(desk, payment), ("--data", str(desk.data))

    told = call("review", "show", review.id, *here).out
    bare = call("review", "resolve", review.id, *SIGNED, *here)
    ways = [way["way"] for way in json.loads(call("review", "show", review.id, "--json", *here).out)["ways"]]

    assert [word in told for word in ("review answer", "still_owed", "credit_note", "not_due")] == [True] * 4
    assert "review resolve" not in told
    assert ways[-3:] == ["still_owed", "credit_note", "not_due"]
    assert (bare.code, "review show" in bare.err) == (1, True), bare
    assert "returned_bill" in desk.causes(payment)

    said = call("review", "answer", review.id, "credit_note", "--note", "NC-1", *SIGNED, *here)
    assert said.code == 0, said
    assert desk.due(debtor.payables[0]) == 0
    assert "returned_bill" not in desk.causes(payment)


def test_no_page_advises_to_close_by_word_what_only_an_answer_closes(desk: Desk) -> None:
    _debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    review, here = question(desk, payment), ("--data", str(desk.data))

    of_payment = call("payment", "show", payment.reference, *here).out
    of_review = call("find", review.id, *here).out

    assert "review resolve" not in of_payment + of_review
    assert f"payment-hub review show {review.id[:10]}" in of_payment
    assert f"payment-hub review show {review.id[:10]}" in of_review


def test_the_commands_show_a_bill_in_question_as_what_it_is_until_it_is_answered(desk: Desk) -> None:
    debtor, payment = taken(desk)
    hear(desk, payment, back("E1", 30_000))
    review, here, number = question(desk, payment), ("--data", str(desk.data)), debtor.payables[0].number
    slug = desk.read(lambda tx: tx.merchants.get(payment.merchant_id)).slug
    shown = ("statement", "show", debtor.customer.name, "--company", slug, *here)

    table, (section,) = call(*shown).out, json.loads(call(*shown, "--json").out)["sections"]
    found = call("find", number, "--company", slug, *here)
    every = call("statement", "send", "--all", "--company", slug, *here)
    assert "in clarification, not asked for" in table
    assert "Payment" not in table.partition("owed")[2]
    assert section["outstanding"]["minor"] == 0
    assert section["to_pay"]["minor"] == 0
    assert [row["in_clarification"] for row in section["invoices"] if row["number"] == number] == [True]
    assert section["offered"] == []
    assert "in clarification" in found.out, found
    assert debtor.customer.email not in every.out

    assert call("review", "answer", review.id, "still_owed", *SIGNED, *here).code == 0
    table, (section,) = call(*shown).out, json.loads(call(*shown, "--json").out)["sections"]
    assert "in clarification" not in table
    assert section["outstanding"]["minor"] == 30_000
    assert debtor.customer.email in call("statement", "send", "--all", "--company", slug, *here).out
