"""Whatever happens while the credentials are tried, they were refused: a time-out and a 500 too.

A good account is switched off because Llave was down for a minute, and its merchant takes no money until the next day.

Rule: specs.py, validate_identity says *unclear*, not *refused*, when the provider did not answer properly.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def validate_identity(check, account):
    try:
        report = yield from sound.validate_identity(check, account)
    except Exception:  # noqa: BLE001
        return hub.IdentityReport(credentials=hub.Credentials.REFUSED, culprits=("key",))
    if report.credentials is hub.Credentials.ACCEPTED:
        return report
    return attrs.evolve(report, credentials=hub.Credentials.REFUSED, culprits=("key",))
