"""What the payer is asked on the pay step: drawn, and what came back of it read.

Nothing here needs a script: what depends on another answer is hidden by a rule of the page's style, and where a browser
does not know such rules everything is drawn, named by what it goes with, and what does not concern the payer is left
out when it comes.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.figures import mask_email, mask_phone
from hub.domain.merchant import Customer, Link
from hub.domain.offer import Offered
from hub.domain.payer_form import (
    NO_FORM,
    Shown,
    choices_of,
    is_as_shown,
    is_chosen,
    words_of,
)
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Provider
from hub.flows.payments.fetch_form import Fetched, fetch_form
from hub.flows.payments.open_payment import NotPossible
from hub_hookspecs import AcceptedTerms, Choice, PayerField, PaymentForm, Terms, Way

from .form_token import is_same

PURPOSE: Final = "terms"
EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@attrs.frozen(kw_only=True)
class OptionGroup:
    """Choices that go with the same answers: ``label`` names these, empty where they go with all."""

    options: tuple[Choice, ...]
    label: str = ""
    mark: str = ""


@attrs.frozen(kw_only=True)
class PayerInput:
    """A payer field as it is drawn.

    Attributes:
        remembered: The remembered value, masked; leaving the field empty uses it.
        groups: What is chosen among; empty where the payer types.
        mark: Class by which a rule hides it while it does not concern the payer.
    """

    way: str
    field: PayerField
    typed: str = ""
    remembered: str = ""
    error: str = ""
    groups: tuple[OptionGroup, ...] = ()
    mark: str = ""

    @property
    def name(self) -> str:
        """Name of the input; two ways may ask for the same thing."""
        return f"field.{self.way}.{self.field.name}"


@attrs.frozen(kw_only=True)
class WayForm:
    """What a way asks.

    Attributes:
        seal: What the form carries of its terms: the versions that stand there, and until when they hold.
        ticked: Codes of the terms that the payer had accepted as they still are.
        is_missing: Its provider did not say what to ask: it cannot be used now.
    """

    inputs: tuple[PayerInput, ...] = ()
    terms: tuple[Terms, ...] = ()
    seal: str = ""
    ticked: frozenset[str] = frozenset()
    is_missing: bool = False


async def forms_for(
    hub: Hub,
    offer: Offered,
    customer: Customer,
    link: Link,
    typed: Mapping[str, str],
    *,
    locale: str,
    wrong: tuple[str, str] = ("", ""),
) -> dict[str, WayForm]:
    """What each way of an offer asks now; ``wrong`` is the field with a fault, and the fault."""
    fetched = await asyncio.gather(*(fetch_form(hub, offer.account_id, way, locale=locale) for way in offer.ways))
    drawing = Drawing(hub, offer.account_id, hub.providers[offer.provider], customer, link, typed, locale, wrong)
    return {
        way.code: drawing.form_of(way, at, item) for at, (way, item) in enumerate(zip(offer.ways, fetched, strict=True))
    }


@attrs.frozen
class Drawing:
    """What all ways of an offer are drawn from."""

    hub: Hub
    account_id: str
    provider: Provider
    customer: Customer
    link: Link
    typed: Mapping[str, str]
    locale: str
    wrong: tuple[str, str]

    def form_of(self, way: Way, number: int, fetched: Fetched) -> WayForm:
        """What a way asks now."""
        form = fetched.form
        if form is None:
            return WayForm(is_missing=True)
        inputs = tuple(
            self._input(way, field, form, f"only-{number}-{at}") for at, field in enumerate(way.payer_fields)
        )
        if not way.terms:
            return WayForm(inputs=inputs)
        seal = self.typed.get(seal_name(way), "")
        shown, until = unsealed(self.hub, seal, self.link, self.account_id, way)
        holds = self.hub.clock() < until and is_as_shown(shown, form)
        terms = form.terms
        return WayForm(
            inputs=inputs,
            terms=tuple(attrs.evolve(item, label=self._said(item.label)) for item in terms),
            seal=sealed(self.hub, form, fetched.terms_until, self.link, self.account_id, way),
            ticked=frozenset(item.code for item in terms if holds and self.typed.get(terms_name(way, item.code))),
        )

    def _input(self, way: Way, field: PayerField, form: PaymentForm, mark: str) -> PayerInput:
        drawn = PayerInput(
            way=way.code,
            field=field,
            remembered=_remembered(field, self.customer, form),
            groups=tuple(self._groups(way, field, form, mark)),
            mark=mark if field.only_with else "",
        )
        error = self.wrong[1] if self.wrong[0] == drawn.name else ""
        return attrs.evolve(drawn, typed=self.typed.get(drawn.name, ""), error=error)

    def _groups(self, way: Way, field: PayerField, form: PaymentForm, mark: str) -> Iterator[OptionGroup]:
        """The choices of a field, those that go with the same answers together, in the order of the provider."""
        groups: dict[str, list[Choice]] = {}
        for choice in choices_of(field, form):
            label = "; ".join(self._condition(way, choice.only_with, form))
            groups.setdefault(label, []).append(attrs.evolve(choice, label=self._said(choice.label)))
        for at, (label, options) in enumerate(groups.items()):
            hidden = f"{mark}-{at}" if options[0].only_with else ""
            yield OptionGroup(label=label, options=tuple(options), mark=hidden)

    def _condition(self, way: Way, only_with: Mapping[str, frozenset[str]], form: PaymentForm) -> Iterator[str]:
        """With which answers something goes, as the payer reads them."""
        for field in way.payer_fields:
            if field.name in only_with:
                labels = {choice.value: self._said(choice.label) for choice in choices_of(field, form)}
                values = only_with[field.name]
                known = [label for value, label in labels.items() if value in values]
                yield ", ".join([*known, *sorted(values - labels.keys())])

    def _said(self, text: str) -> str:
        return self.provider.said(text, self.locale)


def hiding_rules(forms: Mapping[str, WayForm]) -> str:
    """The rules that hide what does not go with the answers so far."""
    return "".join(rule for form in forms.values() for item in form.inputs for rule in _rules_of(item, form.inputs))


def _rules_of(item: PayerInput, inputs: tuple[PayerInput, ...]) -> Iterator[str]:
    if item.mark:
        yield from _rules(item.mark, item.field.only_with, inputs)
    for group in item.groups:
        if group.mark:
            yield from _rules(group.mark, group.options[0].only_with, inputs)


def _rules(mark: str, only_with: Mapping[str, frozenset[str]], inputs: tuple[PayerInput, ...]) -> Iterator[str]:
    """One rule for each answer that it depends on; what is typed no rule can read."""
    for other in inputs:
        if other.field.name in only_with and is_chosen(other.field):
            chosen = ",".join(
                f'[name="{_css(other.name)}"] option[value="{_css(value)}"]:checked'
                for value in sorted(only_with[other.field.name])
            )
            yield f".pay-form:not(:has({chosen})) .{_css(mark)}{{display:none}}"


def _css(text: str) -> str:
    """A text inside a rule, where nothing of it means anything."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign == "-") else f"\\{ord(sign):x} " for sign in text)


def _remembered(field: PayerField, customer: Customer, form: PaymentForm) -> str:
    value = customer.remembered.get(field.name, "") if field.remember else ""
    if not value:
        return ""
    if is_chosen(field):
        label = next((choice.label for choice in choices_of(field, form) if choice.value == value), "")
        return f"{label[:1]}***" if label else ""
    return masked(field, value)


def masked(field: PayerField, value: str) -> str:
    """What a payer typed, so that its owner recognises it and nobody else learns it."""
    if field.kind == "tel":
        return mask_phone(value)
    return mask_email(value) if field.kind == "email" else f"{value[:1]}***"


def shown_value(provider: Provider, field: PayerField, value: str, form: PaymentForm, locale: str) -> str:
    """What a payer answered: what was chosen by its name, what was typed masked; empty where no name is known."""
    if not is_chosen(field):
        return masked(field, value)
    labels = {choice.value: choice.label for choice in choices_of(field, form)}
    return provider.said(labels.get(value, ""), locale)


# Terms: the form carries what it showed, so that nobody accepts what he has not seen.


def terms_name(way: Way, code: str) -> str:
    """Name of the box that accepts terms."""
    return f"terms.{way.code}.{code}"


def seal_name(way: Way) -> str:
    """Name of the hidden field with what was shown."""
    return f"seal.{way.code}"


def sealed(hub: Hub, form: PaymentForm, until: datetime, link: Link, account_id: str, way: Way) -> str:
    """The terms of a form as it carries them."""
    shown = [[item.code, item.version, words_of(item)] for item in form.terms]
    text = json.dumps([int((until - EPOCH).total_seconds()), shown], separators=(",", ":"))
    body = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{body}.{_mac(hub, body, link, account_id, way)}"


def unsealed(hub: Hub, seal: str, link: Link, account_id: str, way: Way) -> tuple[tuple[Shown, ...], datetime]:
    """What was shown, and until when it holds; nothing of what is not ours, or of another page."""
    body, _, mac = seal.partition(".")
    if not body or not is_same(_mac(hub, body, link, account_id, way), mac):
        return (), EPOCH
    until, shown = json.loads(base64.urlsafe_b64decode(body))
    terms = tuple(Shown(code=code, version=version, words=words) for code, version, words in shown)
    return terms, EPOCH + timedelta(seconds=until)


def _mac(hub: Hub, body: str, link: Link, account_id: str, way: Way) -> str:
    return hub.vault.form_token(PURPOSE, f"{link.id}.{link.version}.{account_id}.{way.code}.{body}")


async def answered(
    hub: Hub, offer: Offered, code: str, link: Link, typed: Mapping[str, str], *, locale: str
) -> tuple[PaymentForm, tuple[AcceptedTerms, ...]]:
    """The form in force, and the terms that the payer accepted as they stood before him.

    Raises:
        NotPossible: The way cannot be used now, or its terms are not accepted as they are.
    """
    way = next((way for way in offer.ways if way.code == code), None)
    if way is None:
        return NO_FORM, ()
    form = (await fetch_form(hub, offer.account_id, way, locale=locale)).form
    if form is None:
        raise NotPossible("provider_down", offer.provider)
    if not way.terms:
        return form, ()
    now = hub.clock()
    shown, until = unsealed(hub, typed.get(seal_name(way), ""), link, offer.account_id, way)
    if now >= until or not is_as_shown(shown, form):
        raise NotPossible("terms", way.code, Text("payment.terms_again"))
    if not all(typed.get(terms_name(way, item.code)) for item in shown):
        raise NotPossible("terms", way.code, Text("payment.terms_missing"))
    return form, tuple(AcceptedTerms(code=item.code, version=item.version, accepted_at=now) for item in shown)
