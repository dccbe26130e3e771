"""The help pages of the two countries, walked in a real browser:
one numbered step is one line and names its label.

Everything runs: the hub, its loop, both providers' simulators and the mailbox, on one loopback
port. What the pages call by the name of an accounting program is called by neutral words here ("tu
cuenta", "Mis soluciones").
"""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import pytest

from hub_demo.companies import CO, CR, OWNERS, SLUGS
from hub_demo.connections import enable, provision_nequi
from hub_demo.mailbox import StoredMail
from hub_demo.town import OPERATOR, Town, found_company, open_town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

T = TypeVar("T")
SECONDS = 90.0
PHONE = "3998764643"
CARD = {
    "Número de tarjeta": "4111111111111111",
    "Nombre en la tarjeta": "Alejandro G",
    "Vence (MM/AA)": f"12/{(datetime.now(UTC).year + 3) % 100}",
    "Código (CVC)": "123",
}
CR_IDENTITY = {"Tipo de identificación": "Cédula jurídica", "Número de identificación": "3-101-234567"}
CO_IDENTITY = {
    "Tipo de identificación": "NIT",
    "Número de identificación": "900.123.456",
    "Dígito de verificación": "8",
}
CONFIRM = "Confirmo que el tipo y número de identificación son los de mi cuenta de Greenpay"


@attrs.define
class Street:
    """The running town, as a test reaches it from its own thread."""

    town: Town
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the town's own loop do something."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    def mail(self, recipient: str, words: str) -> StoredMail:
        """The newest mail to an address whose subject or text holds these words."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for mail in reversed(self.town.mailbox.to(recipient)):
                if words.casefold() in f"{mail.subject} {mail.text}".casefold():
                    return mail
            time.sleep(0.05)
        raise AssertionError(f"no mail to {recipient} says {words!r}")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A town with a company in each country; nothing is connected,
    and their identity is not yet the provider's."""
    ready, made, failed = threading.Event(), [], []  # type: ignore[var-annotated]

    async def live() -> None:
        town = await open_town(tmp_path_factory.mktemp("town"), port=0)
        stop = asyncio.Event()
        try:
            await found_company(town, "CR", attrs.evolve(CR, identity_number="3-101-765432"), auto_record=False)
            other = attrs.evolve(CO, identity_number="900765432", check_digit="", legal_name="Otro Nombre SAS")
            await found_company(town, "CO", other, auto_record=False)
            await enable(town, "CR", "greenpay")
            await enable(town, "CO", "nequi")
            made.extend((Street(town, asyncio.get_running_loop()), stop))
            ready.set()
            await stop.wait()
        finally:
            await town.close()

    def run() -> None:
        try:
            asyncio.run(live())
        except Exception as error:
            failed.append(error)
            ready.set()
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(60)
    if failed:
        raise failed[0]
    yield made[0]
    made[0].loop.call_soon_threadsafe(made[1].set)
    thread.join(SECONDS)


@attrs.frozen
class Step:
    """One step of a help page, in its words, done by what stands on the screen."""

    page: Page
    words: str
    part: Locator | None = None

    def then(self, words: str) -> Step:
        """The next step, in the same box."""
        sys.stdout.write(f"{words}\n")
        return attrs.evolve(self, words=words)

    def within(self, box: str) -> Step:
        """Look only into the box with this heading."""
        inside = self.page.locator("section, article, details").filter(
            has=self.page.get_by_role("heading", name=box, exact=True)
        )
        return attrs.evolve(self, part=inside)

    def click(self, *labels: str) -> Step:
        """Click what carries this label, then the next: its whole text, or the beginning of it."""
        for label in labels:
            self.labelled(label).click()
        return self

    def labelled(self, label: str) -> Locator:
        """What carries this label; the page may still be on its way."""
        found = (self.part or self.page).locator("a:visible, button:visible, summary:visible, label:visible")
        end = time.monotonic() + SECONDS
        while True:
            texts = [" ".join(text.split()) for text in found.all_inner_texts()]
            whole = [at for at, text in enumerate(texts) if text.lstrip("▸▾ ") == label]
            begun = [at for at, text in enumerate(texts) if re.match(rf"{re.escape(label)}\b", text)]
            if whole or begun:
                return found.nth((whole or begun)[0])
            assert time.monotonic() < end, f"{self.words}: nothing on {self.page.url} is labelled {label!r}: {texts}"
            self.page.wait_for_timeout(100)

    def fill(self, values: dict[str, str]) -> Step:
        """Fill in fields, and choose from lists, by their labels."""
        for label, value in values.items():
            field = self.page.get_by_label(label, exact=True)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        return self

    def sees(self, *words: str) -> Step:
        """These words come to stand on the page; it refreshes by itself."""
        end = time.monotonic() + SECONDS
        for each in words:
            while each.casefold() not in self.text().casefold():
                assert time.monotonic() < end, (
                    f"{self.words}: {self.page.url} never says {each!r}: {self.text()[:1500]}"
                )
                self.page.wait_for_timeout(100)
        return self

    def text(self) -> str:
        """What stands on the page now."""
        from playwright.sync_api import Error

        try:
            return " ".join(self.page.locator("body").inner_text().split())
        except Error:  # the page is on its way to another one
            return ""


@pytest.fixture
def person(chromium: Browser) -> Iterator[Callable[[str], Callable[[str], Step]]]:
    """A person with a browser of their own: person(address) gives the hand that does steps."""
    contexts = []

    def open_at(url: str) -> Callable[[str], Step]:
        context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="es")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(url)

        def step(words: str) -> Step:
            sys.stdout.write(f"{words}\n")  # shown where a step fails
            return Step(page, words)

        return step

    yield open_at
    for context in contexts:
        context.close()


Person = Callable[[str], Callable[[str], Step]]


def open_mail(street: Street, step: Step, mail: StoredMail) -> None:
    """Open a mail in the person's browser."""
    step.page.goto(f"{street.town.base_url}/mail/{mail.number}/body")


def sign_in(street: Street, step: Callable[[str], Step], email: str) -> None:
    """Inicia sesión en tu cuenta, by the mailed link."""
    step("Inicia sesión en tu cuenta").fill({"Correo": email}).click("Enviar enlace").sees("Revise su correo")
    link = re.search(r"http\S+/m/sign-in/\S+", street.mail(email, "/m/sign-in/").text)
    assert link
    step("Abre el enlace del correo").page.goto(link[0])
    step("Entra").click("Entrar").sees("Inicio")


def greenpay_form(town: Town) -> dict[str, str]:
    """What Greenpay gave the merchant, under the labels of the form."""
    config = town.configs["greenpay"]
    given = town.simulators["greenpay"].settings(config, config["merchants"][0]["id"])
    return {
        "Identificador del comercio (merchantId)": given["merchant_id"],
        "Clave secreta (secret)": given["secret"],
        "Llave pública (public key)": given["public_key"],
        "Terminal en colones": given["terminal_crc"],
        "Terminal en dólares": given["terminal_usd"],
    }


def test_the_help_page_of_greenpay_works_step_by_step(street: Street, person: Person) -> None:
    town, owner, customer = street.town, OWNERS["CR"], "alejandro.gonzalez@correo.example"
    step = person(f"{town.base_url}/m")
    form = greenpay_form(town)
    sign_in(street, step, owner)

    # 1. Configura tu cuenta para usar Greenpay
    step("1. Dirígete al menú de Configuración").click("Configuración")
    step("2. En el recuadro Empresa selecciona la opción Empresa").within("Empresa").click("Empresa")
    step("3. Valida que el tipo y el número sean iguales a los de tu cuenta de Greenpay").fill(CR_IDENTITY)
    step("4. Completa los demás campos del formulario").fill({"Barrio": "Amón", "Teléfono": "2222-1100"})
    step("5. Finalmente haz clic en Guardar").click("Guardar").sees("Los cambios se guardaron")

    # 2. Conecta Greenpay para la recepción de pagos en línea
    step("1. Inicia sesión en tu cuenta").sees(owner)
    step("2. Haz clic en Soluciones y selecciona la opción").click("Soluciones", "Administrar mis soluciones")
    step("3. Una vez allí dirígete al menú Integraciones").click("Integraciones")
    step("4. En Pagos en línea, opción Greenpay").click("Pagos en línea").within("Greenpay").click("Conectar")
    step("5. Completa el formulario con la información de tu cuenta de Greenpay").fill(form)
    step("6. Haz clic en el botón Activar para conservar los cambios").click("Activar").sees("Credenciales Aceptadas")
    step("Terminado este proceso la integración quedará activa").click(CONFIRM, "Confirmar").sees("Conectado")
    address = step("La dirección de avisos va a Greenpay").page.get_by_label("Dirección de avisos").input_value()
    merchant = town.configs["greenpay"]["merchants"][0]["id"]
    street.run(town.control("greenpay", "notify", merchant=merchant, url=address))

    # 3. Pagar desde el estado de cuenta
    step("Ahora solo deberás enviar a tus clientes su reporte").click("Clientes", "Alejandro González")
    step("El estado de cuenta").click("Enviar estado de cuenta").sees(f"va en camino a {customer}")
    letter = street.mail(customer, "estado de cuenta")
    payer = person(town.base_url + "/healthz")
    open_mail(street, payer("El cliente abre el correo"), letter)
    payer("Encontrará dentro del correo la barra de Pagar en línea").sees("Pagar en línea")
    payer("Con un botón llamado Greenpay").click("Greenpay").sees("Lo que va a pagar", "Greenpay ✓")
    open_mail(street, payer("O entra al estado de cuenta"), letter)
    payer("Además de ver las facturas pendientes las puede pagar").click("Ver estado de cuenta").sees("FE-1041")
    payer("Una vez haga clic en el botón de Pagar").click("Pagar")
    payer("Podrá seleccionar el método de pago Greenpay").click("Greenpay")
    payer("Paga").click("Pagar").sees("Pagar con tarjeta", "Número de tarjeta")
    payer("En la página de Greenpay").fill(CARD).click("Pagar")
    payer("Tu cliente verá el estado y resumen de la transacción").sees(
        "Aprobad", "Resumen de la transacción", "Autorización", "****1111", "FE-1041", "85 650,50"
    )
    receipt = street.mail(customer, "soporte de")
    assert "FE-1041" in receipt.text, "y recibirá el soporte por correo electrónico"

    notice = street.mail(owner, "Agregar recibo de caja")
    assert "Alejandro González" in notice.text
    open_mail(street, step("Recibirás en tu correo un soporte detallando las transacciones"), notice)
    step("Desde ahí podrás agregar el recibo de caja").click("Agregar recibo de caja").sees("15 000,50")
    step("Y lo agregas").click("Agregar recibo de caja").sees("RC-000001", "SEISCIENTOS CINCUENTA COLONES CON 50/100")
    assert not street.run(town.opened.hub.store.read(lambda tx: tx.ledger.verify()))


def test_the_help_page_of_nequi_works_step_by_step(street: Street, person: Person) -> None:
    town, owner, customer = street.town, OWNERS["CO"], "tesoreria@lacompania.example"
    step = person(f"{town.base_url}/m")
    sign_in(street, step, owner)

    # Configura tu cuenta para usar Nequi
    step("1. Selecciona la opción Configuración ubicada en el menú principal").click("Configuración")
    step("2. En el recuadro Empresa haz clic en la opción Empresa").within("Empresa").click("Empresa")
    step("3. Selecciona el tipo y el número, iguales a los de tu cuenta de Negocio Nequi").fill(CO_IDENTITY)
    step("4. Completa los campos del formulario").fill({"Razón social": "Café de la Montaña SAS"})
    step("5. Haz clic en el botón Guardar").click("Guardar").sees("Los cambios se guardaron")

    # Activa la recepción de pagos en línea con Nequi
    step("1. En el menú principal haz clic en la opción Configuración").click("Configuración")
    box = step("2. En el recuadro Integraciones con otros sistemas").within("Integraciones con otros sistemas")
    box.then("3. Haz clic en la opción Pagos en línea").click("Pagos en línea")
    step("4. Selecciona Nequi y luego haz clic en Activar pagos en línea").click("Nequi", "Activar pagos en línea")
    step("5. Haz clic en Guardar para confirmar los cambios").click("Guardar").sees("La activación está solicitada")

    asked = street.mail(OPERATOR, "nequi")
    assert f"payment-hub account provision nequi --company {SLUGS['CO']}" in asked.text
    street.run(provision_nequi(town))
    street.mail(owner, "Nequi")
    step("Nequi valida el tipo, el número y el nombre").click("Pagos en línea", "Nequi").sees("Conectado", "Coincide")

    # Botón de pagos en el estado de cuenta
    step("Ahora solo deberás enviar a tus clientes su estado de cuenta").click("Clientes", "La Compañía SAS")
    step("Lo envías").click("Enviar estado de cuenta").sees(f"va en camino a {customer}")
    letter = street.mail(customer, "estado de cuenta")
    payer = person(town.base_url + "/healthz")
    open_mail(street, payer("Mi cliente, la Compañía SAS, abre el correo"), letter)
    payer("Encontrará dentro del correo un botón llamado Paga con Nequi").click("Paga con Nequi")
    payer("Paga de inmediato").fill({"Celular Nequi": PHONE}).click("Pagar").sees("Aprueba el pago")
    phone = person(f"{town.simulator_url('nequi')}/phone?number={PHONE}")
    phone("Acepta en su celular").click("Aceptar")
    payer("Una vez terminado el pago, tu cliente verá el estado y resumen de la transacción").sees(
        "Aprobad", "Resumen de la transacción", "399***4643", "FV-2201"
    )
    assert "FV-2201" in street.mail(customer, "soporte de").text, "y recibirá el soporte por correo electrónico"

    # Notificación de pagos recibidos
    notice = street.mail(owner, "Agregar recibo de caja")
    assert "La Compañía SAS" in notice.text
    assert "FV-2201" in notice.text, "detallando todas las transacciones realizadas por Nequi"
    open_mail(street, step("Cuando un cliente realice un pago recibirás en tu correo un soporte"), notice)
    step("Desde ahí podrás agregar el recibo de caja").click("Agregar recibo de caja").sees("Monto recibido")
    step("Y lo agregas").click("Agregar recibo de caja").sees("RC-000001", "PESOS M/CTE", "ya está agregado")
    assert not street.run(town.opened.hub.store.read(lambda tx: tx.ledger.verify()))
