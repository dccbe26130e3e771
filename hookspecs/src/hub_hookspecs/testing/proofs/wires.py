"""Amounts as they stand in what is sent: exact, plain, and those of the order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs

from hub_hookspecs.actions import PostForm, Redirect
from hub_hookspecs.money import Money
from hub_hookspecs.provider import CurrencyRule, Refunds, Way
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Unplayable
from hub_hookspecs.testing.story import begin
from hub_hookspecs.testing.subject import exact_amounts

from .counted import offers

PLAIN: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
GROUPED: Final = re.compile(r"-?\d{1,3}(?:([,' ])\d{3}(?:\1\d{3})*(\.\d+)?|(\.\d{3})+(,\d+)?|(\.\d{3}){2,})")
NO_NUMBER: Final = frozenset({"NaN", "Infinity", "-Infinity"})


@attrs.frozen
class Word:
    """What stands at one place of a request or a next action.

    Attributes:
        amount: That the request was about.
    """

    place: str
    text: str
    amount: Money


def _plain(bench: Bench) -> Iterator[str]:
    """Bodies, forms, query strings and next actions, with amounts that floats get wrong."""
    for way, rule in offers(bench):
        for hook, words in _written(bench, way, rule).items():
            title = f"{hook} ({way.code})"
            yield from (f"{title}: {text}" for word in words for text in _odd(word, rule))
            for place in dict.fromkeys(word.place for word in words):
                there = [word for word in words if word.place == place]
                yield from (f"{title}: {text}" for text in _others(there))


def _written(bench: Bench, way: Way, rule: CurrencyRule) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {"create_payment": [], "refund_payment": []}
    gives_back = bench.subject.can("refund_payment") and bench.subject.info.refunds is not Refunds.NONE
    for amount in exact_amounts(rule):
        try:
            story = begin(bench.world(), way, amount)
            found["create_payment"] += words_of(story.payment.played, amount)
            if gives_back:
                story.pay()
                played, _ = story.refund(amount)
                found["refund_payment"] += words_of(played, amount)
        except Unplayable:
            continue
    return found


def words_of(played: Played, amount: Money) -> list[Word]:
    """All words and numbers that were sent, or handed to the browser."""
    found = []
    for item in played.sent:
        request, where = item.request, f"request {item.number}"
        found += [Word(f"{where}, {name} in its query", text, amount) for name, text in _pairs(request.url.query)]
        try:
            body = json.loads(request.content, parse_float=_Number, parse_int=_Number, parse_constant=_Number)
        except ValueError:
            form = "form" in request.headers.get("content-type", "")
            pairs = _pairs(request.content) if form else []
            found += [Word(f"{where}, {name} in its form", text, amount) for name, text in pairs]
        else:
            found += [Word(f"{where}, {name} in its body", text, amount) for name, text in _leaves(body, "")]
    match getattr(played.value, "action", None):
        case PostForm(_, fields):
            found += [Word(f"{name} in its form", text, amount) for name, text in fields.items()]
        case Redirect(url):
            query = url.partition("?")[2].encode()
            found += [Word(f"{name} in its address", text, amount) for name, text in _pairs(query)]
    return found


class _Number(str):
    """A number of JSON, as it was written."""

    __slots__ = ()


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    return parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, item in value.items():
                yield from _leaves(item, f"{place}.{key}" if place else str(key))
        case list():
            for index, item in enumerate(value):
                yield from _leaves(item, f"{place}.{index}")
        case str():
            yield place or "the whole", value


def _odd(word: Word, rule: CurrencyRule) -> Iterator[str]:
    """How no amount is written."""
    said = f"{word.place}: {word.text!r}"
    value = _value(word.text)
    if isinstance(word.text, _Number) and (word.text in NO_NUMBER or "e" in word.text.lower()):
        yield f"{said}, which a float wrote"
    elif value is not None and 0 < abs(value - word.amount.decimal) < Decimal(1).scaleb(-rule.decimals) / 2:
        yield f"{said}: {word.amount} with the dust of a float"
    elif value not in (word.amount.decimal, Decimal(word.amount.minor)):
        return
    elif GROUPED.fullmatch(word.text) and not PLAIN.fullmatch(word.text):
        yield f"{said} holds separators; an amount is written plainly"
    elif rule.decimals != 1 and re.fullmatch(r"\d+\.0", word.text):
        yield f"{said}, which a float wrote"


def _value(text: str) -> Decimal | None:
    if PLAIN.fullmatch(text) and len(text) < 40:
        return Decimal(text)
    if GROUPED.fullmatch(text):
        whole = re.sub(r"[.,' ](?=\d{3}(?:\D|$))", "", text)
        return Decimal(whole.replace(",", "."))
    return None


def _others(words: list[Word]) -> Iterator[str]:
    """Where nearly always the order's amount stands, in one unit, nothing else may ever stand."""
    for unit in (lambda amount: amount.decimal, lambda amount: Decimal(amount.minor)):
        same = [word for word in words if _value(word.text) == unit(word.amount)]
        if len(same) >= 2 and len(same) * 2 >= len(words):
            for word in words:
                if word not in same:
                    yield f"{word.place}: {word.amount} is written as {word.text!r}"


PROOFS: Final = (Proof("an amount is written as no float would write it", _plain),)
