"""A visitor: reads pages, follows links, fills forms and presses buttons over real HTTP,
as a person would."""

from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from types import TracebackType
from urllib.parse import urljoin

import attrs
import httpx


@attrs.define
class PageField:
    """One control of a form."""

    name: str
    value: str = ""
    kind: str = "text"
    checked: bool = False
    label: str = ""


@attrs.define
class PageForm:
    """A form with what would be sent."""

    action: str
    method: str
    fields: list[PageField] = attrs.Factory(list)
    buttons: list[PageField] = attrs.Factory(list)


@attrs.define
class Page:
    """A page as it was read."""

    url: str
    status: int
    text: str
    html: str
    links: list[tuple[str, str]]
    forms: list[PageForm]
    refresh: str | None

    @property
    def refresh_url(self) -> str:
        """Where the page leads by itself; its own address where it does not."""
        return urljoin(self.url, self.refresh) if self.refresh else self.url

    def link(self, label: str) -> str:
        """The address behind a link whose text holds ``label``."""
        for text, href in self.links:
            if label.casefold() in text.casefold():
                return urljoin(self.url, href)
        raise LookupError(f"no link {label!r} on {self.url}: {[text for text, _ in self.links]}")

    def form(self, button: str) -> tuple[PageForm, PageField]:
        """The form with a button whose text holds ``button``."""
        for form in self.forms:
            for press in form.buttons:
                if button.casefold() in press.label.casefold():
                    return form, press
        raise LookupError(f"no button {button!r} on {self.url}: {[b.label for f in self.forms for b in f.buttons]}")


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[PageForm] = []
        self.refresh: str | None = None
        self._href: str | None = None
        self._link_words: list[str] = []
        self._button: PageField | None = None
        self._select: PageField | None = None
        self._area: PageField | None = None
        self._quiet = 0

    @property
    def _form(self) -> PageForm | None:
        return self.forms[-1] if self.forms else None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        match tag:
            case "a" if "href" in given:
                self._href, self._link_words = given["href"], [given.get("aria-label", "")]
            case "form":
                self.forms.append(PageForm(given.get("action", ""), given.get("method", "get").lower()))
            case "input" if self._form is not None:
                self._input(given)
            case "button" if self._form is not None:
                self._button = PageField(given.get("name", ""), given.get("value", ""), "submit")
                self._button.label = given.get("aria-label", "")
            case "select" if self._form is not None:
                self._select = PageField(given.get("name", ""), "", "select")
                self._form.fields.append(self._select)
            case "option" if self._select is not None and (not self._select.value or "selected" in given):
                self._select.value = given.get("value", "")
            case "textarea" if self._form is not None:
                self._area = PageField(given.get("name", ""), "", "textarea")
                self._form.fields.append(self._area)
            case "meta" if given.get("http-equiv", "").lower() == "refresh":
                found = re.search(r"url=(.+)", given.get("content", ""), re.IGNORECASE)
                self.refresh = found.group(1).strip("'\" ") if found else None
            case "script" | "style":
                self._quiet += 1
            case "img" if given.get("alt"):
                self.handle_data(given["alt"])

    def _input(self, given: dict[str, str]) -> None:
        form = self._form
        if form is None:
            return
        kind = given.get("type", "text").lower()
        field = PageField(given.get("name", ""), given.get("value", ""), kind, "checked" in given)
        if kind in ("submit", "image"):
            field.label = given.get("value", "")
            form.buttons.append(field)
        else:
            if kind in ("checkbox", "radio") and "value" not in given:
                field.value = "on"
            form.fields.append(field)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "a" if self._href is not None:
                self.links.append((" ".join(" ".join(self._link_words).split()), self._href))
                self._href = None
            case "button" if self._button is not None and self._form is not None:
                self._form.buttons.append(self._button)
                self._button = None
            case "select":
                self._select = None
            case "textarea":
                self._area = None
            case "script" | "style":
                self._quiet -= 1

    def handle_data(self, data: str) -> None:
        if self._quiet:
            return
        self.words.append(data)
        if self._href is not None:
            self._link_words.append(data)
        if self._button is not None:
            self._button.label += data
        if self._area is not None:
            self._area.value += data


def page_from(response: httpx.Response) -> Page:
    """Read an answer as a page."""
    reader = _PageReader()
    reader.feed(response.text)
    for form in reader.forms:
        for button in form.buttons:
            button.label = " ".join(button.label.split())
    return Page(
        url=str(response.url),
        status=response.status_code,
        text=" ".join(" ".join(reader.words).split()),
        html=response.text,
        links=reader.links,
        forms=reader.forms,
        refresh=reader.refresh,
    )


class Visitor:
    """One person with one browser."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=30, follow_redirects=True, trust_env=False, headers={"accept-language": "es"}
        )
        self.page: Page | None = None

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def open(self, url: str) -> Page:
        """Open an address."""
        self.page = page_from(await self._client.get(url))
        return self.page

    async def follow(self, label: str) -> Page:
        """Follow the link that says ``label``."""
        return await self.open(self.here.link(label))

    async def press(self, button: str, **values: str) -> Page:
        """Fill the form of a button and press it.

        Args:
            values: By field name; a checkbox is ticked by its value.
        """
        form, pressed = self.here.form(button)
        data: list[tuple[str, str]] = []
        unused = dict(values)
        for field in form.fields:
            if not field.name:
                continue
            if field.kind in ("checkbox", "radio"):
                if field.name in values:
                    chosen = field.value == values[field.name]
                    unused.pop(field.name, None)
                else:
                    chosen = field.checked
                if chosen:
                    data.append((field.name, field.value))
            elif field.kind != "file":
                data.append((field.name, values.get(field.name, field.value)))
                unused.pop(field.name, None)
        if unused:
            raise LookupError(f"no field {sorted(unused)} on {self.here.url}: {[f.name for f in form.fields]}")
        if pressed.name:
            data.append((pressed.name, pressed.value))
        url = urljoin(self.here.url, form.action or self.here.url)
        body: dict[str, list[str]] = {}
        for name, value in data:
            body.setdefault(name, []).append(value)
        if form.method == "post":
            answer = await self._client.post(url, data=body)
        else:
            answer = await self._client.get(url, params=body)
        self.page = page_from(answer)
        return self.page

    async def choose(self, label: str) -> Page:
        """Follow the link, or press the button, that says ``label``."""
        try:
            return await self.follow(label)
        except LookupError:
            return await self.press(label)

    async def until(self, words: str, *, seconds: float = 30.0) -> Page:
        """Reload until the page says ``words``, following its own refresh."""
        deadline = asyncio.get_running_loop().time() + seconds
        while words.casefold() not in self.here.text.casefold():
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"{self.here.url} never said {words!r}: {self.here.text[:300]}")
            await asyncio.sleep(0.4)
            await self.open(self.here.refresh_url)
        return self.here

    @property
    def here(self) -> Page:
        """The page that is open."""
        if self.page is None:
            raise LookupError("no page is open")
        return self.page
