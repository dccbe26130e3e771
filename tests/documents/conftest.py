"""One sample of every mail and paper, with the help pages' own companies."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from hub.documents import Documents
from hub.documents.mails.account_attention import AccountAttentionMail
from hub.documents.mails.account_requested import AccountRequestedMail
from hub.documents.mails.account_result import AccountResultMail
from hub.documents.mails.closing_proposed import ClosingProposedMail
from hub.documents.mails.conversion import ConversionMail
from hub.documents.mails.dispute import DisputeMail
from hub.documents.mails.invitation import InvitationMail
from hub.documents.mails.mail_test import MailTest
from hub.documents.mails.order import OrderedItem, OrderMail
from hub.documents.mails.payment_declined import PaymentDeclinedMail
from hub.documents.mails.payment_digest import PaymentDigestMail
from hub.documents.mails.payment_pending import PaymentPendingMail
from hub.documents.mails.payment_received import PaymentReceivedMail, ReceivedTransaction
from hub.documents.mails.payment_returned import PaymentReturnedMail
from hub.documents.mails.reminder import ReminderMail
from hub.documents.mails.return_bounced import ReturnBouncedMail
from hub.documents.mails.review import ReviewMail
from hub.documents.mails.sign_in import SignInMail
from hub.documents.mails.withholding_refused import WithholdingRefusedMail
from hub.domain.account import AccountStatus, Attention
from hub.domain.cash_receipt_document import CashReceiptDocument, SettledLine, VoidedReceipt
from hub.domain.complete_list import Closing
from hub.domain.conversion import CameIn, Rate
from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.disbursement_document import DisbursementDocument
from hub.domain.dispute import DisputeStage
from hub.domain.letterhead import Letterhead, letterhead_for
from hub.domain.mail_value import MailValue
from hub.domain.merchant import Customer, Merchant, Role
from hub.domain.offer import ABSENCE_WORDS, Absence
from hub.domain.open_item import OpenItem
from hub.domain.payments_document import Direction, PaymentsDocument, ReportMovement, Seal
from hub.domain.pdf import PdfDocument
from hub.domain.receipt import MEANS_LABELS, WHAT, Means
from hub.domain.receipt_document import PaidLine, ReceiptDocument
from hub.domain.statement import Statement, compute_statement
from hub.domain.statement_document import NotOffered, PayLink, PayWays, StatementDocument
from hub.domain.text import Text
from hub.domain.voucher_document import VoucherDocument
from hub.domain.words import amount_in_words
from hub_hookspecs import (
    Barcode,
    Company,
    Country,
    Credentials,
    FieldMatch,
    IdentityDocument,
    Match,
    Mode,
    Money,
    PayButton,
    ReasonKind,
)

NOW = datetime(2026, 11, 21, 15, 41, tzinfo=UTC)
SITE = "https://pagos.example.com"

CR_COMPANY = Company(
    country="CR",
    document=IdentityDocument("CJ", "3101234567"),
    legal_name="Ferretería El Roble Sociedad Anónima",
    trade_name="Ferretería El Roble",
    address={"province": "San José", "canton": "Escazú", "district": "San Rafael", "other": "200 m norte del parque"},
    phone="+506 2222 2222",
    email="cobros@elroble.example",
    zone="America/Costa_Rica",
)
CO_COMPANY = Company(
    country="CO",
    document=IdentityDocument("NIT", "900123456", "8"),
    legal_name="Distribuciones Andinas SAS",
    trade_name="Distribuciones Andinas",
    address={"department": "Cundinamarca", "municipality": "Bogotá", "street": "Calle 72 # 10-34"},
    phone="+57 300 123 4567",
    email="cartera@andinas.example",
    zone="America/Bogota",
)

GREENPAY = PayButton(label="Greenpay", accessible_label="Pagar con Greenpay, tarjeta", background="#1f7a3d")
NEQUI = PayButton(
    label="Paga con Nequi",
    accessible_label="Paga con Nequi desde tu celular",
    background="#210049",
    foreground="#ffffff",
    hint="Llega un aviso al celular.",
)
ALEJANDRO = Customer(id="c1", merchant_id="m1", name="Alejandro González", email="alejandro@example.com")
COMPANIA = Customer(id="c2", merchant_id="m2", name="La Compañía SAS", email="pagos@lacompania.example")


def absent(provider: str, absence: Absence) -> Text:
    return Text("absence.of", provider=provider, why=ABSENCE_WORDS[absence])


def letterhead(company: Company, country: Country, mode: Mode = Mode.LIVE, *, simulated: bool = False) -> Letterhead:
    merchant = Merchant(id="m", slug="m", company=company, locale=country.locale, mode=mode, created_at=NOW)
    return letterhead_for(merchant, country, mode, simulated=simulated)


def owed(number: str, issued: date, due: date | None, total: Money, paid: int = 0, live: str | None = None) -> OpenItem:
    return OpenItem(
        payable_id=number,
        number=number,
        issued_on=issued,
        due_on=due,
        total=total,
        settled=Money(paid, total.currency),
        balance=Money(total.minor - paid, total.currency),
        live_payment=live,
    )


def cr_statement() -> Statement:
    return compute_statement(
        company=CR_COMPANY,
        customer=ALEJANDRO,
        items=[
            owed("00100001010000000421", date(2026, 10, 3), date(2026, 11, 2), Money(1825075, "CRC")),
            owed("00100001010000000455", date(2026, 10, 28), date(2026, 11, 27), Money(9450000, "CRC"), 2000000),
            owed("00100001010000000461", date(2026, 11, 5), None, Money(410000, "CRC"), 0, "X"),
            owed("00100001010000000470", date(2026, 11, 10), date(2026, 12, 10), Money(25000, "USD")),
        ],
        credits=[Money(500000, "CRC")],
        as_of=NOW,
    )


def co_statement() -> Statement:
    return compute_statement(
        company=CO_COMPANY,
        customer=COMPANIA,
        items=[
            owed("FV-1042", date(2026, 10, 12), date(2026, 11, 11), Money(18500000, "COP")),
            owed("FV-1057", date(2026, 11, 1), date(2026, 12, 1), Money(123456700, "COP")),
        ],
        as_of=NOW,
    )


OTHER_WAYS = "BAC San José, cuenta IBAN CR05 0152 0200 1026 2840 66\nSINPE Móvil 8888-1234"
CR_HEAD = attrs.evolve(letterhead(CR_COMPANY, CR), other_ways=OTHER_WAYS)
CO_HEAD = letterhead(CO_COMPANY, CO)
CO_TEST = letterhead(CO_COMPANY, CO, Mode.TEST, simulated=True)
CR_LINES = (
    PaidLine(number="00100001010000000421", applied=Money(1825075, "CRC"), left=Money(0, "CRC")),
    PaidLine(number="00100001010000000455", applied=Money(3000000, "CRC"), left=Money(4450000, "CRC")),
)
NEQUI_TRANSACTION = ReceivedTransaction(
    customer="La Compañía SAS",
    customer_identity="NIT 800.197.268-4",
    paid_at=NOW,
    method=MEANS_LABELS[Means.WALLET],
    instrument="399***4643",
    gross=Money(18500000, "COP"),
    provider_reference="350-123-20261121-7781",
    reference="7K2M9QX4TB",
    lines=(PaidLine(number="FV-1042", applied=Money(18500000, "COP"), left=Money(0, "COP")),),
    status=Text("received.approved"),
    record_url=f"{SITE}/recibos/nuevo/0f2c.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    url=f"{SITE}/empresa/pagos/7K2M9QX4TB",
)
RECEIPT = ReceiptDocument(
    letterhead=CR_HEAD,
    payer="Alejandro González",
    payer_identity="Cédula física 1-0234-0567",
    payer_email="alejandro@example.com",
    amount=Money(4825075, "CRC"),
    lines=CR_LINES,
    provider="Greenpay",
    method=MEANS_LABELS[Means.CARD],
    instrument="Visa ****1111",
    provider_reference="e7b1a2f0-612044",
    authorisation="612044",
    paid_at=NOW,
    reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
    left=(Money(4450000, "CRC"), Money(25000, "USD")),
    url=f"{SITE}/p/abc.def",
)
SEAL = Seal(number=124, hash="5e4d" * 16, at=NOW)
CASH_RECEIPT = CashReceiptDocument(
    letterhead=CO_HEAD,
    number="RC-000012",
    city="Bogotá",
    received_on=date(2026, 11, 21),
    issued_at=NOW,
    issued_by="dueno@andinas.example",
    customer="La Compañía SAS",
    customer_identity="NIT 800.197.268-4",
    cash=Money(20000000, "COP"),
    words=amount_in_words(Money(20000000, "COP"), CO),
    advance=Money(1500000, "COP"),
    lines=(
        SettledLine(
            number="FV-1042", before=Money(18500000, "COP"), applied=Money(18500000, "COP"), after=Money(0, "COP")
        ),
    ),
    concept=Text("receipt.pays", what=WHAT[False, False], numbers="FV-1042"),
    clause="settles",
    means=MEANS_LABELS[Means.WALLET],
    provider="Nequi",
    provider_reference="350-123-20261121-7781",
    reference="7K2M9QX4TB",
    verify_url=f"{SITE}/c/{'7K2M9QX4TB' * 6}",
    fingerprint="9f86 d081 884c 7d65 9a2f eaa0 c55a d015",
)

BOUNCED = ReturnBouncedMail(
    letterhead=CR_HEAD,
    payer="Alejandro González",
    amount=Money(1825075, "CRC"),
    numbers=("00100001010000000421",),
    provider="Greenpay",
    reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
    credit=Money(1825075, "CRC"),
    url=f"{SITE}/p/abc.def",
)

WITHHELD_REFUSED = WithholdingRefusedMail(
    letterhead=CR_HEAD,
    payer="Municipalidad de Escazú",
    number="00100001010000000421",
    withheld=Money(1825075, "CRC"),
    due=Money(1825075, "CRC"),
    why="Tarifa 1 %",
    reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
    url=f"{SITE}/p/abc.def",
)

CLOSING = ClosingProposedMail(
    letterhead=CR_HEAD,
    by="duena@elroble.example",
    file="cartera noviembre.xlsx",
    as_of=date(2026, 11, 20),
    sums=(Money(1825075, "CRC"), Money(25000, "USD")),
    counts={Closing.OUTSIDE: 23, Closing.VOID: 2},
    proposed_at=NOW,
    url=f"{SITE}/m/import/01M8PPZZBZ1BFE3KW7ASCFVR15",
)

CONVERTED = attrs.evolve(
    CASH_RECEIPT,
    means=MEANS_LABELS[Means.TRANSFER],
    provider="",
    provider_reference="",
    reference="",
    came=CameIn(
        Money(5000, "USD"),
        Rate(base="USD", quote="COP", value=Decimal(4000), source="Banco de la República", on=date(2026, 11, 20)),
    ),
)

VOIDED = attrs.evolve(
    CONVERTED,
    letterhead=CR_HEAD,
    came=None,
    void_reason="Lo registramos dos veces; el bueno es el RC-000011.",
    voided_at=NOW,
)

DISBURSEMENT = DisbursementDocument(
    letterhead=CR_HEAD,
    number="CE-000003",
    city="Cartago",
    paid_on=date(2026, 11, 21),
    issued_at=NOW,
    issued_by="duena@tornillo.example",
    customer="Alejandro González",
    customer_identity="Cédula física 1-0234-0567",
    amount=Money(4000050, "CRC"),
    words=amount_in_words(Money(4000050, "CRC"), CR),
    means=MEANS_LABELS[Means.TRANSFER],
    reference="2026112100012345",
    why="pagó dos veces",
)

CONVERSION = ConversionMail(
    letterhead=CR_HEAD,
    customer="Alejandro González",
    came=Money(5202500, "CRC"),
    settles=Money(10000, "USD"),
    rate=Rate(base="USD", quote="CRC", value=Decimal("520.25"), source="Banco Central, venta", on=date(2026, 11, 20)),
    value_on=date(2026, 11, 21),
    means=MEANS_LABELS[Means.TRANSFER],
    lines=(("FE-000312", Money(9000, "USD")),),
    credit=Money(1000, "USD"),
)

VOUCHER = VoucherDocument(
    letterhead=CO_HEAD,
    payer="Ana Mora",
    amount=Money(1500000, "COP"),
    numbers=("FE-77",),
    provider="Caminos",
    label="Convenio 110757 y referencia",
    reference="9988 7766 5544 3322",
    barcode=Barcode("415770999801234580209988776655"),
    steps=("Vaya a un punto de pago.", "Diga el convenio y la referencia.", "Guarde el recibo."),
    places=("Efecty", "Baloto"),
    expires_at=NOW + timedelta(days=3),
    made_at=NOW,
    ours="7K2M9QX4TBW0",
    url=f"{SITE}/p/abc.def",
)
SAMPLES: Mapping[str, tuple[MailValue, str]] = {
    "statement_cr": (
        StatementDocument(
            letterhead=CR_HEAD,
            statement=cr_statement(),
            ways=(
                PayWays(currency="CRC", buttons=(PayLink(button=GREENPAY, url=f"{SITE}/s/abc.def?con=greenpay"),)),
                PayWays(
                    currency="USD",
                    not_offered=(NotOffered("Greenpay", absent("Greenpay", Absence.CURRENCY)),),
                ),
            ),
            url=f"{SITE}/s/abc.def",
            expires_at=datetime(2026, 12, 21, 15, 41, tzinfo=UTC),
            note="Don Alejandro, con gusto le enviamos lo que nos pidió.\nSaludos de Marta.",
        ),
        "es_CR",
    ),
    "statement_co": (
        StatementDocument(
            letterhead=CO_TEST,
            statement=co_statement(),
            ways=(
                PayWays(
                    currency="COP",
                    buttons=(PayLink(button=NEQUI, url=f"{SITE}/s/abc.def?con=nequi"),),
                    not_offered=(NotOffered("Otra", absent("Otra", Absence.NEEDS_REVALIDATION)),),
                ),
            ),
            url=f"{SITE}/s/abc.def",
            expires_at=datetime(2026, 12, 21, 15, 41, tzinfo=UTC),
        ),
        "es_CO",
    ),
    "receipt_cr": (RECEIPT, "es_CR"),
    "receipt_en": (RECEIPT, "en"),
    "received_co": (
        PaymentReceivedMail(letterhead=CO_HEAD, provider="Nequi", transactions=(NEQUI_TRANSACTION,)),
        "es_CO",
    ),
    "received_cr": (
        PaymentReceivedMail(
            letterhead=CR_HEAD,
            provider="Greenpay",
            transactions=(
                ReceivedTransaction(
                    customer="Alejandro González",
                    customer_identity="Cédula física 1-0234-0567",
                    paid_at=NOW,
                    method=MEANS_LABELS[Means.CARD],
                    instrument="Visa ****1111",
                    gross=Money(4825075, "CRC"),
                    fee=Money(168878, "CRC"),
                    withheld=Money(96501, "CRC"),
                    provider_reference="e7b1a2f0-612044",
                    authorisation="612044",
                    reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
                    lines=CR_LINES,
                    status=Text("received.approved"),
                    cash_receipt="RC-000012",
                    receipt_url=f"{SITE}/empresa/recibos/RC-000012",
                    url=f"{SITE}/empresa/pagos/x",
                ),
                ReceivedTransaction(
                    customer="Panadería La Espiga",
                    paid_at=NOW,
                    gross=Money(5000000, "CRC"),
                    reference="8K2M9QX4TBW0A3F5G6H8J1N2PR",
                    lines=(),
                    credit=Money(5000000, "CRC"),
                    status=Text("received.approved"),
                    remarks=(Text("remark.duplicate_charge"),),
                    record_url=f"{SITE}/recibos/nuevo/1.2",
                    url=f"{SITE}/empresa/pagos/y",
                ),
            ),
            automatic=True,
        ),
        "es_CR",
    ),
    "cash_receipt_co": (CASH_RECEIPT, "es_CO"),
    "cash_receipt_converted_co": (CONVERTED, "es_CO"),
    "cash_receipt_void_cr": (
        VoidedReceipt(letterhead=CR_HEAD, receipt=VOIDED, is_of_payment=False),
        "es_CR",
    ),
    "disbursement_cr": (DISBURSEMENT, "es_CR"),
    "conversion_cr": (CONVERSION, "es_CR"),
    "conversion_merchant_cr": (attrs.evolve(CONVERSION, to_merchant=True), "es_CR"),
    "conversion_void_co": (attrs.evolve(CONVERSION, lines=(), credit=None, void_reason="era otra tasa"), "es_CO"),
    "digest_cr": (
        PaymentDigestMail(
            letterhead=CR_HEAD,
            first=date(2026, 11, 20),
            day=date(2026, 11, 20),
            transactions=(
                ReceivedTransaction(
                    customer="Alejandro González",
                    customer_identity="Cédula física 1-0234-0567",
                    paid_at=NOW,
                    method=MEANS_LABELS[Means.CARD],
                    instrument="Visa ****1111",
                    gross=Money(4825075, "CRC"),
                    provider="Greenpay",
                    provider_reference="e7b1a2f0-612044",
                    authorisation="612044",
                    reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
                    lines=CR_LINES,
                    status=Text("received.approved"),
                    cash_receipt="RC-000012",
                    url=f"{SITE}/empresa/pagos/x",
                ),
                ReceivedTransaction(
                    customer="Panadería La Espiga",
                    paid_at=NOW,
                    gross=Money(5000000, "CRC"),
                    provider="Greenpay",
                    reference="8K2M9QX4TBW0A3F5G6H8J1N2PR",
                    lines=(),
                    credit=Money(5000000, "CRC"),
                    status=Text("received.approved"),
                    remarks=(Text("remark.duplicate_charge"),),
                    record_url=f"{SITE}/recibos/nuevo/1.2",
                    url=f"{SITE}/empresa/pagos/y",
                ),
            ),
            count=2,
            received=(Money(12000000, "CRC"), Money(25000, "USD")),
            seal=SEAL,
            url=f"{SITE}/empresa/pagos",
        ),
        "es_CR",
    ),
    "declined_co": (
        PaymentDeclinedMail(
            letterhead=CO_HEAD,
            payer="La Compañía SAS",
            amount=Money(18500000, "COP"),
            numbers=("FV-1042",),
            provider="Nequi",
            at=NOW,
            reason=ReasonKind.REJECTED_BY_PAYER,
            not_charged=True,
            reference="7K2M9QX4TB",
            url=f"{SITE}/s/abc.def",
        ),
        "es_CO",
    ),
    "pending_voucher_co": (
        PaymentPendingMail(
            letterhead=CO_HEAD,
            payer="Ana Mora",
            amount=Money(1500000, "COP"),
            numbers=("FE-77",),
            provider="Caminos",
            started_at=NOW,
            reference="7K2M9QX4TBW0",
            unknown=False,
            expires_at=VOUCHER.expires_at,
            url=f"{SITE}/p/abc.def",
            voucher=VOUCHER,
        ),
        "es_CO",
    ),
    "pending_key_en": (
        PaymentPendingMail(
            letterhead=CO_HEAD,
            payer="Ana Mora",
            amount=Money(1500000, "COP"),
            numbers=("FE-77",),
            provider="Caminos",
            started_at=NOW,
            reference="7K2M9QX4TBW0",
            unknown=False,
            expires_at=NOW + timedelta(hours=3),
            url=f"{SITE}/p/abc.def",
            key="@tienda77",
            copyable="0002010102112631",
        ),
        "en",
    ),
    "pending_cr": (
        PaymentPendingMail(
            letterhead=CR_HEAD,
            payer="Alejandro González",
            amount=Money(4825075, "CRC"),
            numbers=("00100001010000000421", "00100001010000000455"),
            provider="Greenpay",
            started_at=NOW,
            reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
            unknown=True,
            url=f"{SITE}/p/abc.def",
        ),
        "es_CR",
    ),
    "returned_cr": (
        PaymentReturnedMail(
            letterhead=CR_HEAD,
            payer="Alejandro González",
            amount=Money(1825075, "CRC"),
            paid=Money(4825075, "CRC"),
            numbers=("00100001010000000421",),
            provider="Greenpay",
            instrument="Visa ****1111",
            returned_at=NOW,
            reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
            left=(Money(1825075, "CRC"),),
            url=f"{SITE}/p/abc.def",
        ),
        "es_CR",
    ),
    "closing_proposed_cr": (CLOSING, "es_CR"),
    "closing_proposed_co": (attrs.evolve(CLOSING, letterhead=CO_HEAD, sums=(Money(125000000, "COP"),)), "es_CO"),
    "withheld_refused_cr": (WITHHELD_REFUSED, "es_CR"),
    "withheld_refused_co": (attrs.evolve(WITHHELD_REFUSED, letterhead=CO_HEAD), "es_CO"),
    "bounced_cr": (BOUNCED, "es_CR"),
    "bounced_merchant_co": (attrs.evolve(BOUNCED, to_merchant=True, credit=None), "es_CO"),
    "charged_back_co": (
        PaymentReturnedMail(
            letterhead=CO_HEAD,
            payer="La Compañía SAS",
            amount=Money(18500000, "COP"),
            paid=Money(18500000, "COP"),
            numbers=("FV-1042",),
            provider="Nequi",
            returned_at=NOW,
            reference="7K2M9QX4TB",
            charged_back=True,
            to_merchant=True,
            left=(Money(18500000, "COP"),),
            url=f"{SITE}/empresa/pagos/x",
        ),
        "es_CO",
    ),
    "dispute_cr": (
        DisputeMail(
            letterhead=CR_HEAD,
            customer="Alejandro González",
            amount=Money(1825075, "CRC"),
            paid=Money(4825075, "CRC"),
            stage=DisputeStage.INQUIRY,
            case="CB-20261124-7",
            opened_at=NOW,
            numbers=("00100001010000000421",),
            provider="Greenpay",
            reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
            url=f"{SITE}/m/payments/x",
        ),
        "es_CR",
    ),
    "dispute_reminder_co": (
        DisputeMail(
            letterhead=CO_HEAD,
            customer="La Compañía SAS",
            amount=Money(18500000, "COP"),
            paid=Money(18500000, "COP"),
            stage=DisputeStage.CHARGEBACK,
            case="K1",
            reason="no reconoce la compra",
            respond_by=NOW,
            reminder=True,
            opened_at=NOW,
            numbers=("FV-1042",),
            provider="Nequi",
            provider_reference="350-12345-678910",
            reference="7K2M9QX4TB",
            url=f"{SITE}/m/payments/x",
        ),
        "es_CO",
    ),
    "result_cr": (
        AccountResultMail(
            letterhead=CR_HEAD,
            provider="Greenpay",
            status=AccountStatus.ACTIVE,
            checked_at=NOW,
            checked_by="marta@elroble.example",
            credentials=Credentials.ACCEPTED,
            fields=(
                FieldMatch(field="identity_type", match=Match.EQUAL, ours="Cédula jurídica", theirs="Cédula jurídica"),
                FieldMatch(field="identity_number", match=Match.UNAVAILABLE, ours="3-101-***567"),
            ),
            confirmed_by="Marta Rojas",
            notification_address=f"{SITE}/notifications/greenpay/live/Zk3kqv8mQe5uYw2s",
            buttons=("Greenpay",),
            channels=(Text("channel.statement"), Text("channel.checkout")),
            url=f"{SITE}/empresa/integraciones",
        ),
        "es_CR",
    ),
    "result_failed_co": (
        AccountResultMail(
            letterhead=CO_HEAD,
            provider="Nequi",
            status=AccountStatus.FAILED,
            checked_at=NOW,
            credentials=Credentials.REFUSED,
            culprits=("Client ID", "Client secret"),
            code="401 invalid_client",
            fields=(
                FieldMatch(
                    field="legal_name", match=Match.DIFFERENT, ours="Distrib*** Andinas", theirs="Dist*** Norte"
                ),
            ),
            last_heard_at=NOW,
            url=f"{SITE}/empresa/integraciones",
        ),
        "es_CO",
    ),
    "requested_co": (
        AccountRequestedMail(
            letterhead=CO_HEAD,
            provider="Nequi",
            requested_by="dueno@andinas.example",
            requested_at=NOW,
            missing=("Client ID", "Client secret", "API key"),
            command="payment-hub account provision nequi --company andinas",
        ),
        "es_CO",
    ),
    "attention_cr": (
        AccountAttentionMail(
            letterhead=CR_HEAD,
            provider="Greenpay",
            cause=Attention.COMPANY_CHANGED,
            changed=("identity_number", "legal_name"),
            at=NOW,
            url=f"{SITE}/empresa/integraciones",
        ),
        "es_CR",
    ),
    "reminder_cr": (
        ReminderMail(
            letterhead=CR_HEAD,
            customer="María Fernanda Solís",
            rows=cr_statement().sections[0].open_rows[:2],
            words=("Si ya pagó, avísenos.",),
            credit=(Money(150_000, "CRC"),),
            url=f"{SITE}/s/abc",
            unsubscribe_url=f"{SITE}/u/abc",
        ),
        "es_CR",
    ),
    "sign_in_co": (
        SignInMail(
            letterhead=CO_HEAD,
            url=f"{SITE}/entrar/abcdefghijklmnopqrstuvwxyz",
            expires_at=datetime(2026, 11, 21, 16, 11, tzinfo=UTC),
            requested_at=NOW,
        ),
        "es_CO",
    ),
    "invitation_co": (
        InvitationMail(
            letterhead=CO_HEAD,
            by="ana@andinas.example",
            role=Role.ACCOUNTANT,
            url=f"{SITE}/entrar/abcdefghijklmnopqrstuvwxyz",
            sign_in_url=f"{SITE}/m/sign-in",
            expires_at=datetime(2026, 11, 28, 16, 11, tzinfo=UTC),
        ),
        "es_CO",
    ),
    "mail_test_cr": (MailTest(letterhead=CR_HEAD, requested_at=NOW), "es_CR"),
    "order_co": (
        OrderMail(
            letterhead=CO_HEAD,
            customer="Camila Torres",
            number="P-2031",
            placed_at=NOW,
            items=(
                OrderedItem(
                    description="Cafetera de goteo, 12 tazas",
                    quantity=1,
                    price=Money(18990000, "COP"),
                    amount=Money(18990000, "COP"),
                ),
                OrderedItem(
                    description="Café molido 500 g",
                    quantity=3,
                    price=Money(2450000, "COP"),
                    amount=Money(7350000, "COP"),
                ),
            ),
            total=Money(26340000, "COP"),
            paid=False,
            hold_until=datetime(2026, 11, 21, 16, 11, tzinfo=UTC),
            buttons=(PayLink(button=NEQUI, url=f"{SITE}/o/abc.def?con=nequi"),),
            url=f"{SITE}/o/abc.def",
        ),
        "es_CO",
    ),
    "order_paid_cr": (
        OrderMail(
            letterhead=CR_HEAD,
            customer="Camila Torres",
            number="P-2031",
            placed_at=NOW,
            items=(
                OrderedItem(
                    description="Martillo", quantity=2, price=Money(750000, "CRC"), amount=Money(1500000, "CRC")
                ),
            ),
            total=Money(1500000, "CRC"),
            paid=True,
            paid_at=NOW,
            provider="Greenpay",
            authorisation="612045",
            instrument="Visa ****1111",
            reference="9K2M9QX4TBW0A3F5G6H8J1N2PR",
            url=f"{SITE}/o/abc.def",
        ),
        "es_CR",
    ),
    "review_cr": (
        ReviewMail(
            letterhead=CR_HEAD,
            cause="duplicate_charge",
            details="payment 7K2M9QX4TBW0A3F5G6H8J1N2PR",
            opened_at=NOW,
            customer="Alejandro González",
            amount=Money(4825075, "CRC"),
            provider="Greenpay",
            reference="7K2M9QX4TBW0A3F5G6H8J1N2PR",
            url=f"{SITE}/empresa/pagos/x",
        ),
        "es_CR",
    ),
}


def statement_document(mail: StatementDocument, identity: str) -> StatementDocument:
    return attrs.evolve(mail, customer_identity=identity, note="")


def movement(number: int, **changes: object) -> ReportMovement:
    told = ReportMovement(
        direction=Direction.RECEIVED,
        at=NOW + timedelta(minutes=number),
        customer="Alejandro González",
        numbers=("00100001010000000421", "00100001010000000455"),
        provider="Greenpay",
        instrument="Visa ****1111",
        provider_reference="e7b1a2f0-612044",
        authorisation="612044",
        reference=f"7K2M9QX4TBW0A3F5G6H8J1N{number:03d}",
        cash_receipt="RC-000012" if number % 2 else "",
        amount=Money(4825075 + number, "CRC"),
    )
    return attrs.evolve(told, **changes)


PAYMENTS = PaymentsDocument(
    letterhead=CR_HEAD,
    since=date(2026, 11, 1),
    until=date(2026, 11, 30),
    made_at=NOW,
    movements=(
        *(movement(number) for number in range(12)),
        movement(40, direction=Direction.RETURNED, amount=Money(1000000, "CRC")),
        movement(41, direction=Direction.CHARGED_BACK, amount=Money(500000, "CRC")),
        movement(42, amount=Money(25000, "USD"), instrument="", authorisation=""),
        movement(43, provider="Otro", numbers=("P-2031",)),
    ),
    seal=SEAL,
)
CR_MAIL, CO_MAIL = SAMPLES["statement_cr"][0], SAMPLES["statement_co"][0]
assert isinstance(CR_MAIL, StatementDocument)
assert isinstance(CO_MAIL, StatementDocument)
PAPERS: Mapping[str, tuple[PdfDocument, str]] = {
    "statement_cr": (statement_document(CR_MAIL, "Cédula física 1-0234-0567"), "es_CR"),
    "statement_co": (statement_document(CO_MAIL, "NIT 800.197.268-4"), "es_CO"),
    "receipt_cr": (attrs.evolve(RECEIPT, verify_url=f"{SITE}/v/{'7K2M9QX4TB' * 6}"), "es_CR"),
    "receipt_en": (RECEIPT, "en"),
    "cash_receipt_co": (CASH_RECEIPT, "es_CO"),
    "cash_receipt_converted_co": (CONVERTED, "es_CO"),
    "disbursement_cr": (DISBURSEMENT, "es_CR"),
    "payments_cr": (PAYMENTS, "es_CR"),
    "voucher_co": (VOUCHER, "es_CO"),
    "voucher_en": (attrs.evolve(VOUCHER, barcode=None, expires_at=None, label="", steps=("Go there.",)), "en"),
}


def draw_with() -> Documents:
    return Documents(sender="pagos@hub.example", wording={CR.locale: CR.wording, CO.locale: CO.wording})


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Seeded chance; a failure prints the seed, and HUB_TEST_SEED replays it."""
    seed = int(os.environ.get("HUB_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"HUB_TEST_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    return random.Random(seed)


@pytest.fixture(scope="session")
def documents() -> Documents:
    return draw_with()


@pytest.fixture
def samples() -> dict[str, tuple[MailValue, str]]:
    return dict(SAMPLES)


@pytest.fixture
def cash_receipt() -> CashReceiptDocument:
    return CASH_RECEIPT


@pytest.fixture
def papers() -> dict[str, tuple[PdfDocument, str]]:
    return dict(PAPERS)
