"""The browser that the page tests lean on: it starts, it sees what axe sees,
and it has letters for the colón sign."""

import asyncio
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = """<!doctype html><html lang="es"><title>Prueba</title><main><h1>Prueba</h1>
<span id="colon" style="font: 40px sans-serif">₡₡₡₡</span>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" %s></main></html>"""


def test_axe_finds_a_missing_alt(chromium: "Browser") -> None:
    page = chromium.new_page()
    page.set_content(PAGE % "")
    assert [found["id"] for found in Axe().run(page).response["violations"]] == ["image-alt"]
    page.set_content(PAGE % 'alt="nada"')
    assert Axe().run(page).violations_count == 0
    page.close()


def test_the_colon_sign_has_a_glyph(chromium: "Browser") -> None:
    page = chromium.new_page()
    page.set_content(PAGE % 'alt=""')
    colon = page.locator("#colon").screenshot()
    page.locator("#colon").evaluate("span => span.textContent = '\uffff\uffff\uffff\uffff'")
    assert page.locator("#colon").screenshot() != colon
    page.close()


def test_the_others_run_before_the_browser_tests() -> None:
    """Written last, run first: once Playwright has started, asyncio.run works no more in this thread."""
    asyncio.run(asyncio.sleep(0))
