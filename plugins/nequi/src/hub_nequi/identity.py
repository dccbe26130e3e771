"""What Nequi knows of the merchant, compared with Configuración > Empresa.

The report service alone returns registered data (``commerce``, ``nit``). Where the account may not call it, the
fields are unavailable and the merchant confirms by hand.
"""

from __future__ import annotations

from typing import Final

from hub_hookspecs import (
    Account,
    Company,
    Credentials,
    FieldMatch,
    IdentityReport,
    Match,
    compare_names,
    compare_numbers,
    mask,
)
from hub_nequi.codes import OK
from hub_nequi.wire import Answer

FIELDS: Final = ("identity_type", "identity_number", "legal_name")
KNOWN_TYPES: Final = frozenset({"NIT", "CC", "CE", "TI", "RC", "TE", "PP", "DIE", "PEP", "PPT", "NUIP"})


def report_for(
    account: Account,
    credentials: Credentials,
    culprits: tuple[str, ...] = (),
    *,
    code: str | None = None,
    answer: Answer | None = None,
) -> IdentityReport:
    """What is known of the credentials, and the company beside the report's data where Nequi gave them."""
    fields = fields_from(answer, account) if answer else nothing_known(account)
    return IdentityReport(credentials=credentials, culprits=culprits, code=None if code == OK else code, fields=fields)


def nothing_known(account: Account) -> tuple[FieldMatch, ...]:
    """Every field unavailable, with our own value masked."""
    return tuple(_field(name, Match.UNAVAILABLE, account.company) for name in FIELDS)


def fields_from(answer: Answer, account: Account) -> tuple[FieldMatch, ...]:
    """The company beside the report's data; the type is that of the merchant code which the report accepted."""
    if answer.code != OK:
        return nothing_known(account)
    company, nit, commerce = account.company, answer.text("nit"), answer.text("commerce")
    kind = account.settings["code"].partition("_")[0]
    return (
        _field("identity_type", _compare_types(company.document.type, kind), company, kind),
        _field("identity_number", compare_numbers(company.document, nit), company, mask(nit)),
        _field("legal_name", _compare_commerce(company, commerce), company, mask(commerce)),
    )


def _field(name: str, match: Match, company: Company, theirs: str = "") -> FieldMatch:
    ours = {
        "identity_type": company.document.type,
        "identity_number": mask(company.document.number),
        "legal_name": mask(company.legal_name),
    }
    return FieldMatch(field=name, match=match, ours=ours[name], theirs="" if match is Match.UNAVAILABLE else theirs)


def _compare_types(ours: str, theirs: str) -> Match:
    if theirs == ours:
        return Match.EQUAL
    return Match.DIFFERENT if theirs in KNOWN_TYPES else Match.UNAVAILABLE


def _compare_commerce(company: Company, commerce: str) -> Match:
    """Nequi shows a commercial name: one that is the company's trade name is near, for a person to confirm."""
    match = compare_names(company.legal_name, commerce)
    if match is Match.DIFFERENT and company.trade_name:
        trade = compare_names(company.trade_name, commerce)
        return Match.NEAR if trade in (Match.EQUAL, Match.NEAR) else match
    return match
