"""What a customer's mailed links open: the statement, the pay step, and the page of a payment."""

from __future__ import annotations

from typing import Any

from .activity import download_activity, download_activity_rows, show_activity
from .check_receipt import check_receipt
from .closed_link import renew_link
from .note import send_note, send_report, show_note, show_report
from .papers import download_receipt, download_statement, download_voucher, verify_receipt
from .payment import cancel, save_qr, show_payment
from .promise import send_promise, show_promise
from .reminders import end, resume, show_reminders
from .statement import pay_chosen, show_pay_step, show_statement


def routes() -> list[Any]:
    """The portal's handlers."""
    return [
        show_statement,
        show_pay_step,
        pay_chosen,
        show_payment,
        save_qr,
        cancel,
        show_note,
        send_note,
        show_report,
        send_report,
        show_promise,
        send_promise,
        renew_link,
        show_reminders,
        end,
        resume,
        download_statement,
        show_activity,
        download_activity,
        download_activity_rows,
        download_receipt,
        download_voucher,
        verify_receipt,
        check_receipt,
    ]
