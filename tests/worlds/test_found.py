"""What worlds have found, told once more in a few words."""

from __future__ import annotations

from hub.domain.payment import Status
from tests.faults.harness import World, broken


def test_an_undo_that_never_left_is_tried_again(served: World) -> None:
    """The provider was down just when the only undo of a payment was due:
    its invoice would have stayed locked."""
    debtor = served.debtor("CO", 90_000)
    served.control("nequi", "options", reports="denied")
    served.fault("nequi", "*unregisteredpayment", "cut_after")
    payment = served.pay(debtor)
    served.approve(payment)
    served.pass_time(minutes=28)
    assert served.payment(payment).status is Status.UNKNOWN
    served.run(served.opened.exchanger._grants.drop(payment.account_id))
    served.fault("nequi", "/oauth/*", "status_before", times=4, status=503)  # the check's grant and the undo's, twice
    served.pass_time(minutes=5)
    (first,) = served.operations(payment)
    assert (first.status, first.reason) == ("closed", "never_sent")
    assert served.payment(payment).status is Status.UNKNOWN

    served.pass_time(hours=25)
    after = served.payment(payment)
    assert [(item.kind, item.status) for item in served.operations(payment)][1:] == [("undo", "done")]
    assert (after.status, served.due(debtor.payables[0])) == (Status.PAID, 90_000)
    assert [line["state"] for line in served.book("nequi") if line["reference"] == payment.reference] == ["returned"]
    assert broken(served) + served.book_differences() == []


def test_an_undo_that_is_refused_is_put_before_a_person_at_once(served: World) -> None:
    """Nothing more can be learnt by waiting: for a week nobody would have been told
    that an invoice is locked."""
    debtor = served.debtor("CO", 80_000)
    served.control("nequi", "options", reports="denied")
    served.fault("nequi", "*unregisteredpayment", "cut_after")
    payment = served.pay(debtor)
    served.misbehave("nequi", "reverseTransaction", "11-9L")
    served.pass_time(minutes=31)
    served.behave("nequi")
    (undo,) = served.operations(payment)

    assert (undo.status, undo.reason) == ("closed", "declined")
    assert served.payment(payment).status is Status.UNKNOWN
    assert "unresolved" in served.causes(payment)
