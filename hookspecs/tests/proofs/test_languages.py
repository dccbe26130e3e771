"""A plugin's catalogues: each language has all its texts."""

from __future__ import annotations

import uuid

import pytest

from hub_hookspecs.testing import PROOFS, Subject
from hub_hookspecs.testing.bench import Bench

from .desk import SIMULATOR
from .tiny import Tiny

SPEAKS = "a language that it brings has all its texts"
ENGLISH = {
    "Push": "Push",
    "Celular": "Mobile",
    "Llave": "Key",
    "En el panel.": "In the panel.",
    "Secreto": "Secret",
    "Paga con Tiny": "Pay with Tiny",
    "Pagar con Tiny": "Pay with Tiny",
}


@pytest.mark.parametrize(
    ("file", "changes", "words"),
    [
        ("en.po", {}, ""),
        ("en.po", {"Celular": ""}, "'Celular' is missing"),
        ("en.po", {"Paga con Tiny": ""}, "'Paga con Tiny' is missing"),
        ("en.po", {"Al {phone}": "To {number}"}, "fills in something else"),
        ("en.po", {"Llave": "<b>Key</b>"}, "not markup"),
        ("en.po", {"Paga con Tiny": "Pay " * 20}, "at most 40 characters"),
        ("english.po", {}, "no language such as en"),
    ],
)
def test_a_language_is_proved_to_have_all_texts(tmp_path, monkeypatch, file, changes, words):
    package = f"tiny_{uuid.uuid4().hex}"
    folder = tmp_path / package / "locale"
    folder.mkdir(parents=True)
    (tmp_path / package / "__init__.py").touch()
    entries = {**ENGLISH, **changes}.items()
    (folder / file).write_text(
        "".join(f'msgid "{key}"\nmsgstr "{told}"\n\n' for key, told in entries), encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugin = Tiny()
    plugin.__package__ = package
    proof = next(proof for proof in PROOFS if proof.name == SPEAKS)

    with Bench(Subject(plugin=plugin, simulator=SIMULATOR)) as bench:
        found = list(proof.check(bench))
    assert len(found) == (1 if words else 0), found
    assert all(words in text for text in found)
