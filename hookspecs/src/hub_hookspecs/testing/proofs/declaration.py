"""What the provider declares, against what it implements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from hub_hookspecs import specs
from hub_hookspecs.declared import check_button, info_faults
from hub_hookspecs.errors import PluginFault
from hub_hookspecs.markers import CONTRACT_VERSION
from hub_hookspecs.provider import Channel, Offer, PayButton, QueryBy, Refunds
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.subject import Subject, usual_amount
from hub_hookspecs.texts import PLACE, read_catalogues, texts_of, translate_button, translate_info

MEDIA: Final = ("page", "mail", "pdf")
LOCALES: Final = ("es_CR", "es_CO", "en")


def _declares(bench: Bench) -> Iterator[str]:
    subject = bench.subject
    if subject.info != subject.hooks.describe_provider():
        yield "describe_provider: the plugin describes itself differently each time"
    yield from (f"describe_provider: {fault}" for fault in info_faults(subject.info))
    (major, minor), (ours, newest) = subject.info.contract_version, CONTRACT_VERSION
    if major != ours or minor > newest:
        yield f"describe_provider: needs contract {major}.{minor}; this is {ours}.{newest}"
    if subject.info.code != subject.simulator.code:
        yield f"describe_provider: the code is {subject.info.code!r}, its simulator's is {subject.simulator.code!r}"
    for way in subject.info.ways:
        for field in way.payer_fields:
            example = subject.payer_fields.get(field.name, field.example)
            if not re.fullmatch(field.pattern, example):
                yield f"describe_provider: payer field {field.name}: {example!r} does not match its own pattern"
    yield from _settings(subject)


def _settings(subject: Subject) -> Iterator[str]:
    account = subject.account()
    for setting in subject.info.settings:
        value = account.settings.get(setting.name)
        if value and not re.fullmatch(setting.pattern, value, re.DOTALL if setting.multiline else 0):
            yield f"describe_provider: setting {setting.name}: the simulator's value does not match its pattern"
        if not value and not setting.optional and not setting.one_of and setting.default is None:
            yield f"describe_provider: setting {setting.name} is required, and the simulator gives none"
    if subject.info.names_account and not subject.info.identifying and any(s.secret for s in subject.info.settings):
        yield "describe_provider: no setting identifies the account; where none can, say names_account=False"
    roles = set(subject.info.endpoints.get("test", {}))
    if missing := roles - set(account.endpoints):
        yield f"describe_provider: endpoints {', '.join(sorted(missing))} are missing from the simulator"


def _implements(bench: Bench) -> Iterator[str]:
    subject = bench.subject
    info = subject.info
    yield from (f"{name}: there is no such hook" for name in subject.pending)
    yield from (f"{hook}: required, and not implemented" for hook in specs.REQUIRED if not subject.can(hook))
    if not any(map(subject.can, specs.NEWS)):
        yield f"{' or '.join(specs.NEWS)}: one of them is required"
    outcomes = frozenset[str]().union(*(way.outcome for way in info.ways))
    declared = {
        "query_payment": any(way.query_by is not QueryBy.NONE for way in info.ways),
        "handle_notification": bool(outcomes & {"notification", "return"}),
        "cancel_payment": any(way.cancel for way in info.ways),
        "refund_payment": info.refunds is not Refunds.NONE or any(way.undo for way in info.ways),
    }
    for hook, is_declared in declared.items():
        if is_declared and not subject.can(hook):
            yield f"{hook}: declared in ProviderInfo, and not implemented"
        if subject.can(hook) and not is_declared:
            yield f"{hook}: implemented, and not declared in ProviderInfo"


def _draws(bench: Bench) -> Iterator[str]:
    subject = bench.subject
    for rule in subject.info.currencies:
        amount = usual_amount(rule)
        for channel in sorted(subject.info.channels, key=list(Channel).index):
            for locale in LOCALES:
                for medium in MEDIA:
                    offer = Offer(
                        channel=channel, currency=rule.currency, minor=amount.minor, locale=locale, medium=medium
                    )
                    yield from _draws_one(subject, offer)


def _draws_one(subject: Subject, offer: Offer) -> Iterator[str]:
    try:
        button = check_button(subject.hooks.render_pay_button(offer=offer))
        if button != subject.hooks.render_pay_button(offer=offer):
            yield "render_pay_button: the same offer gives another button"
    except PluginFault as error:
        yield f"render_pay_button ({offer.medium}, {offer.locale}): {error}"
    except Exception as error:  # noqa: BLE001 - the plugin's own code
        yield f"render_pay_button ({offer.medium}, {offer.locale}): the plugin raised {type(error).__name__}"
    else:
        if any("<" in text or "&" in text for text in (button.label, button.accessible_label, button.hint)):
            yield "render_pay_button: texts are plain, not markup"


def _speaks(bench: Bench) -> Iterator[str]:
    subject = bench.subject
    try:
        catalogues = read_catalogues(subject.plugin)
    except ValueError as error:
        yield f"{error}"
        return
    for language, catalogue in catalogues.items():
        file = f"locale/{language}.po"
        needed = (*texts_of(subject.info), *_said_on_the_button(subject, language))
        yield from (f"{file}: {text!r} is missing" for text in needed if text not in catalogue)
        for message, translated in catalogue.items():
            if set(PLACE.findall(message)) != set(PLACE.findall(translated)):
                yield f"{file}: {translated!r} fills in something else than {message!r}"
            if "<" in translated or "&" in translated:
                yield f"{file}: {translated!r}: texts are plain, not markup"
        yield from (f"{file}: {fault}" for fault in info_faults(translate_info(subject.info, catalogue)))
        try:
            check_button(translate_button(_button(subject, language), catalogue))
        except PluginFault as error:
            yield f"{file}: {error}"


def _said_on_the_button(subject: Subject, language: str) -> tuple[str, ...]:
    """What the button says in Spanish whatever the language: the catalogue's to translate."""
    spanish, other = _button(subject, "es"), _button(subject, language)
    pairs = ((getattr(spanish, name), getattr(other, name)) for name in ("label", "accessible_label", "hint"))
    return tuple(text for text, translated in pairs if text == translated and text not in ("", subject.info.name))


def _button(subject: Subject, locale: str) -> PayButton:
    rule = subject.info.currencies[0]
    channel, minor = sorted(subject.info.channels)[0], usual_amount(rule).minor
    button: PayButton = subject.hooks.render_pay_button(
        offer=Offer(channel=channel, currency=rule.currency, minor=minor, locale=locale)
    )
    return button


PROOFS: Final = (
    Proof("it declares what can be true", _declares),
    Proof("it implements what it declares, and nothing else", _implements),
    Proof("its button is a value that can be drawn anywhere", _draws),
    Proof("a language that it brings has all its texts", _speaks),
)
