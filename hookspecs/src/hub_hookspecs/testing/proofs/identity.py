"""validate_identity: good credentials, bad ones, and what it says of the company."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.identity import Credentials, FieldMatch, IdentityReport
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.subject import Subject


def _accepts(bench: Bench) -> Iterator[str]:
    world = bench.world()
    played = world.play("validate_identity", check=bench.subject.check(world.account))
    report = played.value
    if not isinstance(report, IdentityReport) or played.conclusion.outcome is not Outcome.RESULT:
        yield f"validate_identity: the credentials are good; the plugin {played.did}"
        return
    if report.credentials is not Credentials.ACCEPTED:
        yield f"validate_identity: the credentials are good; the plugin called them {report.credentials}"
    named = sorted(field.field for field in report.fields)
    if named != sorted(bench.subject.info.verified_fields):
        yield f"validate_identity: reported {named}; verified_fields are {sorted(bench.subject.info.verified_fields)}"
    yield from _masked(report.fields, bench.subject)
    if world.whole_book():
        yield "validate_identity: it charged somebody; the contract allows a session that is thrown away"


def _masked(fields: tuple[FieldMatch, ...], subject: Subject) -> Iterator[str]:
    number = subject.merchant().document.number
    for field in fields:
        if field.field == "identity_number" and number in (field.ours + " " + field.theirs):
            yield f"validate_identity: {field.field} shows the whole number; the contract wants it masked"


def _refuses(bench: Bench) -> Iterator[str]:
    subject = bench.subject
    account = subject.account()
    secret = {item.name for item in subject.info.settings if item.secret and account.settings.get(item.name)}
    wrong = {name: _other(value) for name, value in account.settings.items() if name in secret}
    world = bench.world()
    bad = attrs.evolve(account, settings={**account.settings, **wrong})
    played = world.play("validate_identity", account=bad, check=subject.check(bad))
    if isinstance(played.value, IdentityReport) and played.value.credentials is Credentials.ACCEPTED:
        yield "validate_identity: every secret was wrong; the plugin called the credentials accepted"
    if isinstance(played.value, IdentityReport) and (unknown := _strangers(played, subject)):
        yield f"validate_identity: culprits {unknown} are no settings"
    if played.conclusion.fault:
        yield f"validate_identity: every secret was wrong; the plugin {played.did}"


def _strangers(played: Played, subject: Subject) -> list[str]:
    return [name for name in played.value.culprits if not subject.info.setting(name)]


def _other(value: str) -> str:
    """Another value of the same shape."""
    turned = value.translate(str.maketrans("0123456789abcdefABCDEF", "1234567890bcdefaBCDEFA"))
    return turned if turned != value else value[::-1] + "x"


def _has_secrets(subject: Subject) -> str:
    return "" if any(item.secret for item in subject.info.settings) else "no setting is secret"


PROOFS: Final = (
    Proof("good credentials are accepted, and every verified field is reported", _accepts),
    Proof("wrong credentials are not accepted", _refuses, _has_secrets),
)
