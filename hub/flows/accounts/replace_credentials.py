"""Replace the credentials of an account that works: the old ones stay until the provider accepts the new.

    connect_account   drafts what somebody entered, and asks the provider about it; nothing is stored
    replace_drafted   stores it, if it was accepted and nobody else was quicker

What the provider does not accept is stored only by somebody who was shown what stops. Credentials of another account at
the provider replace nothing: see ``retire_account``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from hub.domain.account import ACCEPTED, AccountStatus, ProviderAccount, status_after
from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx, Unopened
from hub_hookspecs import EnteredBy, IdentityReport

from .client_certificates import note_certificates
from .open_account import Opened
from .reseal_secrets import refuse_forgotten

CHANGED = FieldError(
    "provider",
    Text("account.changed_meanwhile"),
)


class NotReplaced(Exception):
    """The provider does not accept new credentials of an account that works; the stored ones stay, nothing changed.

    Attributes:
        report: What the provider reported of the new ones.
        awaits_confirmation: They are accepted, and somebody would have to confirm first whose they are.
        is_offered: Customers can pay through the account now, and could not any more.
        live: Payments under way, whose outcome might stay unknown.
        is_another: They are those of another account at the provider: nothing is replaced by them anyway.
    """

    def __init__(
        self,
        report: IdentityReport,
        *,
        awaits_confirmation: bool,
        is_offered: bool,
        live: int,
        is_another: bool = False,
    ) -> None:
        super().__init__(f"the new credentials are {report.credentials.value}, and the stored ones stay")
        self.report = report
        self.awaits_confirmation = awaits_confirmation
        self.is_offered = is_offered
        self.live = live
        self.is_another = is_another


@attrs.frozen(kw_only=True)
class SettingEntry:
    """What somebody entered for an account.

    Attributes:
        code: The provider's.
        given: Values by name of setting, secrets included.
        seen: Version of the credentials that stood before the person; None where nobody looked.
        anyway: The person was shown what stops, and wants them stored all the same.
        confirmed: The person has compared the identity, so that a missing confirmation stops nothing.
        by: Who entered it.
        released: Why this person, who was shown what is under way, lets another account at the provider take the place
            of the stored one; empty where they do not.
        account_id: The account that is meant; the merchant's current one with the provider if it is empty.
    """

    merchant_id: str
    code: str
    given: Mapping[str, str] = attrs.field(repr=False)
    entered_by: EnteredBy
    seen: int | None = None
    anyway: bool = False
    confirmed: bool = False
    by: str = ""
    released: str = ""
    account_id: str = ""


@attrs.frozen(kw_only=True)
class Draft:
    """An account as it would be with what was entered.

    Attributes:
        before: As it is stored; None for a new one.
        secrets: The secrets among what was entered.
        differs: Something of it is not what is stored already.
        is_another: It names another account at the provider, of which nobody has confirmed whose it is.
        live: Payments under way.
        tried: The hook's view of it, where it must be asked about before it is stored.
    """

    before: ProviderAccount | None
    account: ProviderAccount
    secrets: Mapping[str, str] = attrs.field(repr=False)
    differs: bool
    is_another: bool
    live: int
    tried: Opened | None = None

    @property
    def has_accepted(self) -> bool:
        """What is stored was accepted."""
        return self.before is not None and self.before.status in ACCEPTED

    @property
    def is_in_use(self) -> bool:
        """There is something that worse credentials would stop."""
        return self.has_accepted or self.live > 0 or (self.before is not None and self.before.is_retired)

    @property
    def takes_place(self) -> bool:
        """It is another account at the provider than the stored one, which is retired when this one is stored."""
        return self.before is not None and self.before.id != self.account.id


def differs(tx: Tx, hub: Hub, account: ProviderAccount, given: Mapping[str, str]) -> bool:
    """Whether any of these values is not what is stored."""
    secrets = tx.accounts.secrets(account.id)
    return any(
        value != (_opened(hub, account, name, secrets[name]) if name in secrets else account.settings.get(name))
        for name, value in given.items()
    )


def _opened(hub: Hub, account: ProviderAccount, name: str, sealed: bytes) -> str | None:
    place = {"table": "account_secret", "column": name, "row": account.id, "merchant": account.merchant_id}
    try:
        return hub.vault.open(sealed, **place).decode()
    except Unopened:  # like nothing else, and about to be replaced
        return None


def replace_drafted(
    tx: Tx, hub: Hub, draft: Draft, entry: SettingEntry, report: IdentityReport, now: datetime
) -> ProviderAccount:
    """Store what was asked about, by compare-and-set; the account as it is then.

    Raises:
        NotReplaced: The provider does not accept it, and the person did not say that it is stored anyway.
        Invalid: Somebody else was quicker; nothing changed.
    """
    current = tx.accounts.get(draft.account.id)
    if current is None or not is_as_it_was(tx, draft, current):
        if current and not differs(tx, hub, current, entry.given):
            return current  # the same form, sent twice
        raise Invalid((CHANGED,))
    status = status_after(report, confirmed=bool(draft.account.confirmed_by))
    if not entry.anyway and _stops(draft, entry, status):
        raise NotReplaced(
            report,
            awaits_confirmation=status is AccountStatus.NEEDS_CONFIRMATION,
            is_offered=current.status is AccountStatus.ACTIVE,
            live=draft.live,
        )
    after = attrs.evolve(
        current,
        settings=draft.account.settings,
        secret_names=current.secret_names | set(draft.secrets),
        credentials=current.credentials + 1,
        report=report,
        confirmed_by=draft.account.confirmed_by,
        confirmed_at=draft.account.confirmed_at,
        status=draft.account.status if draft.account.status is AccountStatus.DISABLED else status,
        updated_at=now,
    )
    if not tx.accounts.replace(after):
        raise Invalid((CHANGED,))
    save_secrets(tx, hub, after, draft.secrets)
    if after.is_retired:  # nobody asks through its buttons any more; what is under way is asked about now
        tx.payments.make_account_due(after.id, now)
    return after


def is_as_it_was(tx: Tx, draft: Draft, current: ProviderAccount) -> bool:
    """Whether what the provider was asked about is still what would be stored.

    An account that was suspended meanwhile is: that was about the old credentials.
    """
    before, merchant = draft.before, tx.merchants.get(current.merchant_id)
    return (
        before is not None
        and draft.tried is not None
        and merchant is not None
        and current.credentials == before.credentials
        and current.retired_at == before.retired_at
        and current.status in (before.status, AccountStatus.SUSPENDED)
        and merchant.company == draft.tried.merchant.company
    )


def _stops(draft: Draft, entry: SettingEntry, status: AccountStatus) -> bool:
    """Whether something that works now would not, with credentials that lead to this status."""
    match status:
        case AccountStatus.ACTIVE:
            return False
        case AccountStatus.NEEDS_CONFIRMATION if draft.account.is_retired:
            return False
        case AccountStatus.NEEDS_CONFIRMATION:
            offered = draft.before is not None and draft.before.status is AccountStatus.ACTIVE
            return not entry.confirmed and (offered or (draft.is_another and draft.live > 0))
    return True


def save_secrets(tx: Tx, hub: Hub, account: ProviderAccount, secrets: Mapping[str, str]) -> None:
    """Seal and keep secrets, and forget the grant: it belongs to those before.

    Raises:
        Unopened: This process knows no key that they may be sealed under.
    """
    if secrets:
        refuse_forgotten(tx, hub)
    for name, value in secrets.items():
        sealed, key_id = hub.vault.seal(
            value.encode(), table="account_secret", column=name, row=account.id, merchant=account.merchant_id
        )
        tx.accounts.save_secret(account.id, name, sealed, key_id)
    note_certificates(tx, hub, account, secrets)
    tx.accounts.save_grant(account.id, None)
