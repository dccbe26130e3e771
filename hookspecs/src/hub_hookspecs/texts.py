"""A plugin's texts in other languages than Spanish: gettext catalogues that lie beside its code.

A catalogue is ``locale/LANGUAGE.po`` in the plugin's package, ``locale/en.po``; shipping it
declares the language. Its msgids are the plugin's own Spanish texts, with names in braces where
something is filled in. The hub reads it at load and applies it to this plugin's texts alone; the
plugin itself does nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

import attrs

from .provider import PayButton, ProviderInfo

Catalogue = Mapping[str, str]
"""Translations by Spanish text."""

FOLDER = "locale"
LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
LARGEST = 256 * 1024
PLACE = re.compile(r"\{(\w+)\}")


def read_catalogues(plugin: object) -> Mapping[str, Catalogue]:
    """The catalogues of a plugin by language, from the package of its module.

    Raises:
        ValueError: A catalogue that cannot be read, by name and line.
    """
    package = getattr(plugin, "__package__", None)
    folder = files(package) / FOLDER if package else None
    if folder is None or not folder.is_dir():
        return {}
    found: dict[str, Catalogue] = {}
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".po"):
            language, content = file.name.removesuffix(".po"), file.read_bytes()
            if not LANGUAGE.fullmatch(language) or len(content) > LARGEST:
                raise ValueError(f"{FOLDER}/{file.name}: no language such as en or es_CO, or more than 256 KiB")
            found[language] = read_po(content, f"{FOLDER}/{file.name}")
    return found


def read_po(content: bytes, name: str = "catalogue") -> Catalogue:
    """The translations of a ``.po`` file; what is empty or fuzzy is left out.

    Raises:
        ValueError: The file is none; plurals and contexts are not read.
    """
    entries: list[dict[str, str]] = []
    key, skipped = "", False
    try:
        for number, line in enumerate(map(str.strip, content.decode("utf-8").splitlines()), 1):
            if line.startswith("#,"):
                skipped = "fuzzy" in line
            if not line or line.startswith("#"):
                continue
            word, _, quoted = line.partition(" ")
            if word == "msgid":
                entries.append({} if not skipped else {"fuzzy": line})
                skipped = False
            if word in ("msgid", "msgstr") and entries:
                key = word
            elif line.startswith('"') and key:
                quoted = line
            else:
                raise ValueError(f"line {number} is no msgid, msgstr or text in quotes")
            entries[-1][key] = entries[-1].get(key, "") + _text(quoted, number)
    except (ValueError, SyntaxError) as error:
        raise ValueError(f"{name}: {error}") from error
    return {
        entry["msgid"]: entry["msgstr"]
        for entry in entries
        if entry.get("msgid") and entry.get("msgstr") and "fuzzy" not in entry
    }


def _text(quoted: str, number: int) -> str:
    text = ast.literal_eval(quoted.strip())
    if not isinstance(text, str) or not quoted.strip().startswith('"'):
        raise ValueError(f"line {number} is no text in quotes")
    return text


def catalogue_for(catalogues: Mapping[str, Catalogue], locale: str) -> Catalogue:
    """The catalogue of a locale, else of its language, else an empty one:
    the Spanish as it stands."""
    return catalogues.get(locale) or catalogues.get(locale.partition("_")[0]) or {}


def translate(text: str, catalogue: Catalogue) -> str:
    """A text in the catalogue's language, what was filled in kept;
    as it stands where the catalogue lacks it."""
    if not text or not catalogue:
        return text
    if text in catalogue:
        return catalogue[text]
    for message, translated in catalogue.items():
        if PLACE.search(message) and (found := _pattern(message).fullmatch(text)):
            values = found.groupdict()
            return PLACE.sub(lambda place, values=values: values.get(place[1], place[0]), translated)  # type: ignore[misc]
    return text


def _pattern(message: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for index, part in enumerate(PLACE.split(message)):
        if index % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)


def translate_info(info: ProviderInfo, catalogue: Catalogue) -> ProviderInfo:
    """What a provider declares, its texts for people in the catalogue's language."""
    if not catalogue:
        return info
    ways = tuple(
        attrs.evolve(
            way,
            label=translate(way.label, catalogue),
            payer_fields=tuple(
                attrs.evolve(field, label=translate(field.label, catalogue), error=translate(field.error, catalogue))
                for field in way.payer_fields
            ),
        )
        for way in info.ways
    )
    settings = tuple(
        attrs.evolve(item, label=translate(item.label, catalogue), help=translate(item.help, catalogue))
        for item in info.settings
    )
    return attrs.evolve(
        info,
        ways=ways,
        settings=settings,
        tagline=translate(info.tagline, catalogue),
        settlement_note=translate(info.settlement_note, catalogue),
        fee_note=translate(info.fee_note, catalogue),
    )


def translate_button(button: PayButton, catalogue: Catalogue) -> PayButton:
    """A pay button, its texts in the catalogue's language."""
    return attrs.evolve(
        button,
        label=translate(button.label, catalogue),
        accessible_label=translate(button.accessible_label, catalogue),
        hint=translate(button.hint, catalogue),
    )


def texts_of(info: ProviderInfo) -> tuple[str, ...]:
    """All texts for people that a provider declares, each once."""
    return tuple(dict.fromkeys(text for text in _texts(info) if text))


def _texts(info: ProviderInfo) -> Iterator[str]:
    yield from (info.tagline, info.settlement_note, info.fee_note)  # notification_setup is a letter to the provider
    for way in info.ways:
        yield way.label
        for field in way.payer_fields:
            yield from (field.label, field.error)
    for setting in info.settings:
        yield from (setting.label, setting.help)
