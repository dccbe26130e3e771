"""What the pages say, in three languages, and what the visual language promises of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from hub.domain.offer import ABSENCE_WORDS, Absence
from hub.domain.payment import CLOSING
from hub.domain.text import Declared, Text
from hub.flows.merchants.choose_language import choose_language
from hub.texts.engine import CONTEXT, read_catalogue, texts_for
from hub.web.app import create_app
from hub.web.language import preferred_by
from hub.web.merchant import words
from hub.web.pages import STATIC
from hub_hookspecs import Kind
from tests.spoken import spoken
from tests.web.conftest import House

from .catalogues import NAMES, SPANISH, Said, everything, is_addressed, own_keys, read

ROOT = Path(__file__).parents[2]
DESK = ROOT / "hub" / "web" / "merchant"
PLACES = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def messages() -> Mapping[str, Said]:
    return everything()


def test_english_says_everything_and_nothing_else(messages: Mapping[str, Said]) -> None:
    """``./run python tests/web/catalogues.py`` brings the files up to date;
    what it leaves empty is for a person."""
    told = {key_of(message): message for message in read("en") if message.id}
    assert set(messages) - set(told) == set()
    assert set(told) - set(messages) - own_keys() == set()
    assert [key for key, message in told.items() if message.fuzzy or not all(strings_of(message))] == []
    assert [key for key, said in messages.items() if len(strings_of(told[key])) != (2 if said.plural else 1)] == []
    assert texts_for("en").catalogue.keys() == told.keys()


def test_colombia_says_what_addresses_its_reader_otherwise_and_nothing_else_over_again(
    messages: Mapping[str, Said],
) -> None:
    told = {key_of(message): strings_of(message) for message in read("es_CO") if message.id}
    assert set(told) - set(messages) - own_keys() == set()
    assert [key for key, said in messages.items() if key not in told and is_addressed(said.text)] == []
    again = [key for key, (form, *_) in told.items() if form == key.rpartition(CONTEXT)[2] and not is_addressed(form)]
    assert again == []


@pytest.mark.parametrize("name", NAMES)
def test_a_translation_keeps_the_places_to_fill(name: str) -> None:
    for key, forms in texts_for(name).catalogue.items():
        assert all(set(PLACES.findall(form)) == set(PLACES.findall(key)) for form in forms), key


def test_english_is_not_the_spanish_over_again(messages: Mapping[str, Said]) -> None:
    english = texts_for("en").catalogue
    alike = [key for key, said in messages.items() if english[key][0] == said.text and SPANISH.search(said.text)]
    assert alike == ["no", "SINPE Móvil"], "a word of two letters, and a name"


def test_every_word_that_the_desk_holds_in_a_table_is_in_the_catalogues(messages: Mapping[str, Said]) -> None:
    """However little of a sentence it is: a value of a table that begins like one."""
    held = {
        text
        for module in (import_module(f"hub.web.merchant.{path.stem}") for path in DESK.glob("[a-z]*.py"))
        for name, table in vars(module).items()
        if name.isupper() and isinstance(table, dict)
        for text in table.values()
        if isinstance(text, str) and re.match(r"[A-ZÁÉÍÓÚ][a-záéíóúñ]+", text)
    }
    assert "Consulta a {provider}" in held
    assert held - set(messages) == set()


def test_a_missing_a_fuzzy_and_a_strange_translation_are_found(tmp_path: Path) -> None:
    """The controls of the three above: files in which something is wrong."""
    file = tmp_path / "en.po"
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    for wrong in ('msgid "Guardar"\nmsgstr ""\n', '#, fuzzy\nmsgid "Guardar"\nmsgstr "Save"\n'):
        file.write_text(head + wrong, encoding="utf-8")
        assert "Guardar" not in read_catalogue(file)
    assert SPANISH.search("Guardar los cambios")
    assert set(PLACES.findall("Ver {number}")) != set(PLACES.findall("See {numbers}"))


def key_of(message: Message) -> str:
    one = message.id if isinstance(message.id, str) else message.id[0]
    return f"{message.context}{CONTEXT}{one}" if message.context else one


def strings_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def test_colombia_is_never_addressed_with_usted(messages: Mapping[str, Said]) -> None:
    colombian = texts_for("es_CO")
    said = [form for key in messages for form in colombian.catalogue.get(key, (messages[key].text,))]
    assert [text for text in said if is_addressed(text)] == []


def test_a_text_is_said_with_its_values_and_a_word_that_nobody_translated_as_it_stands() -> None:
    assert spoken(Text("share.other_currency", currency="USD"), "en") == "This invoice is in USD."
    bills = Text("receipt.pays", what=Text("receipt.invoices"), numbers="FE-1, FE-2")
    assert spoken(bills, "en") == "Payment of invoices FE-1, FE-2"
    unconnected = Text("absence.sentence", provider="Greenpay", why=ABSENCE_WORDS[Absence.NOT_CONNECTED])
    assert spoken(unconnected, "en") == "Greenpay is not connected."
    assert spoken(Text("share.other_currency", currency="USD")) == "Esta factura está en USD."
    assert spoken(Text("currency.choose"), "es_CO") == "Elige la moneda."
    assert texts_for("en").say("Lo que nadie tradujo") == "Lo que nadie tradujo"


def test_a_text_is_said_with_what_fills_it_in_the_language_of_its_reader() -> None:
    kinds = {kind: Text("identity.has_no_digit", type=Declared(kind)) for kind in ("NITE", "Cédula jurídica")}
    assert spoken(kinds["NITE"], "en") == "NITE has no check digit."
    assert spoken(kinds["Cédula jurídica"], "en").startswith("Costa Rican company number")
    assert spoken(kinds["Cédula jurídica"]) == "Cédula jurídica no lleva dígito de verificación."
    unconnected = Text("absence.sentence", provider="Greenpay", why=ABSENCE_WORDS[Absence.NOT_CONNECTED])
    assert spoken(unconnected, "en") == "Greenpay is not connected."


def test_costa_rica_reads_the_templates_as_they_stand() -> None:
    assert texts_for("es_CR").say("payment\x04Vencida") == "Vencida"
    assert texts_for("fr_FR").say("Pagar {amount}", amount="5") == "Pagar 5"


def test_who_asks_for_english_gets_it_and_it_is_remembered_only_when_asked(house: House) -> None:
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


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("en;q=0.5, es;q=0.9", ("es", "en")),
        ("es;q=0, en;q=0.1", ("en",)),
        ("en-US,en;q=0.9,es-CR;q=0.95", ("en-us", "es-cr", "en")),
        ("es-CR; q=0.8 , de;q=1.000", ("de", "es-cr")),
        ("en;q=2, es;q=x, fr;level=1, *;q=0.5", ("*",)),
        ("", ()),
        (",".join(["xx;q=0.1"] * 9999 + ["en"]), ("xx",) * 50),
    ],
)
def test_what_a_browser_wants_most_comes_first(asked: str, wanted: tuple[str, ...]) -> None:
    assert preferred_by(asked) == wanted


def language_for(house: House, asked: str) -> str:
    with house.browser() as browser:
        return re.findall('<html lang="(.+?)">', browser.get("/", headers={"accept-language": asked}).text)[0]


def test_a_browser_that_wants_spanish_more_than_english_gets_spanish(house: House) -> None:
    asked = ("en;q=0.5, es;q=0.9", "en;q=0.5, es-CO;q=0.9", "es;q=0.5, en;q=0.9")
    assert [language_for(house, text) for text in asked] == ["es-CR", "es-CO", "en"]


def test_control_a_page_in_whichever_language_stands_first_is_seen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    unweighed = lambda header: tuple(part.partition(";")[0].strip().lower() for part in header.split(","))  # noqa: E731
    monkeypatch.setattr("hub.web.language.preferred_by", unweighed)
    assert language_for(house, "en;q=0.5, es;q=0.9") == "en"


def test_a_customer_reads_the_pages_in_the_language_of_the_mails_unless_another_is_asked_for(house: House) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    merchant = house.read(lambda tx: tx.merchants.get(debtor.customer.merchant_id))
    house.run(choose_language(house.hub, merchant, debtor.customer.id, "en"))
    spanish = {"accept-language": "es-CR"}
    with house.browser() as browser:
        pages = [
            browser.get(f"{debtor.path}{rest}", headers=spanish)
            for rest in ("", "/pay", "/activity", "/note", "/report")
        ]
        asked = browser.get(f"{debtor.path}?lang=es", headers=spanish)

    assert [page.url.path for page in pages if '<html lang="en">' not in page.text] == []
    assert "Pay with Greenpay" in pages[0].text
    assert 'lang="es-CR"' in asked.text


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


@pytest.mark.parametrize(("name", "most"), [("hub.css", 20_000), ("payer.css", 6_000)])
def test_the_stylesheets_stay_small_and_ask_for_nothing(name: str, most: int) -> None:
    css = (STATIC / name).read_text(encoding="utf-8")
    assert len(css.encode()) < most
    assert "url(" not in css
    assert "@import" not in css


def test_whatever_a_payment_is_closed_with_has_a_word_for_its_company() -> None:
    assert set(words.CLOSED) == set(CLOSING)
    assert set(words.KINDS) == set(Kind)


def test_the_component_page_is_the_demos_and_no_hubs(house: House) -> None:
    with house.browser() as browser:
        page = browser.get("/design")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self' 'sha256-")
    assert "/design" not in {route.path for route in create_app(house.hub).pages.routes}


def test_a_name_that_ends_with_a_full_stop_ends_the_sentence_too() -> None:
    spanish = texts_for("es_CR")
    assert spanish.say("Escriba a {company}.", company="El Tornillo S.A.") == "Escriba a El Tornillo S.A."
    assert spanish.say("Escriba a {company}.", company="El Tornillo") == "Escriba a El Tornillo."
