"""Whether a person looks at a page, or a program that checks, shortens or previews links, or the company itself.

Mails say "opened" of a statement where a customer saw it. A program that pretends to be a browser may be taken for a
person; what a browser of today always says and a program forgets (``Sec-Fetch-Mode``, over https) tells most of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hub.domain.merchant import Merchant
from hub.flows.merchants.sign_in import who

from .cookies import cookie_name
from .heads import is_head
from .request import Request, hub_of

SESSION: Final = "session"
PROGRAMS: Final = re.compile(
    r"whatsapp/|facebookexternalhit|facebot|meta-external|(?<!cu)bot\b|bot/|slack-img|skypeuripreview|linkpreview"
    r"|bingpreview|microsoftpreview|microsoft office|ms-office|msoffice|microsoft outlook|safelinks|teams/"
    r"|google-(?!chrome)[a-z]|-google\b|google web preview|googleimageproxy|ggpht|google favicon|googleother"
    r"|viber/|vkshare|pinterest/|embedly|iframely|crawl|spider|slurp|preview|scanner|prefetch|monitor|uptime|headless"
    r"|proofpoint|mimecast|barracuda|forcepoint|cloudmark|symantec|trendmicro|sophos|fortinet|virustotal|urlscan"
    r"|curl/|wget/|python|go-http-client|java/|okhttp|libwww|apache-http|axios|node-fetch|undici|ruby|perl|php/",
    re.IGNORECASE,
)
"""Words by which programs name themselves."""
AHEAD: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")
"""Headers by which a browser or an app says that nobody looks yet."""
CHROME: Final = re.compile(r"\bChrome/(\d+)")
TELLS_MODE: Final = 80
"""The Chrome from which on every navigation says ``Sec-Fetch-Mode``, where the page is https."""


def is_program(headers: Mapping[str, str], *, is_secure: bool) -> bool:
    """Whether the headers are those of a program, or of a browser that fetches ahead of its reader.

    Args:
        is_secure: The page is reached by https.
    """
    agent = headers.get("user-agent", "")
    if not agent.strip() or PROGRAMS.search(agent):
        return True
    if any(re.search("prefetch|prerender|preview", headers.get(name, ""), re.IGNORECASE) for name in AHEAD):
        return True
    chrome = CHROME.search(agent)
    is_modern = bool(chrome) and int(chrome[1]) >= TELLS_MODE if chrome else False
    return is_secure and is_modern and "sec-fetch-mode" not in headers


def may_be_a_look(request: Request) -> bool:
    """Whether a person may be looking: no program, and more is asked for than the head."""
    return not is_head(request) and not is_program(
        request.headers, is_secure=hub_of(request).base_url.startswith("https://")
    )


async def is_own_look(request: Request, merchant: Merchant) -> bool:
    """Whether somebody of the company looks, who is signed in with this browser."""
    hub = hub_of(request)
    token = request.cookies.get(cookie_name(hub, SESSION), "")
    found = await who(hub, token) if token else None
    return found is not None and found.merchant.id == merchant.id
