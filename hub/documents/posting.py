"""Posts alerts to the operator's own systems, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from hub.domain.mail import MailRefused
from hub_hookspecs.http import library as httpx

TIMEOUT_SECONDS = 10.0
LATER = frozenset({408, 425, 429})
"""Answers of the 400s that a further try may mend."""


@attrs.frozen
class HttpAlerter:
    """Posts JSON over HTTP; no redirects are followed, no proxy of the environment is used."""

    timeout: float = TIMEOUT_SECONDS

    async def post(self, url: str, body: Mapping[str, object]) -> None:
        """Post once.

        Raises:
            OSError: It may be tried again.
            MailRefused: The receiver does not want it, now or later.
        """
        try:
            async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self.timeout) as client:
                answer = await client.post(url, json=dict(body))
        except httpx.HTTPError as error:
            raise ConnectionError(type(error).__name__) from None
        if answer.status_code in LATER or answer.status_code >= 500:
            raise ConnectionError(f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise MailRefused(f"the webhook answered HTTP {answer.status_code}")
