"""Rows and records: moments as microseconds, and records inside a column as JSON."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import attrs

from hub.domain.account import Webhook
from hub.domain.merchant import Options
from hub.domain.receipt import Party
from hub_hookspecs import (
    AcceptedTerms,
    ApproveInApp,
    Barcode,
    Company,
    Credentials,
    Done,
    FieldMatch,
    IdentityDocument,
    IdentityReport,
    Match,
    NextAction,
    Payer,
    PostForm,
    Redirect,
    ShowQr,
    ShowReference,
    Symbology,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as microseconds since 1970 UTC, exactly."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment!r}")
    return (moment - EPOCH) // MICROSECOND


def maybe_micros(moment: datetime | None) -> int | None:
    """A moment that may be missing, as microseconds."""
    return None if moment is None else micros(moment)


def moment(micros: int) -> datetime:
    """The moment, UTC."""
    return EPOCH + timedelta(microseconds=micros)


def maybe_moment(micros: int | None) -> datetime | None:
    """The moment, UTC, where there is one."""
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


def maybe_day(text: str | None) -> date | None:
    """The day of an ISO text, where there is one."""
    return None if text is None else date.fromisoformat(text)


def maybe_iso(day: date | None) -> str | None:
    """A day that may be missing, as an ISO text."""
    return None if day is None else day.isoformat()


def json_text(value: Any) -> str:
    """JSON in one form only, so that equal records are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def json_list(texts: Iterable[str]) -> str:
    """A set of words as a sorted JSON list."""
    return json_text(sorted(str(text) for text in texts))


BETWEEN: Final = str.maketrans("", "", " -.()+/\u2013\u00a0")
"""What people write between the digits of an identity or a phone."""


def folded(*texts: str | None) -> str:
    """Text for searching: no case, no accents, one line."""
    plain = unicodedata.normalize("NFKD", "\n".join(text for text in texts if text).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def bare_digits(text: str) -> str:
    """A number without what people write between its digits; empty for what is no number."""
    digits = "".join(char for char in text if char.isdecimal())
    return digits if digits and not text.translate(BETWEEN).strip("0123456789") else ""


def pattern(text: str) -> str:
    """A LIKE pattern, escaped with ``\\\\``, for text that contains this."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def document_data(document: IdentityDocument | None) -> list[str | None] | None:
    """An identity document as a list: type, number, check digit."""
    return None if document is None else [document.type, document.number, document.check_digit]


def document_from(data: list[Any] | None) -> IdentityDocument | None:
    """The identity document of such a list."""
    return None if data is None else IdentityDocument(*data)


def company_text(company: Company) -> str:
    """A company as JSON."""
    fields = attrs.asdict(company, recurse=False)
    return json_text({**fields, "document": document_data(company.document), "address": dict(company.address)})


def company_from(text: str) -> Company:
    """The company of such a text."""
    data = json.loads(text)
    return Company(**{**data, "document": IdentityDocument(*data["document"])})


def options_text(options: Options) -> str:
    """A merchant's choices as JSON."""
    return json_text(attrs.asdict(options, value_serializer=lambda _owner, _field, value: _plain(value)))


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def options_from(text: str) -> Options:
    """The choices of such a text."""
    data = json.loads(text)
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return Options(**given)


def report_text(report: IdentityReport | None) -> str | None:
    """What a validation reported, as JSON."""
    if report is None:
        return None
    fields = [[item.field, item.match.value, item.ours, item.theirs] for item in report.fields]
    return json_text(
        {
            "credentials": report.credentials.value,
            "culprits": list(report.culprits),
            "code": report.code,
            "fields": fields,
        }
    )


def report_from(text: str | None) -> IdentityReport | None:
    """The report of such a text."""
    if text is None:
        return None
    data = json.loads(text)
    return IdentityReport(
        credentials=Credentials(data["credentials"]),
        culprits=tuple(data["culprits"]),
        code=data["code"],
        fields=tuple(
            FieldMatch(field=field, match=Match(match), ours=ours, theirs=theirs)
            for field, match, ours, theirs in data["fields"]
        ),
    )


def payer_text(payer: Payer) -> str:
    """Who pays, as JSON."""
    return json_text(
        {
            "name": payer.name,
            "email": payer.email,
            "document": document_data(payer.document),
            "country": payer.country,
            "address": payer.address,
            "fields": dict(payer.fields),
        }
    )


def payer_from(text: str) -> Payer:
    """The payer of such a text."""
    data = json.loads(text)
    return Payer(**{**data, "document": document_from(data["document"])})


def terms_text(accepted: Iterable[AcceptedTerms]) -> str:
    """What a payer accepted, as JSON."""
    return json_text([[item.code, item.version, micros(item.accepted_at)] for item in accepted])


def terms_from(text: str) -> tuple[AcceptedTerms, ...]:
    """The accepted terms of such a text."""
    return tuple(
        AcceptedTerms(code=code, version=version, accepted_at=moment(at)) for code, version, at in json.loads(text)
    )


def webhook_text(webhook: Webhook | None) -> str | None:
    """What stands at the provider, as JSON."""
    return None if webhook is None else json_text({**attrs.asdict(webhook), "seen_at": micros(webhook.seen_at)})


def webhook_from(text: str | None) -> Webhook | None:
    """What such a text says of an account's notifications."""
    if text is None:
        return None
    data = json.loads(text)
    return Webhook(**{**data, "foreign": tuple(data["foreign"]), "seen_at": moment(data["seen_at"])})


def action_text(action: NextAction | None) -> str | None:
    """A next action as JSON, its type named."""
    if action is None:
        return None
    data = {field.name: _as_json(getattr(action, field.name)) for field in attrs.fields(type(action))}
    return json_text({"type": type(action).__name__, **data})


def _as_json(value: object) -> object:
    match value:
        case datetime():
            return micros(value)
        case bytes():
            return base64.b64encode(value).decode()
        case Barcode():
            return attrs.asdict(value)
        case Mapping():
            return dict(value)
        case tuple():
            return list(value)
        case _:
            return value


ACTIONS: Mapping[str, type[NextAction]] = {
    kind.__name__: kind for kind in (Redirect, PostForm, ApproveInApp, ShowQr, ShowReference, Done)
}


def action_from(text: str | None) -> NextAction | None:
    """The next action of such a text."""
    if text is None:
        return None
    data = json.loads(text)
    kind = ACTIONS[data.pop("type")]
    return kind(**{name: _ACTION_FIELDS.get(name, _as_it_is)(value) for name, value in data.items()})


def _as_it_is(value: Any) -> Any:
    return value


_ACTION_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "expires_at": maybe_moment,
    "image": lambda text: None if text is None else base64.b64decode(text),
    "barcode": lambda data: None if data is None else Barcode(data["payload"], Symbology(data["symbology"])),
    "instructions": tuple,
    "places": tuple,
}


def party_text(party: Party) -> str:
    """Who stands on a document, in a column; what is not known is left out."""
    return json_text({name: text for name, text in attrs.asdict(party).items() if text})
