"""Every code and status of Nequi's tables, as the answer to each call: right status, or no conclusion."""

import pytest

from hub_hookspecs import Kind, ReasonKind, RefundKind
from hub_nequi.codes import CODES, STATUSES

PUSH = {
    "2-CCSB000005": "unknown",
    "2-CCSB000012": ReasonKind.ACCOUNT_BLOCKED,
    "2-CCSB000013": ReasonKind.ACCOUNT_BLOCKED,
    "2-CCSB000079": "unknown",
    "3-451": ReasonKind.NO_WALLET,
    "3-455": "unknown",
    "10-454": "unknown",
    "10-455": "unknown",
    "11-9L": ReasonKind.METHOD_UNAVAILABLE,
    "11-17L": ReasonKind.METHOD_UNAVAILABLE,
    "11-18L": "unknown",
    "11-37L": ReasonKind.NO_WALLET,
    "20-05A": ReasonKind.METHOD_UNAVAILABLE,
    "20-07A": "unknown",
    "20-08A": ReasonKind.NO_WALLET,
    "20-09A": ReasonKind.NOT_PERMITTED,
    "20-10A": ReasonKind.METHOD_UNAVAILABLE,
}
"""money.md's table, written once more: what a push answered with the code becomes."""

STATUS_CALL = {"10-454": Kind.EXPIRED, "10-455": Kind.CANCELLED, "3-455": Kind.NOT_FOUND, "11-9L": Kind.NOT_FOUND}

VALUES = {
    "33": Kind.ACCEPTED,
    "35": Kind.PAID,
    "34": Kind.DECLINED,
    "69": Kind.DECLINED,
    "70": Kind.DECLINED,
    "71": Kind.DECLINED,
    "10-454": Kind.EXPIRED,
    "10-455": Kind.CANCELLED,
}

UNLISTED = ["36", "37", "38", "39", "0", "00", "", "350", "3 5", "PAID", "SUCCESS", "99-99Z", "-1"]
EVERY_READING = True


def test_the_tables_are_whole():
    assert set(CODES) == {"0", *PUSH}
    assert set(STATUSES) == set(VALUES)
    assert all(code.means for code in CODES.values())


@pytest.mark.parametrize("code", PUSH)
def test_a_push_answered_with_a_code(make_nequi, code):
    nequi = make_nequi(force={"unregisteredPayment": {"code": code}})
    conclusion = nequi.run("create_payment", nequi.order())

    expected = PUSH[code]
    if expected == "unknown":
        assert conclusion.outcome == "unknown"
    else:
        assert (conclusion.outcome, conclusion.reason.kind, conclusion.reason.code) == ("declined", expected, code)
        assert conclusion.alert is (expected is ReasonKind.METHOD_UNAVAILABLE)
    assert len(nequi.last.requests) == 1


@pytest.mark.parametrize("code", ["99-99Z", "00", "1", "-", "0-0"])
def test_a_push_answered_with_an_unlisted_code_is_unknown(make_nequi, code):
    nequi = make_nequi(force={"unregisteredPayment": {"code": code}})
    assert nequi.run("create_payment", nequi.order()).outcome == "unknown"


@pytest.mark.parametrize("code", [*PUSH, "99-99Z"])
def test_a_code_that_was_not_made_is_closed_whatever_the_code(make_nequi, code):
    """Opening a session charges nobody: refused or never sent, the payer may try something else at once."""
    nequi = make_nequi(force={"generateCodeQR": {"code": code}})
    conclusion = nequi.run("create_payment", nequi.order(way="qr"))
    assert conclusion.outcome in ("declined", "never_sent")
    assert conclusion.reason is None or conclusion.reason.kind is not ReasonKind.NO_WALLET


@pytest.mark.parametrize("code", [*PUSH, "99-99Z"])
@pytest.mark.parametrize("blanks", [False, True])
def test_a_status_call_answered_with_a_code(make_nequi, code, blanks):
    """Trimmed, since one list of codes has trailing blanks."""
    nequi = make_nequi(blanks=blanks, force={"getStatusPayment": {"code": code}})
    kinds = [seen.kind for seen in nequi.query(nequi.start())]
    assert kinds == ([STATUS_CALL[code]] if code in STATUS_CALL else [])


@pytest.mark.parametrize("code", [*PUSH, "99-99Z"])
@pytest.mark.parametrize("kind", list(RefundKind))
def test_a_reversal_answered_with_a_code_is_returned_only_on_success(make_nequi, code, kind):
    nequi = make_nequi(force={"reverseTransaction": {"code": code}})
    conclusion = nequi.refund(nequi.start(), kind=kind)
    if code == "2-CCSB000079" and kind is RefundKind.UNDO:
        assert [seen.kind for seen in conclusion.value] == [Kind.NOT_FOUND]
    elif code == "2-CCSB000079":
        assert conclusion.outcome == "declined"
    else:
        assert conclusion.outcome == ("unknown" if PUSH.get(code, "unknown") == "unknown" else "declined")


@pytest.mark.parametrize("status", [*VALUES, *UNLISTED])
@pytest.mark.parametrize("written", ["{}", " {} "])
def test_a_status_value(status, written):
    from hub_nequi.status import observations_from
    from hub_nequi.wire import Answer

    body = {"status": written.format(status), "value": "52300"}
    seen = observations_from(Answer("0", body), movement="INV0000421", asked="350-hub-01-1-INV0000421")
    assert [item.kind for item in seen] == ([VALUES[status]] if status in VALUES else [])


@pytest.mark.parametrize("body", [{}, {"status": None}, {"status": []}, {"status": True}, {"status": {"x": "35"}}])
def test_a_status_that_is_no_text_says_nothing(body):
    from hub_nequi.status import observations_from
    from hub_nequi.wire import Answer

    assert observations_from(Answer("0", body), movement="INV0000421", asked="x") == ()
