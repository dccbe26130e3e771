"""What the simulated Nequi can be told to do: the readings of its public sources, and manners of the real one."""

from __future__ import annotations

from typing import Final

from hub_hookspecs.testing.options import Option

OPTIONS: Final = (
    # Readings: where public sources differ, which of them is played.
    Option(
        name="strict_keys",
        default=False,
        text="Refuse unknown, missing and mistyped keys, and names that belong to another operation, as the portal's "
        "tables would; the recorded sandbox routes by address and looks at little.",
    ),
    Option(
        name="token_paths",
        default=["oauth2/token", "oauth/token", "token"],
        text="Where a token can be had: oauth2/token in recorded traffic and the official clients, oauth/token in "
        "eight public configurations, token in one client.",
    ),
    Option(
        name="trn_id",
        default="number",
        choices=("number", "client", "transaction"),
        text="trnId of a paid answer: a number of its own (S...), the ClientID that was sent (recorded twice), or the "
        "transactionId as while it was pending.",
    ),
    Option(
        name="paid_date",
        default="creation",
        choices=("creation", "payment"),
        text="date of a paid answer: when the payment was pushed (recorded), or when it was accepted.",
    ),
    Option(
        name="qr_answer",
        default="both",
        choices=("both", "old", "new"),
        text="How a code is made: codeQR alone until about 2023 (old), qrValue and transactionId since (new).",
    ),
    Option(
        name="qr_named_by",
        default="any",
        choices=("any", "qrValue", "transactionId"),
        text="By what a status call finds a code of the new form: by its text, or by its transaction alone.",
    ),
    Option(
        name="unknown_code",
        default="3-455",
        choices=("3-455", "11-9L", "11-17L"),
        text="How a status call is answered that finds nothing.",
    ),
    Option(
        name="ended_as",
        default="code",
        choices=("code", "value"),
        text="Expired and rejected as StatusCode (recorded), or as a value of status (two clients).",
    ),
    Option(
        name="unknown_phone_code",
        default="20-08A",
        choices=("20-08A", "3-451"),
        text="A phone without Nequi: as the sandbox answers, or as the table has it.",
    ),
    Option(
        name="origin_money",
        default="list",
        choices=("list", "object"),
        text="originMoney as recorded, or as the official PHP client reads it.",
    ),
    Option(
        name="reversal_body",
        default="object",
        choices=("object", "text"),
        text="reversionRS as recorded, {}, or as the portal's sample has it, an empty text.",
    ),
    Option(
        name="notification_signature",
        default="full",
        choices=("full", "no_headers", "bare"),
        text="The Signature header with all its parameters, without headers=, or without algorithm= as well, as the "
        "one public receiver has it.",
    ),
    Option(
        name="repeated_reversal",
        default="2-CCSB000079",
        text="The code of a second reversal; 0 gives the money back twice. Not known of the real one.",
    ),
    # Manners: what the payer, the merchant's contract and the network bring.
    Option(
        name="approve_after_status_calls",
        default=None,
        text="The payer accepts after so many status calls; with null only when told to.",
    ),
    Option(name="expiry_seconds", default=900, text="Life of a push."),
    Option(name="qr_expiry_seconds", default=900, text="Life of a code."),
    Option(name="push_delay", default=0, text="Seconds before a push is answered; the sandbox takes 5 to 12."),
    Option(name="latency", default=0, text="Seconds before any other call is answered."),
    Option(name="unknown_phones", default=["3000000000"], text="Phones without Nequi."),
    Option(name="blocked_phones", default=[], text="Phones whose account is blocked."),
    Option(
        name="reports",
        default="yes",
        choices=("yes", "denied", "closed"),
        text="Whether the merchant may call the report service: denied answers 20-10A, closed 403 at the gateway.",
    ),
    Option(name="blanks", default=False, text="Blanks around codes and statuses, as one list of codes has them."),
    Option(name="omit_keys", default=[], text="Keys left out of every answer, wherever they stand."),
    Option(name="extra_keys", default=False, text="Keys in every answer that nobody documented."),
    Option(
        name="force",
        default={},
        text='Answer an operation with a code: {"getStatusPayment": {"code": "11-18L", "effect": false, "times": 1}}.',
    ),
)
