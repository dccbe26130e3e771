"""The merchant's pages in a real browser: nothing wider than a phone,
nothing that a screen reader stumbles over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from hub.flows.merchants.sign_in import request_sign_in, sign_in, sign_in_token
from tests.web.conftest import BROKEN_WORDS, House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (320, 390, 800, 1280)
READ_ALOUD = (390,)
"""Widths at which axe reads each page; the others are measured only."""


@pytest.fixture(scope="module")
def desk(house: House, chromium: Browser) -> Any:
    """A browser in which the owner is signed in."""
    house.run(request_sign_in(house.hub, "duena@cr.example"))
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=house.merchants["CR"].id))
    newest = max((item for item in sent if item.kind == "sign_in"), key=lambda item: item.created_at)
    signed_in = house.run(sign_in(house.hub, sign_in_token(house.hub, newest.id)))
    context = chromium.new_context(locale="es")
    context.add_cookies([{"name": "session", "value": signed_in.token, "url": house.base}])
    yield context.new_page()
    context.close()


def faults_of(page: Page, width: int) -> list[str]:
    """What is wrong with the page at this width."""
    found = []
    if width in READ_ALOUD:
        found = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, *([f"{wide} px wide"] if wide > width else [])]


def test_every_page_fits_and_can_be_read_aloud(house: House, desk: Page, desk_paths: list[str]) -> None:
    faults = {}
    for width in WIDTHS:
        desk.set_viewport_size({"width": width, "height": 844})
        for path in desk_paths:
            answer = desk.goto(house.base + path)
            assert answer
            assert answer.status == 200, path
            if found := faults_of(desk, width):
                faults[f"{path} at {width}"] = found
    assert not faults


def test_no_word_of_a_table_is_broken_on_a_desk(house: House, desk: Page, desk_paths: list[str]) -> None:
    """Every word of a cell stands on one line: its box is one line high."""
    desk.set_viewport_size({"width": 1280, "height": 844})
    broken = {}
    for path in desk_paths:
        desk.goto(house.base + path)
        if found := desk.evaluate(BROKEN_WORDS):
            broken[path] = found
    assert not broken


def test_the_whole_desk_is_reached_by_the_keyboard(house: House, desk: Page) -> None:
    """Tab goes through the skip link, the menu and the page, and what has the focus is seen to have it."""
    desk.set_viewport_size({"width": 1280, "height": 844})
    desk.goto(f"{house.base}/m/rounds?least=&days=")
    reached, unseen = [], []
    for _ in range(60):
        desk.keyboard.press("Tab")
        found = desk.evaluate(FOCUSED)
        reached.append(found["text"])
        if not found["seen"]:
            unseen.append(found["text"])
    assert not unseen
    for words in ("Ir al contenido", "Clientes", "Configuración", "Ver a quién le llega", "Programar un envío"):
        assert any(words in text for text in reached), words
    desk.goto(f"{house.base}/m/options")
    desk.get_by_label("Permitir pagos parciales").focus()
    before = desk.get_by_label("Permitir pagos parciales").is_checked()
    desk.keyboard.press("Space")
    assert desk.get_by_label("Permitir pagos parciales").is_checked() is not before


FOCUSED = """() => {
  const here = document.activeElement;
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  return {
    text: (here.innerText || here.value || here.getAttribute("aria-label") || here.name || here.tagName).trim(),
    seen: here === document.body || here.tagName === "IFRAME"
      || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0),
  };
}"""


def test_fingers_find_every_button(house: House, desk: Page, desk_paths: list[str]) -> None:
    """On a phone, buttons and fields are 44 px high; links inside a sentence may be smaller."""
    desk.set_viewport_size({"width": 390, "height": 844})
    small = {}
    for path in desk_paths:
        desk.goto(house.base + path)
        found = desk.evaluate(
            """() => [...document.querySelectorAll("button, .button, select, input:not([type=hidden]), nav a, summary")]
              .filter(item => item.offsetParent && item.type !== "checkbox" && item.type !== "radio")
              .filter(item => item.getBoundingClientRect().height < 43.5)
              .map(item => item.outerHTML.slice(0, 80))"""
        )
        if found:
            small[path] = found
    assert not small


def test_the_menu_is_one_line_on_a_phone_and_shows_where_one_is(
    house: House, desk: Page, desk_paths: list[str]
) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    for path in ("/m", "/m/invoices", "/m/payments", "/m/settings"):
        desk.goto(house.base + path)
        menu = desk.evaluate(
            """() => {
              const nav = document.querySelector("nav.main"), here = nav.querySelector("[aria-current=page]");
              const [outer, inner] = [nav.getBoundingClientRect(), here.getBoundingClientRect()];
              return {high: outer.height, seen: inner.left >= outer.left && inner.right <= outer.right};
            }"""
        )
        assert menu["high"] < 2 * 44, path
        assert menu["seen"], path


def test_an_item_of_a_list_takes_two_lines_on_a_phone(house: House, desk: Page, desk_paths: list[str]) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    seen = 0
    for path in ("invoices", "payments", "receipts", "mails", "imports", "rounds", "rounds?least=&days="):
        desk.goto(f"{house.base}/m/{path}")
        heights = desk.evaluate(
            "[...document.querySelectorAll('table.two tbody tr')].map(row => row.getBoundingClientRect().height)"
        )
        assert all(44 <= height <= 72 for height in heights), (path, heights)
        seen += len(heights)
    assert seen > 10


def test_a_day_is_asked_as_it_is_written_here_and_not_as_the_browser_likes(
    house: House, desk: Page, desk_paths: list[str]
) -> None:
    for path in desk_paths:
        desk.goto(house.base + path)
        assert not desk.locator("input[type=date]").count(), path
    desk.goto(f"{house.base}/m/payments")
    desk.get_by_label("Desde").fill("1.2.26")
    desk.get_by_label("Hasta").fill("31/02/2026")
    desk.locator("main").get_by_role("button", name="Buscar").click()
    assert desk.get_by_label("Desde").input_value() == "01/02/2026"
    assert desk.get_by_label("Hasta").get_attribute("aria-invalid") == "true"
    assert "El día 31 no existe en ese mes" in desk.locator("#until-error1").inner_text()
