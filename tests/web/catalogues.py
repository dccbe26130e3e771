"""Everything that pages say, found where it is written; and the catalogues in which it is translated.

``./run python tests/web/catalogues.py`` brings ``hub/texts/locale/*.po`` up to date: what is new
stands there with an empty translation, which a test then finds, and what is said no longer is
dropped.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from hub.texts.words import WORDS, ByReader

ROOT = Path(__file__).parents[2]
HUB = ROOT / "hub"
WEB = HUB / "web"
LOCALES = HUB / "texts" / "locale"
NAMES = ("es_CO", "en")
CONTEXT = "\x04"
PAYERS = "payers"
MERCHANTS = "merchants"
"""Whose pages say it. Payers' pages never show what only merchants read."""

SPANISH = re.compile(
    r"[áéíóúñ¿¡«]|\b(el|la|los|las|una?|del?|que|se|su|sus|no|en|con|por|para|hay|es|está|al|y|o|ya|sin|menos|más)\b",
    re.I,
)
ENGLISH = re.compile(r"\b(the|of|and|are|not|this|with)\b")
CODE = re.compile(r"^[a-z_]+$|^[/#<]|^\W*$|--map|^[A-Z]{2,}$|no-store|no-referrer")


@attrs.frozen
class Said:
    """One message: its id, its plural where it has one, what it is about, who reads it,
    and where it stands."""

    text: str
    plural: str = ""
    about: str = ""
    readers: str = MERCHANTS
    where: str = ""

    @property
    def key(self) -> str:
        return f"{self.about}{CONTEXT}{self.text}" if self.about else self.text


def everything() -> dict[str, Said]:
    """All messages by key; who is found first is kept, payers before merchants."""
    found: dict[str, Said] = {}
    for said in (*in_templates(), *in_code(), *in_records(), *in_words()):
        known = found.get(said.key)
        if known is None or (said.plural and not known.plural):
            found[said.key] = said
    return found


def in_templates() -> Iterator[Said]:
    """Messages of the templates."""
    for path in sorted((WEB / "templates").rglob("*.html"), key=lambda item: ("merchant" in item.parts, str(item))):
        readers = MERCHANTS if "merchant" in path.parts else PAYERS
        with path.open("rb") as stream:
            for line, call, message, _ in babel_extract(
                stream,
                ["_", "ngettext", "rich"],
                [],
                {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"},
            ):
                one, many = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
                if one:
                    yield Said(one, many if call == "ngettext" else "", readers=readers, where=f"{path.name}:{line}")


def in_code() -> Iterator[Said]:
    """Messages marked in the code of the pages, and the words that the merchant's pages hold in tables."""
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=str(text))]):
                    yield Said(text, readers=PAYERS, where=path.name)
                case ast.Call(
                    func=ast.Name(id="_"), args=[ast.Constant(value=str(text)), ast.Constant(value=str(about))]
                ):
                    yield Said(text, about=about, readers=PAYERS, where=path.name)
    for path in sorted((WEB / "merchant").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (Said(text, where=path.name) for text in literals(tree) if is_words(text))


def in_words() -> Iterator[Said]:
    """The words of every text, by its room."""
    for id, form in WORDS.items():
        yield from (Said(words, where=f"~{id.partition('.')[0]}") for words in forms_of(form))


def in_records() -> Iterator[Said]:
    """Words of tables that reach pages from elsewhere: of the domain, of the faults, of countries."""
    from hub.web.app import FAULTS

    for pair in FAULTS.values():
        yield from (Said(text, readers=PAYERS, where="app.py") for text in pair)
    yield from (Said(text, where="records") for text in labels())


def labels() -> Iterator[str]:
    """Words of countries, as their records hold them; providers bring their own catalogues."""
    from hub.domain.countries import co, cr

    for country in (cr.COUNTRY, co.COUNTRY):
        for kind in country.identity_types:
            yield from (kind.label, *(text for text in (kind.warning,) if text))
        yield from (label for _key, label in (*country.address_parts, *country.means))
        yield from (country.contacts.source,) if country.contacts else ()


def is_words(text: str) -> bool:
    """Whether a literal looks like something said to people in Spanish."""
    bare = re.sub(r"\{\w+\}", "", text).strip()
    if CODE.search(bare) or ENGLISH.search(bare) or len(bare) < 4:
        return False
    return bool(SPANISH.search(bare)) or bool(re.match(r"[A-ZÁÉÍÓÚ][a-záéíóúñ]+( [a-záéíóúñ]+)*(: [\d.,]+|\.)?$", bare))


def literals(tree: ast.AST) -> Iterator[str]:
    """Every literal that is neither a docstring, a part of another, a key, nor an annotation."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr():
                inside |= {id(part) for part in ast.walk(node) if part is not node}
            case ast.Expr(value=ast.Constant()):
                inside.add(id(node.value))
            case ast.Dict():
                inside |= {id(key) for key in node.keys if key is not None}
            case ast.Call(func=ast.Name(id="Text"), args=[name]):
                inside.add(id(name))
            case ast.Compare():
                inside |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) not in inside and (text := text_of(node)):
            yield text


def text_of(node: ast.AST) -> str:
    """A literal as a message id: what is filled in has the name of what fills it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            names: dict[str, str] = {}
            out = ""
            for part in parts:
                if isinstance(part, ast.Constant):
                    out += str(part.value)
                elif isinstance(part, ast.FormattedValue):
                    out += f"{{{name_for(ast.unparse(part.value), names)}}}"
            return out
    return ""


def name_for(expression: str, names: dict[str, str]) -> str:
    words = re.findall(r"[A-Za-z][A-Za-z_]*", re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)) or ["value"]
    name, number = words[-1].lower(), 2
    while names.setdefault(name, expression) != expression:
        name, number = f"{words[-1].lower()}{number}", number + 1
    return name


def read(name: str) -> Catalog:
    """A catalogue as it stands."""
    with (LOCALES / f"{name}.po").open("rb") as stream:
        return read_po(stream, locale=name, abort_invalid=True)


def update(name: str) -> list[str]:
    """Write a catalogue anew; gives back what it does not say yet."""
    told: dict[str, tuple[str, ...]] = {}
    for message in read(name):
        one = message.id if isinstance(message.id, str) else message.id[0]
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        told[f"{message.context}{CONTEXT}{one}" if message.context else one] = strings
    known = everything()
    for key in told.keys() & own_keys():
        known[key] = Said(known[key.rpartition(CONTEXT)[2]].text, about=key.partition(CONTEXT)[0])
    catalog = Catalog(locale=name, charset="utf-8", fuzzy=False, header_comment=f"# {HEADS[name]}")
    missing = []
    for key, said in sorted(known.items(), key=lambda item: (item[1].readers != PAYERS, item[1].where, item[0])):
        strings = tuple(told.get(key, ()))
        spoken = bool(strings) and all(strings)
        if name == "es_CO" and (strings[:1] == (said.text,) or not spoken) and not is_addressed(said.text):
            continue
        if not spoken:
            missing.append(key)
        if said.plural:
            catalog.add((said.text, said.plural), strings or ("", ""), context=said.about or None)
        else:
            catalog.add(said.text, strings[0] if strings else "", context=said.about or None)
    with (LOCALES / f"{name}.po").open("wb") as stream:
        write_po(stream, catalog, width=0, omit_header=False, sort_by_file=False)
    text = (LOCALES / f"{name}.po").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not UNSAID.match(line)]
    (LOCALES / f"{name}.po").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return missing


def own_keys() -> set[str]:
    """Keys under which a catalogue may say one text by its id, otherwise than the same words elsewhere."""
    return {f"{id}{CONTEXT}{words}" for id, form in WORDS.items() for words in forms_of(form)}


def forms_of(words: str | ByReader) -> tuple[str, ...]:
    """All the words of a text."""
    return (words,) if isinstance(words, str) else (words.browser, words.terminal)


def is_addressed(text: str) -> bool:
    """Whether the Spanish speaks to its reader with *usted*, so that Colombia says it otherwise."""
    return bool(USTED.search(text)) and not OF_OTHERS.match(text)


OF_OTHERS = re.compile(
    "Este cliente no tiene correo|Columnas de facturas|Cada persona entra|Impórtalos con|Lo que no encaja"
    "|Hay una devolución|El cliente está en|Falta que el cliente|Recibido por el proveedor|Llegó en otra moneda"
    "|Se devolvió a \\{|El banco de|Llegan notificaciones|una devolución sin su"
    "|.*excepción espera|.*excepciones esperan|.*celular simulado"
)
"""Sentences about somebody else, whose words look like an address to the reader."""
UNSAID = re.compile(r'#, python-brace|"(POT-|PO-Rev|Last-T|Language-T|Generated|Project|Report|MIME)')
"""Heads of a file that change with each run and tell nothing."""
HEADS = {
    "es_CO": "Español de Colombia: lo que dice de otro modo, con tú.",
    "en": "English.",
}
USTED = re.compile(
    r"\b(usted|ustedes|suyo|suya|Le avisamos|le enviamos|No lo reenvíe"
    r"|su (?:pago|correo|banco|cuenta|celular|aplicación|compra|saldo|nombre|mensaje|empresa)"
    r"|[Ss]us? (?:clientes|tienda|atención|navegador|libros|programa|visto|propio)"
    r"|Puede (?:cerrar|repetir|dejar)|[Ii]mpórtel[oa]s?|[Gg]uárdela|[Pp]ídale|[Dd]ivídal[oa]|[Ee]líjalo|[Dd]éjelo"
    r"|[Ee]lija|[Rr]evise|[Pp]ague|[Mm]arque|[Ee]scriba|Confirme|[Ii]ntente|[Ee]spere|[Uu]se|[Vv]uelva|[Bb]usque"
    r"|[Aa]bra|[Cc]orrija|[Cc]omplete|[Cc]onecte|[Ii]ndique|[Cc]opie|[Mm]ire|[Vv]alide|Diga|[Ii]mporte (?:su|de))\b"
)

if __name__ == "__main__":
    for locale in NAMES:
        for key in update(locale):
            sys.stderr.write(f"{locale}\t{key!r}\n")
