"""A plugin's texts in other languages: read beside its code, and applied to its own texts alone."""

from __future__ import annotations

import types

import pytest

from hub_hookspecs import PayButton, catalogue_for, read_catalogues, translate, translate_button
from hub_hookspecs.texts import read_po

EN = {
    "Llave": "Key",
    "Abra la app y acepte; llega al {phone}.": "Open the app and accept; it arrives at {phone}.",
    "{n} de {n}": "{n} out of {n}",
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Llave", "Key"),
        ("Abra la app y acepte; llega al 300 000 0000.", "Open the app and accept; it arrives at 300 000 0000."),
        ("Abra la app y acepte; llega al <b>{phone}</b>.", "Open the app and accept; it arrives at <b>{phone}</b>."),
        ("3 de 3", "3 out of 3"),
        ("3 de 4", "3 de 4"),
        ("Lo que nadie tradujo", "Lo que nadie tradujo"),
        ("", ""),
    ],
)
def test_a_text_is_told_with_what_was_filled_in_and_stands_where_nobody_translated_it(text: str, told: str) -> None:
    assert translate(text, EN) == told


def test_a_locale_falls_back_to_its_language_and_then_to_spanish() -> None:
    found = {"en": EN, "es_CO": {"Llave": "Clave"}}
    assert catalogue_for(found, "en_US") is EN
    assert catalogue_for(found, "es_CO") == {"Llave": "Clave"}
    assert catalogue_for(found, "es_CR") == {}


def test_a_file_is_read_as_translators_tools_write_it() -> None:
    content = """# English.
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

#: info.py:3
msgid ""
"En el panel, "
"sección \\"Llaves\\"."
msgstr "In the panel,\\nsection \\"Keys\\"."
#, fuzzy
msgid "Llave"
msgstr "Lock"
msgid "Celular"
msgstr ""
msgid "Tarjeta"
msgstr "Card"
#~ msgid "Antes"
#~ msgstr "Before"
"""
    assert read_po(content.encode()) == {
        'En el panel, sección "Llaves".': 'In the panel,\nsection "Keys".',
        "Tarjeta": "Card",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"Llave = Key",
        b'msgstr "before any msgid"',
        b'msgid "Llave',
        b'msgid __import__("os").getcwd()',
        b'msgid 5\nmsgstr "five"',
        b'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"',
        b"\xff\xfe",
    ],
)
def test_what_is_no_catalogue_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^locale/en\.po: "):
        read_po(content, "locale/en.po")


@pytest.mark.parametrize("plugin", [object(), types.ModuleType("single_file"), types.SimpleNamespace(__package__="")])
def test_a_plugin_that_is_no_package_has_no_catalogues(plugin: object) -> None:
    assert read_catalogues(plugin) == {}


def test_a_button_keeps_everything_but_its_words() -> None:
    button = PayButton(label="Llave", accessible_label="Llave", background="#123456", logo=b"x", hint="Llave")
    told = translate_button(button, EN)
    assert told == PayButton(label="Key", accessible_label="Key", background="#123456", logo=b"x", hint="Key")
