"""A form of money that is drawn again, in a real browser: by the keyboard alone, on a phone and on a desk, read by axe,
and without a script; in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.conftest import House
from tests.web.test_forms_drawn_again import CASES, Begin, Trial
from tests.web.test_forms_drawn_again import begin as begin
from tests.web.test_forms_drawn_again import companies as companies
from tests.web.test_merchant_screens import faults_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

FORMS: Final = (
    "/m/customers/{}/credit",
    "/m/customers/{}/disbursement",
    "/m/invoices/{}/void",
    "/m/payments/{}/dispute-end",
    "/m/payments/{}/refund",
    "/m/payments/{}/returned",
    "/m/payments/{}/reviews/{}",
    "/m/receipts/{}/withheld",
    "/m/reviews/{}/resolve",
    "/m/settlements/{}/line",
    "/m/settlements/{}/payout",
)
"""Each kind of page that has such forms."""

CHANGED: Final = {
    "en": "this changed since you opened the form",
    "es-CO": "esto cambió desde que abriste el formulario",
    "es-CR": "esto cambió desde que abrió el formulario",
}


def form_of(page: Page, trial: Trial) -> Locator:
    """The form, and not another one that goes to the same address."""
    found = page.locator(f'form[action="{trial.action}"]')
    for name, value in trial.told.items():
        found = found.filter(has=page.locator(f'input[type=hidden][name="{name}"][value="{value}"]'))
    return found.first


def fill_in(page: Page, trial: Trial) -> Locator:
    """Open where it is folded, and type what a person would; the button that has the focus then."""
    form = form_of(page, trial)
    folded = page.locator("details:not([open])").filter(has=form)
    if folded.count():
        folded.locator("summary").first.focus()
        page.keyboard.press("Enter")
    for name, value in trial.typed.items():
        field = form.locator(f'[name="{name}"]')
        kind = field.first.evaluate("item => item.type")
        if kind in ("radio", "checkbox"):
            form.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)
    ((name, value),) = trial.button.items() or (("", ""),)
    return form.locator(f'button[name="{name}"][value="{value}"]' if name else "button").first


def press(page: Page, button: Locator) -> None:
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(("language", "scripts"), [("es", True), ("en", False)], ids=["axe", "English, no script"])
@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_drawn_again_for_everybody(
    house: House, begin: Begin, chromium: Browser, path: str, language: str, scripts: bool
) -> None:
    trial = begin(path)
    country = CASES[path].country
    locale = "en" if language == "en" else f"es-{country}"
    context: Any = chromium.new_context(locale=locale, base_url=house.base, java_script_enabled=scripts)
    context.add_cookies([{"name": "session", "value": trial.seat.session, "url": house.base}])
    page = context.new_page()
    try:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(trial.address)
        button = fill_in(page, trial)
        CASES[path].changes[0](trial)
        before = trial.booked()
        press(page, button)

        assert CHANGED[locale] in page.locator("[role=alert]").first.inner_text().replace("\u00a0", " ")
        assert trial.booked() == before
        form = form_of(page, trial)
        kept = [text for text in trial.typed.values() if len(text) > 2]
        shown = form.locator("input:not([type=hidden]), textarea, select")
        values = [shown.nth(at).input_value() for at in range(shown.count())]
        assert set(kept) <= set(values), (kept, values)
        if scripts:
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert not faults_of(page, width)
        again = form.locator(f'button[name="{next(iter(trial.button))}"]' if trial.button else "button").first
        assert again.is_visible()
        press(page, again)
        assert trial.booked() != before
    finally:
        context.close()
