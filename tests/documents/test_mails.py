"""Every mail says the same in HTML and in text, in the reader's words,
and nobody's name can change what it says."""

from __future__ import annotations

import base64
import html
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as default_policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.documents import Documents
from hub.documents.mails.payment_digest import MAX_DETAILED, DigestLine, PaymentDigestMail
from hub.documents.mails.payment_received import PaymentReceivedMail
from hub.documents.safe import colours
from hub.documents.texts import is_known, text
from hub.documents.wire import wire_of
from hub.domain.held import MoneyState
from hub.domain.letterhead import Letterhead
from hub.domain.mail import Mail, MailRefused
from hub.domain.mail_value import MailValue
from hub.domain.message import DeliveryKind
from hub.domain.payments_document import Direction, ReportMovement
from hub.domain.receipt import MEANS_LABELS, Means
from hub.domain.receipt_document import PaidLine, ReceiptDocument
from hub.domain.statement import compute_statement
from hub.domain.statement_document import PayLink, PayWays, StatementDocument
from hub.domain.text import Text
from hub.texts.words.mails import WORDS as MAILS
from hub_demo.mailbox import StoredMail
from hub_hookspecs import Mode, Money, PayButton

LINE = PaidLine(number="", applied=Money(3000000, "CRC"), left=Money(4450000, "CRC"))
LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
Samples = dict[str, tuple[MailValue, str]]


def draw(documents: Documents, value: MailValue, locale: str, recipient: str = "quien@example.com") -> Any:
    return documents.mail(value, recipient=recipient, message_id="d0123", locale=locale)


def arrived(mail: Mail) -> Any:
    """The mail as its reader's program takes it apart."""
    return message_from_bytes(wire_of(mail, datetime.now(UTC)), policy=default_policy)


class Page(HTMLParser):
    """Words, links and tags of a mail."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._quiet = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes
        self._quiet += tag in ("style", "title")
        self.links += [value or "" for name, value in attributes if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def words_of(plain: str) -> set[str]:
    return {word.strip(".,;:()*>-«»·") for word in plain.casefold().split()} - {""}


def test_every_kind_of_delivery_has_a_mail(samples: Samples) -> None:
    # An alert is the deployment's own, plain and without a company's letterhead.
    assert {value.kind for value, _ in samples.values()} == set(DeliveryKind) - {DeliveryKind.ALERT}


@pytest.mark.parametrize("locale", ["es_CR", "es_CO", "es_PE", "en"])
def test_every_mail_can_be_drawn_in_every_language(samples: Samples, documents: Documents, locale: str) -> None:
    for value, _ in samples.values():
        mail = draw(documents, value, locale)
        assert mail.subject
        assert "{" not in mail.subject + mail.text
        assert "None" not in mail.text


def test_html_and_text_say_the_same(samples: Samples, documents: Documents) -> None:
    for name, (value, locale) in samples.items():
        mail = draw(documents, value, locale)
        page = Page(mail.html)
        missing = words_of(mail.text) - words_of(page.text) - set(map(str.casefold, page.links))
        assert not {word for word in missing if any(map(str.isalnum, word))}, name
        assert all(link in mail.text or link.startswith("mailto:") for link in page.links), name


def test_every_mail_loads_nothing_from_elsewhere(samples: Samples, documents: Documents) -> None:
    for value, locale in samples.values():
        mail = draw(documents, value, locale)
        assert not {"img", "script", "link", "iframe", "form", "object"} & set(Page(mail.html).tags)
        assert not re.search(r"url\(|@import", mail.html)


def test_styles_stand_on_the_elements_and_dark_mode_is_kept(samples: Samples, documents: Documents) -> None:
    value, locale = samples["statement_co"]
    mail = draw(documents, value, locale)
    assert "prefers-color-scheme: dark" in mail.html
    pay = re.search(r'<a [^>]*href="https://pagos.example.com/s/abc.def\?con=nequi"[^>]*>', mail.html)
    assert pay
    assert "padding: 13px 16px" in pay[0]
    assert "background-color: #210049" in pay[0]


def test_colombia_says_tu_and_costa_rica_usted(samples: Samples, documents: Documents) -> None:
    value, _ = samples["receipt_cr"]
    assert "su pago" in draw(documents, value, "es_CR").text
    assert "tu pago" in draw(documents, value, "es_CO").text
    tu = re.compile(r"\b(tu|tus|te|puedes|debes|tienes|ignora|responde|usa)\b", re.IGNORECASE)
    usted = re.compile(r"\b(usted|puede|debe|ignore|responda|pague|use)\b", re.IGNORECASE)
    for value, _ in samples.values():
        assert not tu.search(draw(documents, value, "es_CR").text)
        assert not usted.search(
            re.sub(r"ahora debe|correo puede|dinero puede", "", draw(documents, value, "es_CO").text)
        )


def test_a_country_may_have_words_of_its_own(samples: Samples) -> None:
    value, _ = samples["receipt_cr"]
    documents = Documents(sender="a@hub.example", wording={"es_CR": {"receipt.subject": "Comprobante de {company}"}})
    assert draw(documents, value, "es_CR").subject == "Comprobante de Ferretería El Roble"
    assert draw(documents, value, "es_CO").subject == "Soporte de tu pago a Ferretería El Roble"


def test_every_text_that_the_code_names_is_there() -> None:
    folder = Path(str(text.__code__.co_filename)).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".py", ".html"))
    named = set(re.findall(r"\bt\(\s*\"([a-z_.]+[a-z])\"", code))
    assert len(named) > 100
    assert named - MAILS.keys() == set()


SPANISH = re.compile(
    r"\b(factura|facturas|cliente|pago|pagos|recibo|correo|estado de cuenta|saldo|vence|vencida|fecha|monto"
    r"|autorizaci[oó]n|el|los|las|una|para|por|con|sin|este|esta|son|se|su|sus|del|hay|puede|debe|desde|hasta|d[ií]as|colones|pesos)\b",
    re.IGNORECASE,
)


def test_english_mails_hold_no_spanish(samples: Samples, documents: Documents) -> None:
    """What providers, merchants and customers wrote stays as they wrote it; words of ours do not."""
    found = {}
    for name, (value, _) in samples.items():
        mail = draw(documents, value, "en")
        said = [line for line in mail.text.splitlines() if SPANISH.search(THEIRS.sub("", line))]
        if SPANISH.search(THEIRS.sub("", mail.subject)):
            said.append(mail.subject)
        if said:
            found[name] = said
    assert not found, "\n".join(f"{name}: {said}" for name, said in found.items())
    spanish = [name for name, (value, _) in samples.items() if not SPANISH.search(draw(documents, value, "es_CR").text)]
    assert spanish == []  # the control: the same words are found in each of them


THEIRS = re.compile(
    r"Ferretería El Roble|https?://\S+|La Compañía SAS|PRUEBA - SIN VALOR|Don Alejandro, con gusto .*"
    r"|Lo registramos dos veces.*|Paga con Nequi|[A-Z ]+ M/CTE|.* COLONES CON \d+/100|\d\. .*"
)


def test_an_unknown_language_reads_spanish() -> None:
    assert text("label.total", "de_DE") == "Total"
    assert text("label.invoice", "pt_BR") == "Factura"
    assert text("label.invoice", "en_US") == "Invoice"


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("statement_cr", ["Pagar en línea", "Greenpay", "Ver estado de cuenta", "19 días de atraso", "21/12/2026"]),
        ("statement_cr", ["Otras formas de pagar", "CR05 0152 0200 1026 2840 66", "SINPE Móvil 8888-1234"]),
        ("statement_cr", ["₡96 850,75", "₡22 350,75", "USD 250,00", "Greenpay no recibe pagos en esta moneda."]),
        ("statement_co", ["Paga con Nequi", "$1.419.567", "$185.000", "FV-1042", "PRUEBA - SIN VALOR", "SIMULADO"]),
        ("receipt_cr", ["₡48 250,75", "Greenpay", "612044", "Visa ****1111", "e7b1a2f0-612044", "₡44 500,00"]),
        ("receipt_cr", ["21/11/2026 09:41 (UTC-6)", "7K2M9QX4TBW0A3F5G6H8J1N2PR", "no es una factura"]),
        ("received_co", ["La Compañía SAS", "800.197.268-4", "$185.000", "350-123-20261121-7781", "FV-1042"]),
        ("received_co", ["21/11/2026 10:41 (UTC-5)", "Aprobada", "Agregar recibo de caja", "399***4643"]),
        ("received_cr", ["Recibo de caja RC-000012 ya registrado", "₡1 688,78", "₡45 596,96", "Transacción 2 de 2"]),
        ("digest_cr", ["Pagos recibidos el 20/11/2026", "₡120 000,00 CRC y USD 250,00", "2 transacciones"]),
        ("digest_cr", ["Agregar recibo de caja", "RC-000012", "queda ₡44 500,00", "ya tenían un pago"]),
        ("digest_cr", ["todas las transacciones", "5e4d5e4d", "124 asientos"]),
        ("declined_co", ["rechazado desde la aplicación", "No se te cobró nada."]),
        ("pending_cr", ["No pague de nuevo", "no es un soporte"]),
        ("returned_cr", ["₡18 250,75", "le devolvió"]),
        ("result_cr", ["1. Credenciales", "2. Identidad", "3. Notificaciones", "quedó activa", "No disponible"]),
        ("result_failed_co", ["Rechazadas por Nequi", "Client secret", "401 invalid_client", "Diferente"]),
        ("requested_co", ["payment-hub account provision nequi --company andinas", "API key"]),
        ("attention_cr", ["Número de identificación", "no ven el botón"]),
        ("sign_in_co", ["Sirve una sola vez", "21/11/2026 11:11"]),
        ("invitation_co", ["ana@andinas.example", "Importar, enviar estados de cuenta", "28/11/2026 11:11"]),
        ("mail_test_cr", ["llegan a su buzón"]),
        ("reminder_cr", ["Si ya pagó, avísenos.", "María Fernanda"]),
        ("order_co", ["P-2031", "3 × $24.500", "$263.400", "Paga con Nequi", "21/11/2026 11:11"]),
        ("order_paid_cr", ["Pagado", "612045", "₡15 000,00"]),
        ("review_cr", ["Un posible cobro doble"]),
    ],
)
def test_a_mail_holds_what_its_reader_needs(samples: Samples, documents: Documents, name: str, held: list[str]) -> None:
    value, locale = samples[name]
    mail = draw(documents, value, locale)
    plain = mail.text.replace("\u00a0", " ")
    page = Page(mail.html).text.replace("\u00a0", " ")
    for words in held:
        assert words in plain or words.upper() in plain, words
        assert words in page, words


def test_a_refusal_says_that_nothing_was_charged_only_where_that_is_proven(
    samples: Samples, documents: Documents
) -> None:
    value, locale = samples["declined_co"]
    assert "cobró" not in draw(documents, attrs.evolve(value, not_charged=False), locale).text


def test_a_surplus_a_late_and_a_double_payment_are_explained(samples: Samples, documents: Documents) -> None:
    receipt = samples["receipt_cr"][0]
    assert isinstance(receipt, ReceiptDocument)
    doubled = attrs.evolve(receipt, duplicate=True, credit=receipt.amount, lines=(), left=())
    plain = draw(documents, doubled, "es_CR").text
    assert "ya estaban pagadas" in plain
    assert "saldo a su favor" in plain
    assert "dejamos de esperarlo" in draw(documents, attrs.evolve(receipt, late=True), "es_CR").text
    asked = attrs.evolve(receipt, asked=Money(5000000, "CRC"))
    assert "El monto solicitado era ₡50\u00a0000,00" in draw(documents, asked, "es_CR").text


@pytest.mark.parametrize(
    ("locale", "stated", "learnt"),
    [("es_CR", "Fecha y hora", "Confirmado el"), ("en", "Date and time", "Confirmed on")],
)
@pytest.mark.parametrize("name", ["receipt_cr", "received_co"])
def test_the_time_when_we_learnt_of_a_payment_is_not_called_the_time_of_payment(
    samples: Samples, documents: Documents, name: str, locale: str, stated: str, learnt: str
) -> None:
    value: Any = samples[name][0]
    for is_learnt, shown, absent in ((False, stated, learnt), (True, learnt, stated)):
        if isinstance(value, PaymentReceivedMail):
            items = tuple(attrs.evolve(item, is_learnt=is_learnt) for item in value.transactions)
            value = attrs.evolve(value, transactions=items)
        else:
            value = attrs.evolve(value, is_learnt=is_learnt)
        text = draw(documents, value, locale).text
        assert (shown in text, absent in text) == (True, False)


def test_a_customer_who_owes_nothing_sees_no_pay_bar(samples: Samples, documents: Documents) -> None:
    value = samples["statement_co"][0]
    assert isinstance(value, StatementDocument)
    before = value.statement
    clear = compute_statement(company=before.company, customer=before.customer, items=(), as_of=before.as_of)
    mail = draw(documents, attrs.evolve(value, statement=clear), "es_CO")
    assert "No tienes facturas pendientes" in mail.text
    assert "PAGAR EN LÍNEA" not in mail.text


def test_a_long_statement_stays_short_enough_for_mail_programs_and_adds_up(
    samples: Samples, documents: Documents
) -> None:
    value = samples["statement_co"][0]
    assert isinstance(value, StatementDocument)
    one = value.statement.sections[0].rows[0].item
    items = [attrs.evolve(one, payable_id=f"i{number}", number=f"FV-{number:04d}") for number in range(400)]
    before = value.statement
    long = compute_statement(company=before.company, customer=before.customer, items=items, as_of=before.as_of)
    mail = draw(documents, attrs.evolve(value, statement=long), "es_CO")
    assert len(mail.html.encode()) < 80_000
    assert mail.text.count("- Factura FV-") == 30
    assert "Otras 370, que están en el estado de cuenta: $68.450.000" in mail.text
    assert "Total: $74.000.000" in mail.text


@pytest.mark.parametrize(
    ("mode", "simulated", "marks"),
    [
        (Mode.LIVE, False, []),
        (Mode.TEST, False, ["PRUEBA - SIN VALOR"]),
        (Mode.TEST, True, ["PRUEBA - SIN VALOR", "SIMULADO"]),
    ],
)
def test_the_mode_is_told_in_large_letters(
    samples: Samples, documents: Documents, mode: Mode, simulated: bool, marks: list[str]
) -> None:
    for value, locale in samples.values():
        marked = attrs.evolve(value, letterhead=attrs.evolve(value.letterhead, mode=mode, simulated=simulated))
        if locale == "en":
            continue
        mail = draw(documents, marked, locale)
        for mark in ("PRUEBA - SIN VALOR", "SIMULADO"):
            assert (mark in mail.text) == (mark in marks)
            assert (mark in Page(mail.html).text) == (mark in marks)
        assert mail.subject.startswith("[PRUEBA]") == (mode is Mode.TEST)


def test_a_mail_says_that_it_was_sent_by_a_machine_and_where_answers_go(samples: Samples, documents: Documents) -> None:
    value, locale = samples["statement_cr"]
    mail = draw(documents, value, locale)
    assert mail.message_id == "<d0123@hub.example>"
    assert mail == draw(documents, value, locale), "a retried mail is the same mail"
    assert mail.sender == "Ferretería El Roble <pagos@hub.example>"
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert mail.headers["Reply-To"] == "Ferretería El Roble <cobros@elroble.example>"


def test_only_statements_and_reminders_can_be_unsubscribed_from(samples: Samples, documents: Documents) -> None:
    for value, locale in samples.values():
        mail = draw(documents, value, locale)
        assert ("List-Unsubscribe" in mail.headers) == (value.kind in (DeliveryKind.STATEMENT, DeliveryKind.REMINDER))


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@", "@b.example", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "a@b.example, c@d.example",
     "<a@b.example>", "a@b.example\x00", "ñandú@b.example", "a@b..example", "a@-b.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_for_good(samples: Samples, documents: Documents, recipient: str) -> None:
    value, locale = samples["receipt_cr"]
    with pytest.raises(MailRefused) as refusal:
        draw(documents, value, locale, recipient)
    assert not recipient or recipient not in str(refusal.value)


def test_a_domain_with_accents_is_written_as_the_wire_wants_it(samples: Samples, documents: Documents) -> None:
    value, locale = samples["receipt_cr"]
    assert draw(documents, value, locale, "ana@peñón.example").recipient == "ana@xn--pen-8mak.example"


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.example">Pague aquí</a>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }} {% raw %} {company} {0.__class__}",
    "Ana\r\nBcc: todos@evil.example\r\n\r\nPague en https://evil.example",
    "Ana\u2028Pague\u202eahí\u0000\u0085\x1b[31m",
    "&lt;b&gt; &amp;amp; <!-- --> ]]> <style>*{display:none}</style>",
    "\ud800 lone surrogate",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    'Pérez, Juan "El Rápido" <ana@evil.example>, otra',
    "𝓐" * 500,
]


def everywhere(value: Any, words: str) -> Any:
    """The record with these words in each of its free texts."""
    if isinstance(value, tuple):
        return tuple(everywhere(item, words) for item in value)
    if isinstance(value, Text):
        values = value.values.items()
        return Text(
            value.id, **{name: words if type(item) is str else everywhere(item, words) for name, item in values}
        )
    if not attrs.has(type(value)) or isinstance(value, Money):
        return value
    kept = {
        "zone",
        "email",
        "currency",
        "url",
        "record_url",
        "receipt_url",
        "verify_url",
        "unsubscribe_url",
        "field",
        "clause",
        "id",
    }
    kept |= {
        "note",
        "details",
        "advice",
        "other_ways",
        "background",
        "foreground",
        "merchant_id",
        "payable_id",
        "kind",
        "cause",
        "changed",
    }
    changed = {}
    for field in attrs.fields(type(value)):
        if field.name not in kept and field.init:
            inner = getattr(value, field.name)
            changed[field.name] = words if type(inner) is str else everywhere(inner, words)
    return attrs.evolve(value, **changed)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_adds_a_tag_a_link_a_header_or_a_line(samples: Samples, documents: Documents, words: str) -> None:
    for name, (value, locale) in samples.items():
        calm = draw(documents, everywhere(value, "Ana"), locale)
        mail = draw(documents, everywhere(value, words), locale)
        before, after = Page(calm.html), Page(mail.html)
        assert after.tags == before.tags, name
        assert after.links == before.links, name
        assert [key for key, _ in after.attributes] == [key for key, _ in before.attributes], name
        assert not re.search("[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2028]", mail.text), name
        # A quotation keeps its own line breaks, marked as such.
        lines = [line for line in mail.text.splitlines() if line and not line.startswith(">")]
        assert len(lines) == len([line for line in calm.text.splitlines() if line and not line.startswith(">")]), name
        message = arrived(mail)
        assert "Bcc" not in message
        assert message.keys() == arrived(calm).keys()
        assert [str(box.addr_spec) for box in message["From"].addresses] == ["pagos@hub.example"]
        assert [str(box.addr_spec) for box in message["To"].addresses] == ["quien@example.com"]


def test_what_a_person_wrote_is_quoted_line_by_line(samples: Samples, documents: Documents) -> None:
    value = samples["statement_cr"][0]
    note = "Pague en https://evil.example\r\n<b>Total: 0</b>\u2028\u202eotra\r\n\r\n--"
    head = attrs.evolve(value.letterhead, other_ways=note)
    for changed in (attrs.evolve(value, note=note), attrs.evolve(value, note="", letterhead=head)):
        mail = draw(documents, changed, "es_CR")
        quoted = [line for line in mail.text.splitlines() if line.startswith(">")]
        assert quoted[:2] == ["> Pague en https://evil.example", "> <b>Total: 0</b>"]
        assert "\nPague en https://evil.example" not in mail.text
        page = Page(mail.html)
        assert "b" not in page.tags
        assert not any("evil" in link for link in page.links)


def test_a_link_that_is_no_web_address_is_never_drawn(samples: Samples, documents: Documents) -> None:
    receipt = samples["receipt_cr"][0]
    for url in ("javascript:alert(1)", "data:text/html,x", "//evil.example", "", 'https://a.example/"onclick="x'):
        with pytest.raises(ValueError, match="http"):
            draw(documents, attrs.evolve(receipt, url=url), "es_CR")


def test_a_providers_button_is_drawn_from_its_values_alone(samples: Samples, documents: Documents) -> None:
    value = samples["statement_co"][0]
    button = PayButton(
        label="<b>Paga</b>", accessible_label='x" onclick="y', background="red;}", foreground="url(x)", logo=b"x" * 9
    )
    ways = (PayWays(currency="COP", buttons=(PayLink(button=button, url="https://pagos.example.com/s/1"),)),)
    source = draw(documents, attrs.evolve(value, ways=ways), "es_CO").html
    assert "url(x)" not in source
    assert "red;" not in source
    assert ("onclick", "y") not in Page(source).attributes
    assert html.escape("<b>Paga</b>") in source


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        (("#210049", "#ffffff"), ("#210049", "#ffffff")),
        (("#ffffff", "#eeeeee"), ("#ffffff", "#111827")),
        (("#000000", "#111111"), ("#000000", "#ffffff")),
        (("", ""), ("#0b5c48", "#ffffff")),
    ],
)
def test_a_button_can_always_be_read(given: tuple[str, str], drawn: tuple[str, str]) -> None:
    assert colours(*given) == drawn


def test_every_transaction_of_a_long_list_is_there(samples: Samples, documents: Documents) -> None:
    value = samples["received_co"][0]
    assert isinstance(value, PaymentReceivedMail)
    one = value.transactions[0]
    many = tuple(attrs.evolve(one, reference=f"REF{number:07d}") for number in range(200))
    mail = draw(documents, attrs.evolve(value, transactions=many), "es_CO")
    assert mail.text.count("Agregar recibo de caja:") == 200
    assert "$37.000.000" in mail.text


def test_a_letterhead_with_nothing_but_a_name_is_enough(samples: Samples, documents: Documents) -> None:
    for value, locale in samples.values():
        bare = attrs.evolve(value, letterhead=Letterhead(name="Tienda", mode=Mode.LIVE))
        mail = draw(documents, bare, locale)
        assert "Reply-To" not in mail.headers
        assert " · " not in mail.text.split("--\n")[-1]


def test_a_providers_logo_travels_inside_the_mail(samples: Samples, documents: Documents) -> None:
    value, locale = samples["statement_co"]
    assert isinstance(value, StatementDocument)
    button = attrs.evolve(value.ways[0].buttons[0].button, logo=LOGO)
    links = (PayLink(button=button, url="https://pagos.example.com/s/1"),) * 2
    mail = draw(documents, attrs.evolve(value, ways=(PayWays(currency="COP", buttons=links),)), locale)
    message = arrived(attrs.evolve(mail, attachments=(("a.pdf", "application/pdf", b"%PDF"),)))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture.get_payload(decode=True) == LOGO
    assert picture.get_content_disposition() == "inline"
    assert mail.html.count(f'src="cid:{picture["Content-ID"].strip("<>")}"') == 2
    assert mail.html.count('alt=""') == 2, "the label says it already"
    kept = StoredMail(number=1, sender="", recipients=(), arrived_at=datetime.now(UTC), message=message, raw=b"")
    assert "cid:" not in kept.html
    assert f"data:image/png;base64,{base64.b64encode(LOGO).decode()}" in kept.html
    assert [part["name"] for part in kept.shown()["attachments"]] == ["a.pdf"]


def test_the_mail_of_a_busy_day_stays_short_enough_for_mail_programs(samples: Samples, documents: Documents) -> None:
    value, locale = samples["digest_cr"]
    assert isinstance(value, PaymentDigestMail)
    one = attrs.evolve(
        value.transactions[1],
        customer="Panadería y Repostería La Espiga Dorada de San José Sociedad Anónima",
        customer_identity="Cédula jurídica 3-101-123456",
        provider_reference="e7b1a2f0-9c1d-4c55-8a6e-612044612044",
        authorisation="612044",
        method=MEANS_LABELS[Means.CARD],
        instrument="Mastercard ****1111",
        lines=tuple(attrs.evolve(LINE, number=f"0010000101000000{n:04d}") for n in range(40)),
        remarks=(Text("remark.duplicate_charge"),) * 3,
        record_url=f"https://pagos.example.com/r/{'x' * 70}",
    )
    mail = draw(documents, attrs.evolve(value, transactions=(one,) * MAX_DETAILED, count=15), locale)
    assert len(mail.html.encode()) <= 100_000
    assert mail.text.count("Agregar recibo de caja:") == 15
    assert mail.text.count("y otras 34") == 15


def test_the_mail_of_a_day_with_hundreds_of_payments_has_them_all_each_with_its_receipt_or_the_way_to_one(
    samples: Samples, documents: Documents
) -> None:
    value, locale = samples["digest_cr"]
    assert isinstance(value, PaymentDigestMail)
    lines = tuple(
        DigestLine(
            movement=ReportMovement(
                direction=Direction.RECEIVED,
                at=datetime(2026, 11, 20, 15, 41, tzinfo=UTC),
                on=None,
                is_correction=False,
                customer=f"Panadería y Repostería {n}",
                numbers=tuple(f"FE-{n}-{at}" for at in range(8)),
                provider="Greenpay",
                instrument="Mastercard ****1111",
                provider_reference=f"e7b1a2f0-{n:06}",
                authorisation="612044",
                reference=f"REF{n:023}",
                cash_receipt=f"RC-{n:06}" if n % 4 == 0 else "",
                amount=Money(100_00 + n, "CRC"),
            ),
            record_url="" if n % 4 == 0 else f"https://pagos.example.com/r/{n}",
        )
        for n in range(400)
    )
    mail = draw(documents, attrs.evolve(value, transactions=(), lines=lines, count=400), locale)
    for n in range(400):
        assert f"REF{n:023}" in mail.text
        assert (f"Recibo de caja: RC-{n:06}" if n % 4 == 0 else f"https://pagos.example.com/r/{n}\n") in mail.text
    assert "FE-7-5 y otras 2" in mail.text
    few = draw(documents, attrs.evolve(value, transactions=(), lines=lines[:100], count=100), locale)
    assert len(few.html.encode()) <= 100_000


def test_the_mail_of_several_days_names_both_ends(samples: Samples, documents: Documents) -> None:
    value, locale = samples["digest_cr"]
    assert isinstance(value, PaymentDigestMail)
    mail = draw(documents, attrs.evolve(value, first=value.day - timedelta(days=23)), locale)
    assert mail.subject.endswith("Pagos recibidos del 28/10/2026 al 20/11/2026: 2")


def test_a_name_that_ends_with_a_full_stop_ends_the_sentence_too() -> None:
    told = text("mail.why.merchant", "es_CR", company="El Tornillo S.A.")
    assert told.endswith(" de El Tornillo S.A.")
    assert text("mail.why.merchant", "es_CR", company="El Tornillo").endswith(" de El Tornillo.")


def test_a_merchant_who_was_asked_nothing_is_not_told_to_check_credentials(
    samples: Samples, documents: Documents
) -> None:
    value, locale = samples["result_failed_co"]
    told = draw(documents, attrs.evolve(value, culprits=(), asked=False), locale).text
    assert "Estos datos los pone nuestro equipo" in told
    assert "Revisa" not in told


def test_every_state_of_a_payments_money_has_words() -> None:
    assert [state for state in MoneyState if not is_known(f"money.{state}")] == []
