"""What the pages say, in three languages, and what the visual language promises of itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2.ext import babel_extract

from hub.domain.offer import ABSENCE_WORDS
from hub.domain.statement import CUTS, Standing
from hub.web.app import FAULTS
from hub.web.pages import STATIC
from hub.web.texts import CONTEXT, LOCALES, bare, read_catalogue, texts_for

ROOT = Path(__file__).parents[2]
WEB = ROOT / "hub" / "web"
TEMPLATES = [
    *(WEB / "templates" / name for name in ("base.html", "error.html")),
    *sorted((WEB / "templates" / "checkout").glob("*.html")),
    *sorted(path for path in (WEB / "templates" / "portal").glob("*.html") if path.name != "design.html"),
]
FAULT = "a page of no merchant"
PLACES = re.compile(r"%\((\w+)\)s")
USTED = re.compile(
    r"\b(usted|ustedes|suyo|suya|su (?:pago|correo|banco|cuenta|celular|aplicación|compra|saldo|nombre|mensaje|empresa)"
    r"|[Ee]lija|[Rr]evise|[Pp]ague|[Mm]arque|[Ee]scriba|Confirme|[Dd]éjelo|[Ii]ntente|[Ee]spere|[Uu]se|[Vv]uelva)\b"
)


def marked() -> Iterator[tuple[str, str]]:
    """(message id, where) of everything that pages say."""
    for path in TEMPLATES:
        with path.open("rb") as stream:
            found = list(babel_extract(stream, ["_", "ngettext", "rich"], [], {"trim_blocks": "true"}))
        for line, _function, message, _comments in found:
            first = message[0] if isinstance(message, tuple) else message
            if first:
                yield first, f"{path.name}:{line}"
    for path in sorted(WEB.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=str(text))]):
                    yield text, path.name
                case ast.Call(
                    func=ast.Name(id="_"), args=[ast.Constant(value=str(text)), ast.Constant(value=str(about))]
                ):
                    yield f"{about}{CONTEXT}{text}", path.name
    for text in (*(label for _key, label, _low, _high in CUTS), *(standing.value for standing in Standing)):
        yield text, "statement"
    for text in ABSENCE_WORDS.values():
        yield text, "offer"
    for pair in FAULTS.values():
        yield from ((text, FAULT) for text in pair)


def test_everything_is_said_in_english() -> None:
    english = read_catalogue(LOCALES / "en.po")
    assert [(text, where) for text, where in marked() if text not in english] == []


@pytest.mark.parametrize("name", ["en", "es_CO"])
def test_a_catalogue_says_nothing_that_no_page_says_and_keeps_the_places_to_fill(name: str) -> None:
    known = {text for text, _where in marked()}
    catalogue = read_catalogue(LOCALES / f"{name}.po")
    more = {"Tarjeta", "Billetera digital", "Pago en línea"}  # means of payment, from the domain

    assert set(catalogue) - known - more == set()
    for text, told in catalogue.items():
        assert all(set(PLACES.findall(form)) == set(PLACES.findall(bare(text))) for form in told), text


def test_colombia_is_never_addressed_with_usted() -> None:
    colombian = texts_for("es_CO")
    said = [colombian.say(text) for text, where in marked() if where != FAULT]
    assert [text for text in said if USTED.search(text)] == []


def test_costa_rica_reads_the_templates_as_they_stand() -> None:
    assert texts_for("es_CR").say("payment\x04Vencida") == "Vencida"
    assert texts_for("fr_FR").say("Pagar %(amount)s", amount="5") == "Pagar 5"


def test_who_asks_for_english_gets_it_and_it_is_remembered_only_when_asked(house: Any) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    with house.browser() as browser:
        spanish = browser.get(debtor.path, headers={"accept-language": "es-CR,es;q=0.9,en;q=0.8"})
        english = browser.get(debtor.path, headers={"accept-language": "en-US,en;q=0.9"})
        asked = browser.get(f"{debtor.path}?lang=en", headers={"accept-language": "es"})
        kept = browser.get(debtor.path, headers={"accept-language": "es"})
        odd = browser.get(f"{debtor.path}?lang=%22%3E%3Cb%3E", headers={"accept-language": "qq"})

    assert 'lang="es-CR"' in spanish.text
    assert "set-cookie" not in english.headers
    for answer in (english, asked, kept):
        assert '<html lang="en">' in answer.text
        assert "Total owed" in answer.text
        assert re.search(r"Overdue: \d+ days", answer.text)
        assert f'href="{debtor.path}?lang=es"' in answer.text
    assert "HttpOnly" in asked.headers["set-cookie"]
    assert '<html lang="en">' in odd.text  # what was asked before
    assert "<b>" not in odd.text


# ---------------------------------------------------------------- the visual language

TOKEN = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6})")
ROW = re.compile(r"\| `([\w-]+)` on `([\w-]+)` \| ([\d.]+) \| ([\d.]+) \|")


def colours() -> tuple[dict[str, str], dict[str, str]]:
    css = (STATIC / "hub.css").read_text(encoding="utf-8")
    day, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    light = dict(TOKEN.findall(day))
    return light, {**light, **dict(TOKEN.findall(rest.partition("*, *::before")[0]))}


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    whole = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_contrasts_are_what_the_document_says_and_enough() -> None:
    light, dark = colours()
    rows = ROW.findall((ROOT / "docs" / "design-language.md").read_text(encoding="utf-8"))

    assert len(rows) > 15
    for above, below, day, night in rows:
        measured = contrast(light[above], light[below]), contrast(dark[above], dark[below])
        assert (f"{measured[0]:.1f}", f"{measured[1]:.1f}") == (day, night), (above, below)
        assert min(measured) >= (3 if above == "edge" else 4.5), (above, below)


def test_the_stylesheet_stays_small_and_asks_for_nothing() -> None:
    css = (STATIC / "hub.css").read_text(encoding="utf-8")
    assert len(css.encode()) < 20_000
    assert "url(" not in css
    assert "@import" not in css


def test_the_component_page_is_there_for_simulated_hubs_alone(house: Any) -> None:
    with house.browser() as browser:
        assert browser.get("/design").status_code == 200
        house.hub.simulated = False
        try:
            assert browser.get("/design").status_code == 404
        finally:
            house.hub.simulated = True
