"""What the simulated Greenpay can be told to do: the readings of its public sources, and manners of the real one."""

from __future__ import annotations

from typing import Any, Final

from hub_hookspecs.testing.options import Option
from hub_hookspecs.testing.simulator import Stage

OPTIONS: Final = (
    # Readings: where public sources differ, or say nothing, which is played.
    Option(
        name="strict_keys",
        default=False,
        text="Refuse an order without a key that the English page calls required (identification, email, products), "
        "with an unknown or a mistyped one; clients leave some out.",
    ),
    Option(
        name="amounts",
        default="decimals",
        choices=("decimals", "whole"),
        text="amount with decimals as in samples and clients, or an Int as the English prose has it.",
    ),
    Option(
        name="repeated_reference",
        default="accept",
        choices=("accept", "refuse"),
        text="An orderReference that was used before; the effect of the real one is unknown; accepting is the worse.",
    ),
    Option(
        name="refusal",
        default="errors",
        choices=("errors", "nested", "message"),
        text="The envelope of a refused order was never seen: errors as a list, nested lists as in other answers, or "
        "statusCode and message as in V2.",
    ),
    Option(
        name="http_status_on_refusal",
        default=200,
        text="HTTP status of a refused order: 200 suits every known client, V2 answers 400.",
    ),
    Option(name="http_status_on_decline", default=200, text="HTTP status of a declined checkout; unknown."),
    Option(
        name="decline_ends_session",
        default=False,
        text="A declined try ends the session, or it may be tried again; unknown.",
    ),
    Option(
        name="result_on_decline",
        default="bank",
        choices=("bank", "null"),
        text="result of a declined try: the bank's answer, or null as where it failed before the bank.",
    ),
    Option(
        name="brand_unknown",
        default="ND",
        choices=("ND", "nd"),
        text="How a card of another brand is called.",
    ),
    Option(
        name="tokenise_status",
        default=201,
        choices=(200, 201),
        text="status of a saved card; clients take both.",
    ),
    Option(
        name="notification_route",
        default="/",
        choices=("/", ""),
        text="What is put behind a merchant's notification address; the joining is not documented.",
    ),
    # Manners.
    Option(name="notify_delay", default=0, text="Seconds between a result and its notification."),
    Option(name="session_minutes", default=30, text="Life of a session."),
)
DEFAULTS: Final = {option.name: option.default for option in OPTIONS}


def played(stage: Stage, name: str) -> Any:
    """What a stage plays."""
    return stage.options.get(name, DEFAULTS[name])
