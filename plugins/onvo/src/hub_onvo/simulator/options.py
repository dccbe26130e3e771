"""What the simulated ONVO can be told to play: readings of its public sources, and manners of the real one."""

from __future__ import annotations

from typing import Any, Final

from hub_hookspecs.testing.options import Option

EVENTS: Final = (
    "payment-intent.succeeded",
    "payment-intent.failed",
    "payment-intent.deferred",
    "checkout-session.succeeded",
    "mobile-transfer.received",
)

READINGS: Final = (
    # Where public sources differ, or say nothing, which is played.
    Option(
        name="first_status",
        default="requires_confirmation",
        choices=("requires_confirmation", "requires_payment_method"),
        text="status of a new intent: as the reference has it, or as clients saw it.",
    ),
    Option(
        name="cancel_unconfirmed",
        default="refuse",
        choices=("refuse", "cancel"),
        text="Cancel of an intent in requires_confirmation: the rule names two other statuses; the effect is unknown.",
    ),
    Option(
        name="paid_session",
        default="open",
        choices=("open", "complete"),
        text="status of a paid session: the reference knows open and expired alone, newer texts complete.",
    ),
    Option(
        name="expire_paid",
        default="refuse",
        choices=("refuse", "expire"),
        text="Expire of a paid session: answers 400, or it is expired and stays paid; unknown.",
    ),
    Option(
        name="expire_cancels_intent",
        default=False,
        text="Whether the unpaid intent of an expired session is canceled; unknown. One that is processing never is.",
    ),
    Option(
        name="lists",
        default="measured",
        choices=("measured", "bare", "enveloped"),
        text="Lists: {data, meta} for customers and transfers alone, as measured; none, as the reference; or all.",
    ),
    Option(
        name="confirm_key",
        default="publishable",
        choices=("publishable", "any"),
        text="The key that may confirm an intent: the reference says publishable, newer texts the secret one too.",
    ),
    Option(
        name="currencies",
        default="guides",
        choices=("guides", "schema"),
        text="CRC and USD as in the guides, or the nine of the schema.",
    ),
    Option(
        name="identification_types",
        default="national",
        choices=("national", "all"),
        text="identificationType: 0 alone, on which all agree, or 0 to 5 and 9.",
    ),
    Option(
        name="matching",
        default="identification",
        choices=("identification", "identification_and_phone"),
        text="How a transfer finds its intent: by the sender's identification, or by it and the phone.",
    ),
    Option(
        name="several_waiting",
        default="oldest",
        choices=("oldest", "newest", "none"),
        text="Which intent takes a transfer where one person has several that wait; unknown.",
    ),
    Option(
        name="other_amount",
        default="waits",
        choices=("waits", "counts"),
        text="A transfer of another amount: too little waits for more and too much is not associated; or either makes "
        "the intent succeed with what came as receivedAmount. Unknown.",
    ),
    Option(
        name="unpaid_received",
        default="amount",
        choices=("amount", "zero"),
        text="receivedAmount of an unpaid intent: the reference's sample has the amount.",
    ),
    Option(
        name="refund_shows",
        default="succeeded",
        choices=("succeeded", "pending"),
        text="When receivedAmount falls: once the refund succeeded, or while it is pending.",
    ),
    Option(
        name="refunded_intent",
        default="succeeded",
        choices=("succeeded", "refunded"),
        text="status of an intent refunded in full by the API; in the dashboard it always becomes refunded.",
    ),
    Option(
        name="webhook_failure",
        default="logged",
        choices=("logged", "retried"),
        text="A notification that is not taken: only logged, or sent again.",
    ),
    Option(
        name="event_fields",
        default="samples",
        choices=("samples", "more"),
        text="Events as the reference's samples have them, or with what one client saw: mode, paymentMethodId and "
        "charges, and paymentIntentId of a session.",
    ),
    Option(
        name="decline_code",
        default="code",
        choices=("code", "word"),
        text="code of a declined try: declined, or the sample's Spanish word Declinado.",
    ),
    Option(
        name="declined_confirm",
        default="intent",
        choices=("intent", "error"),
        text="What a confirm answers whose card is declined: 201 with the intent, or 400 with apiCode.",
    ),
    Option(
        name="business_errors",
        default="typed",
        choices=("typed", "plain"),
        text="Which of the two shapes errors have that are none of form: type and code, or apiCode and error.",
    ),
    Option(
        name="return_query",
        default="none",
        choices=("none", "payment_intent_id"),
        text="What is put behind redirectUrl when the payer comes back; only 3-D Secure returns are known to add it.",
    ),
)

MANNERS: Final = (
    Option(name="events", default=list(EVENTS), text="Which events the merchant chose in the dashboard."),
    Option(name="session_minutes", default=1440, text="Life of a session; one exists, its length is unknown."),
    Option(name="refund_seconds", default=5, text="How long a refund is pending; 0 answers it succeeded."),
    Option(
        name="refund_outcome",
        default="succeeded",
        choices=("succeeded", "failed"),
        text="How a pending refund ends.",
    ),
    Option(
        name="settled_after_seconds",
        default=None,
        text="Age at which a charge is settled and no longer refunded; null is never, until the control action settle.",
    ),
    Option(
        name="answer_seconds",
        default=0,
        text="Seconds between what a call does and its answer; events of it are there before.",
    ),
    Option(name="omit_keys", default=[], text="Keys left out of every answer, wherever they stand."),
    Option(name="extra_keys", default=False, text="Keys in every answer that nobody documented."),
)

OPTIONS: Final = (*READINGS, *MANNERS)


def shaped(value: Any, options: dict[str, Any]) -> Any:
    """An answer with keys left out or added, as the options say."""
    if isinstance(value, list):
        return [shaped(item, options) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: shaped(item, options) for key, item in value.items() if key not in options["omit_keys"]}
    return {**kept, "somethingNew": "1"} if options["extra_keys"] else kept
