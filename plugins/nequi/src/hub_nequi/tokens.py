"""Nequi's access token: how it is asked for, and what the answer holds."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import Final

from hub_hookspecs import (
    Account,
    Grant,
    OutcomeUnknown,
    Reason,
    ReasonKind,
    Refused,
    harmless,
    json_object,
    without_grant,
)
from hub_hookspecs.http import URL, Request, Response

REFUSALS: Final = frozenset({"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"})


def token_request(account: Account) -> Request:
    """The token request as Nequi's own clients send it: grant type in the query, empty body, Basic."""
    pair = f"{account.settings['client_id']}:{account.settings['client_secret']}"
    return without_grant(
        harmless(
            Request(
                "POST",
                URL(account.endpoints["oauth"]).copy_merge_params({"grant_type": "client_credentials"}),
                headers={
                    "authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
                    "content-type": "application/x-www-form-urlencoded",
                    "accept": "application/json",
                },
            )
        )
    )


def token_refusal(response: Response) -> str | None:
    """The OAuth error that says the credentials are wrong; None for any other answer."""
    if response.status_code not in (400, 401, 403):
        return None
    error = json_object(response).get("error")
    return error if isinstance(error, str) and error in REFUSALS else None


def grant_from(response: Response, now: datetime) -> Grant:
    """Read the token.

    Raises:
        Refused: The credentials are wrong.
        OutcomeUnknown: No readable token.
    """
    if refusal := token_refusal(response):
        raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE, refusal), alert=True)
    if response.status_code != 200:
        raise OutcomeUnknown(f"the token request was answered {response.status_code}")
    body = json_object(response)
    token, life = body.get("access_token"), str(body.get("expires_in", "300")).removesuffix(".0")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{1,8192}", token):
        raise OutcomeUnknown("the token answer holds no token")
    if not re.fullmatch(r"[0-9]{1,6}", life):
        raise OutcomeUnknown("the token answer's expires_in is no number of seconds")
    return Grant(headers={"authorization": f"Bearer {token}"}, expires_at=now + timedelta(seconds=int(life)))
