"""The look of the simulated ONVO's pages: plain HTML that works without script and on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from hub_hookspecs.money import Money

STYLE: Final = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f3f2f8;color:#1d1a2b;font:1rem/1.5 system-ui,sans-serif}
.simulated{background:#ffd23f;color:#1d1a2b;text-align:center;padding:.5rem 1rem;font-weight:700}
main{max-width:62rem;margin:0 auto;padding:1rem;display:grid;gap:1rem}
h1{font-size:1.3rem;margin:0}
h2{font-size:1.05rem;margin:0 0 .5rem}
p{margin:.4rem 0}
.panel{background:#fff;border:1px solid #d3cfe2;border-radius:.9rem;padding:1.1rem}
.panel+.panel{margin-top:1rem}
.amount{font-size:1.8rem;font-weight:700;margin:0}
.quiet{color:#5a5570}
ul.lines{list-style:none;margin:.75rem 0 0;padding:0}
ul.lines li{display:flex;justify-content:space-between;gap:1rem;padding:.35rem 0;border-top:1px solid #e6e3f0}
ul.lines span{overflow-wrap:anywhere}
ul.lines span+span{white-space:nowrap}
nav{display:grid;grid-template-columns:1fr 1fr;gap:.5rem;margin-bottom:.5rem}
nav a{display:flex;align-items:center;justify-content:center;min-height:44px;border:1px solid #8d86a8;
border-radius:.6rem;padding:.5rem;text-align:center;text-decoration:none;font-weight:600;color:#3a2a94}
nav a[aria-current]{background:#3a2a94;border-color:#3a2a94;color:#fff}
label{display:block;font-weight:600;margin:.75rem 0 .25rem}
input{width:100%;min-height:44px;padding:.55rem .65rem;border:1px solid #6d6786;border-radius:.5rem;font:inherit;
background:#fff;color:inherit}
input[aria-invalid=true]{border:2px solid #a3160b}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}
.error{color:#a3160b;margin:.25rem 0 0}
.problem{border-left:.4rem solid #a3160b;background:#fdecea;padding:.75rem 1rem;margin:0 0 .75rem}
.problem p{margin:0}
button{width:100%;min-height:44px;padding:.7rem;margin-top:1rem;border-radius:.6rem;font:inherit;font-weight:700;
cursor:pointer;border:1px solid #3a2a94;background:#3a2a94;color:#fff}
button.second,button.play{background:#fff;color:#3a2a94;margin-top:.6rem}
.big{font-size:1.35rem;font-weight:700;white-space:nowrap}
dl{display:grid;gap:.1rem;margin:.75rem 0}
dt{color:#5a5570}dd{margin:0 0 .6rem}
.tests{border-style:dashed}
.tests ul{margin:0;padding:0;list-style:none}
.tests li{display:flex;flex-wrap:wrap;gap:0 .75rem;padding:.15rem 0;align-items:center}
.tests li a{min-height:32px;display:inline-flex;align-items:center;white-space:nowrap;
font-family:ui-monospace,monospace}
a{color:#3a2a94}
:focus-visible{outline:3px solid #0b6bcb;outline-offset:2px}
@media(min-width:52rem){
main.wide{grid-template-columns:minmax(0,2fr) minmax(0,3fr);align-items:start;padding-top:2rem}
main.narrow{max-width:34rem;padding-top:2rem}
}
"""


def page(title: str, body: str, *, status: int = 200, wide: bool = False, refresh: int = 0) -> HTMLResponse:
    """One page."""
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    text = f"""<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>{escape(title)} · ONVO Pay SIMULADO</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">{again}
<style>{STYLE}</style></head>
<body><header class="simulated">SIMULADO: no es ONVO Pay y no se cobra dinero</header>
<main class="{"wide" if wide else "narrow"}">{body}</main></body></html>
"""
    return HTMLResponse(text, status, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


def field(
    name: str,
    label: str,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    *,
    autocomplete: str = "off",
    keyboard: str = "text",
    kind: str = "text",
) -> str:
    """One field of a form, with what is wrong with it."""
    problem = problems.get(name)
    marks = f' aria-invalid="true" aria-describedby="{name}-error"' if problem else ""
    error = f'<p class="error" id="{name}-error">{escape(problem)}</p>' if problem else ""
    value = "" if kind == "password" else escape(values.get(name, ""))
    return (
        f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="{kind}" inputmode="{keyboard}" '
        f'autocomplete="{autocomplete}" required value="{value}"{marks}>{error}'
    )


def shown(money: Money) -> str:
    """An amount as people read it in Costa Rica."""
    whole, _, cents = f"{money.decimal:.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", "\N{NO-BREAK SPACE}")
    symbol = {"CRC": "₡", "USD": "US$\N{NO-BREAK SPACE}"}.get(money.currency, f"{money.currency}\N{NO-BREAK SPACE}")
    return f"{symbol}{grouped},{cents}"
