"""Integraciones > Pagos en línea: one card a provider, its form, and what the validation said."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.account import AccountStatus, CaptureChoice
from hub.domain.identity import Invalid, show_document
from hub.domain.lengths import REASON, too_long
from hub.domain.offer import currencies_of
from hub.domain.text import Text
from hub.flows.accounts.catalogue import CatalogueEntry, catalogue, earlier_accounts
from hub.flows.accounts.client_certificates import certificate_ends, is_near
from hub.flows.accounts.connect_account import connect_account, disable_account, missing_settings
from hub.flows.accounts.open_account import Locked, NotInstalled, locked_of
from hub.flows.accounts.register_webhook import bring_webhook, remove_webhook
from hub.flows.accounts.replace_credentials import NotReplaced
from hub.flows.accounts.retire_account import MoneyIsUnderWay
from hub.flows.accounts.set_capture import set_capture
from hub.flows.accounts.set_channels import set_channels
from hub.flows.accounts.validate_account import confirm_account, validate_account
from hub.flows.accounts.view_webhook import left_behind, webhook_of
from hub.flows.operations.view_received import received_from
from hub.flows.views.explain_offer import explain_offer
from hub.web.responses import Page, redirect
from hub_hookspecs import Channel, Credentials, EnteredBy, IdentityReport, Match, ProviderInfo

from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

OFF = frozenset({AccountStatus.DRAFT, AccountStatus.DISABLED})
SEEN = "credentials"
"""The field with the version of the credentials that the page was drawn with."""

AGAIN = "again-"
"""Fields that name the secrets which were typed and not taken: they are not shown again, so they are typed again."""

ANYWAY = "anyway"
RELEASE, WHY = "release", "why"
"""The box that lets another account at the provider take the place of this one, and the reason to write beside it."""


@get("/integrations", right=Right.SEE)
async def show_integrations(context: Context) -> Page:
    """Integraciones: so far online payments alone."""
    return context.page("integrations.html")


@get("/online-payments", right=Right.SEE)
async def show_cards(context: Context) -> Page:
    """One card a provider."""
    return context.page(
        "online_payments.html",
        entries=await catalogue(context.hub, context.merchant, locale=context.pages.language),
        locked=await locked_of(context.hub, context.merchant.id, context.merchant.mode),
    )


@get("/integrations/{code:str}", right=Right.SEE)
async def show_provider(context: Context, code: FromPath[str]) -> Page:
    """One provider: state, form, and the result of the last validation in three parts."""
    return await _provider_page(context, await _entry(context, code))


async def _entry(context: MerchantContext, code: str) -> CatalogueEntry:
    found = [
        entry
        for entry in await catalogue(context.hub, context.merchant, locale=context.pages.language)
        if entry.code == code
    ]
    if not found or found[0].info is None:
        raise NotFoundException("Esta página no existe.")
    return found[0]


async def _provider_page(
    context: MerchantContext,
    entry: CatalogueEntry,
    *,
    typed: SubmittedForm | None = None,
    field_errors: FieldErrors | None = None,
    held: NotReplaced | None = None,
    under_way: MoneyIsUnderWay | None = None,
    status: int = 200,
) -> Page:
    info, account, now = entry.info, entry.account, context.hub.clock()
    assert info is not None
    report = account.report if account else None
    asked = {setting.name: setting.label for setting in info.settings if setting.entered_by is EnteredBy.MERCHANT}
    shown = held.report if held else report
    ends = await context.hub.store.read(lambda tx: certificate_ends(tx, account)) if account else None
    return context.page(
        "provider.html",
        status=status,
        entry=entry,
        info=info,
        account=account,
        conditions=await explain_offer(context.hub, context.merchant, entry.code),
        locked=await locked_of(context.hub, context.merchant.id, context.merchant.mode),
        report=report,
        is_on=account is not None and account.status not in OFF,
        settings=[setting for setting in info.settings if setting.entered_by is EnteredBy.MERCHANT],
        typed={setting.name: typed.values.get(f"set-{setting.name}", "") for setting in info.settings} if typed else {},
        field_errors=field_errors or {},
        held=held,
        money=under_way,
        releasing=under_way is not None
        or (held is not None and held.is_another and held.awaits_confirmation)
        or (typed is not None and typed.has(RELEASE)),
        why=typed.get(WHY) if typed else "",
        earlier=await context.hub.store.read(
            lambda tx: earlier_accounts(tx, context.hub, context.merchant, entry.code, now)
        ),
        differing=[field for field in held.report.fields if field.match is Match.DIFFERENT] if held else [],
        again=_typed_secrets(info, typed) if typed else [],
        labels={setting.name: setting.label for setting in info.settings},
        is_complete=account is not None and not missing_settings(context.hub, account),
        currencies=currencies_of(account, info) if account else (),
        culprits=[asked[name] for name in shown.culprits if name in asked] if shown else [],
        culprit_names=[name for name in shown.culprits if name in asked] if shown and _is_refused(shown) else [],
        identity=show_document(context.country, context.merchant.company.document, with_type=True),
        is_unproven=account is not None
        and await context.hub.store.read(lambda tx: received_from(tx, account).proves_nothing),
        webhook=await context.hub.store.read(lambda tx: webhook_of(tx, context.hub, account)) if account else None,
        left_behind=await context.hub.store.read(
            lambda tx: left_behind(tx, context.hub, context.merchant, entry.code, now)
        ),
        certificate_ends=ends,
        certificate_near=ends is not None and is_near(ends, now),
        setup_text=info.notification_setup.replace("{address}", entry.notification_address),
    )


def _is_refused(report: IdentityReport) -> bool:
    return report.credentials is Credentials.REFUSED


def _typed_secrets(info: ProviderInfo, typed: SubmittedForm) -> list[str]:
    """Secrets that were typed in this form, or in one before it that was not taken."""
    return [item.name for item in info.settings if item.secret and _is_typed(typed, item.name)]


def _is_typed(form: SubmittedForm, name: str) -> bool:
    return bool(form.get(f"set-{name}")) or form.has(f"{AGAIN}{name}")


@post("/integrations/{code:str}", status_code=200, right=Right.OWN, fresh=True)
async def activate(context: Context, form: CheckedForm, code: FromPath[str]) -> Page:
    """Activar, with what the form brought."""
    context.owners_only()
    entry = await _entry(context, code)
    if not entry.has_form:
        return await _switch(context, form, entry)
    return await _connect(context, entry, form.beginning("set-"), form)


async def _switch(context: MerchantContext, form: SubmittedForm, entry: CatalogueEntry) -> Page:
    """A provider without a form: the box *Activar pagos en línea*, and Guardar."""
    wanted = form.has("active")
    is_on = entry.account is not None and entry.account.status not in OFF
    if wanted and not is_on:
        return await _connect(context, entry, {}, form)
    if is_on and not wanted and entry.account:
        await disable_account(context.hub, entry.account.id)
    return redirect(f"/m/integrations/{entry.code}")


async def _connect(
    context: MerchantContext, entry: CatalogueEntry, values: dict[str, str], form: SubmittedForm
) -> Page:
    if missing := [name for name in form.beginning(AGAIN) if not values.get(name)]:
        field_errors: dict[str, list[Text | str]] = {
            name: ["Escríbalo otra vez: por seguridad no se conserva."] for name in missing
        }
        return await _provider_page(context, entry, typed=form, field_errors=field_errors, status=422)
    if form.has(RELEASE) and not form.get(WHY):
        field_errors = {WHY: ["Escriba por qué cambia de cuenta: queda anotado con su nombre."]}
        return await _provider_page(context, entry, typed=form, field_errors=field_errors, status=422)
    if form.has(RELEASE) and (problems := too_long(WHY, form.get(WHY), REASON)):
        return await _provider_page(context, entry, typed=form, field_errors=by_field(problems), status=422)
    try:
        await connect_account(
            context.hub,
            context.merchant.id,
            entry.code,
            values,
            by=context.session.email,
            seen=_seen(form),
            anyway=form.has(ANYWAY),
            released=form.get(WHY) if form.has(RELEASE) else "",
        )
    except MoneyIsUnderWay as under_way:
        return await _provider_page(context, entry, typed=form, under_way=under_way, status=422)
    except NotReplaced as held:
        return await _provider_page(context, entry, typed=form, held=held, status=422)
    except Invalid as invalid:
        entry = await _entry(context, entry.code)  # somebody else may have been quicker
        return await _provider_page(context, entry, typed=form, field_errors=by_field(invalid.problems), status=422)
    except Locked:
        return await _provider_page(context, await _entry(context, entry.code), status=409)
    return redirect(f"/m/integrations/{entry.code}")


def _seen(form: SubmittedForm) -> int | None:
    """The version of the credentials that the page was drawn with."""
    text = form.get(SEEN)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@post("/integrations/{code:str}/confirm", status_code=200, right=Right.OWN, fresh=True)
async def confirm(context: Context, form: CheckedForm, code: FromPath[str]) -> Page:
    """The person confirms that the identity is the one of the account at the provider."""
    context.owners_only()
    entry = await _entry(context, code)
    if entry.account is None or entry.account.status is not AccountStatus.NEEDS_CONFIRMATION:
        return redirect(f"/m/integrations/{code}")
    if not form.has("confirmed"):
        field_errors: dict[str, list[Text | str]] = {"confirmed": ["Marque la casilla para confirmar."]}
        return await _provider_page(context, entry, field_errors=field_errors, status=422)
    try:
        await confirm_account(context.hub, entry.account.id, by=context.session.email, seen=_seen(form))
    except Invalid as invalid:
        refused = {"confirmed": [problem.message for problem in invalid.problems]}
        return await _provider_page(context, entry, field_errors=refused, status=422)
    return redirect(f"/m/integrations/{code}")


@post("/integrations/{code:str}/validate", status_code=200, right=Right.OWN)
async def validate(context: Context, form: CheckedForm, code: FromPath[str]) -> Page:
    """Ask the provider again with what is stored."""
    context.owners_only()
    entry = await _entry(context, code)
    if entry.account and not missing_settings(context.hub, entry.account):
        try:
            await validate_account(context.hub, entry.account.id, by=context.session.email)
        except NotInstalled as error:
            raise NotFoundException("Esta página no existe.") from error
        except Locked:
            return await _provider_page(context, entry, status=409)
    return redirect(f"/m/integrations/{code}")


@post("/integrations/{code:str}/disable", status_code=200, right=Right.OWN)
async def disable(context: Context, form: CheckedForm, code: FromPath[str]) -> Page:
    """No new payments through this provider; those in flight go on."""
    context.owners_only()
    entry = await _entry(context, code)
    if entry.account:
        await disable_account(context.hub, entry.account.id)
    return redirect(f"/m/integrations/{code}")


@post("/integrations/{code:str}/webhook", status_code=200, right=Right.OWN)
async def register(context: Context, form: CheckedForm, code: FromPath[str]) -> Page:
    """Look at what stands at the provider for our notifications; ``replace`` names the foreign address that goes."""
    context.owners_only()
    entry = await _entry(context, code)
    if entry.account:
        await bring_webhook(context.hub, entry.account.id, replace=form.get("replace"))
        await remove_webhook(context.hub, entry.account.id)
    return redirect(f"/m/integrations/{code}#avisos")


@post("/integrations/{code:str}/channels", status_code=200, right=Right.OWN)
async def choose_channels(context: Context, form: CheckedForm, code: FromPath[str]) -> Page:
    """Where the button stands: on statements, in the store, or both."""
    wanted = {channel for channel in Channel if form.has(f"channel-{channel.value}")}
    with unknown_is_404():
        await set_channels(context.hub, context.merchant, code, wanted)
    return redirect(f"/m/integrations/{code}")


@post("/integrations/{code:str}/capture", status_code=200, right=Right.OWN)
async def choose_capture(context: Context, form: CheckedForm, code: FromPath[str]) -> Page:
    """When what is authorised is captured."""
    context.owners_only()
    entry = await _entry(context, code)
    if form.get("capture") in set(CaptureChoice):
        with unknown_is_404():
            await set_capture(context.hub, context.merchant, entry.code, CaptureChoice(form.get("capture")))
    return redirect(f"/m/integrations/{entry.code}")


HANDLERS: list[ControllerRouterHandler] = [
    show_integrations,
    show_cards,
    show_provider,
    activate,
    confirm,
    validate,
    disable,
    choose_capture,
    register,
    choose_channels,
]
