"""The two renderers of a mail: HTML for those who see it, plain text for those who do not,
from the same parts."""

from __future__ import annotations

import hashlib
import re
from functools import cache

import css_inline
import jinja2

from hub.documents.document import MailContent
from hub.documents.safe import colours, href, within
from hub.documents.shown import DocumentReader


def html_of(content: MailContent, reader: DocumentReader) -> str:
    """The HTML of a mail, its styles on its elements."""
    template = environment(autoescape=True).get_template("mail.html")
    drawn = template.render(content=content, reader=reader, h=reader.letterhead, logo_id=logo_id)
    return _inliner().inline(drawn)


def text_of(content: MailContent, reader: DocumentReader) -> str:
    """The plain text of a mail."""
    template = environment(autoescape=False).get_template("mail.txt")
    return _tidy(template.render(content=content, reader=reader, h=reader.letterhead))


def logo_id(logo: bytes) -> str:
    """Content id of a picture inside its mail: the same at every try."""
    return f"{hashlib.sha256(logo).hexdigest()[:24]}@logo"


@cache
def environment(*, autoescape: bool) -> jinja2.Environment:
    """Jinja with the templates of this package."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("hub.documents"),
        autoescape=autoescape,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["href"] = href
    found.filters["within"] = within
    found.filters["colours"] = colours
    return found


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _tidy(text: str) -> str:
    """Never more than one empty line, no blanks at line ends."""
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
