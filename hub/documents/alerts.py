"""An alert as a mail: plain text, and the same in HTML; from the deployment to its operator,
without any letterhead."""

from __future__ import annotations

from html import escape

from hub.domain.mail import Mail


def alert_mail(title: str, text: str, *, sender: str, recipient: str, message_id: str) -> Mail:
    """The mail of one alert."""
    plain = " ".join(title.split())
    return Mail(
        message_id=f"<{message_id}@{sender.rpartition('@')[2]}>",
        sender=f"Payment Hub <{sender}>",
        recipient=recipient,
        subject=f"[Payment Hub] {plain}"[:150],
        text=text,
        html=f'<!doctype html><html lang="en"><body><pre>{escape(text)}</pre></body></html>',
        headers={"Auto-Submitted": "auto-generated"},
    )
