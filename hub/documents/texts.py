"""What mails and papers say, by message id and locale.

``es`` speaks of *usted* and stands for every Spanish-speaking country; ``es_CR`` and ``es_CO`` say only what differs
there (Colombia says *tú*). A country's own ``wording`` goes before this catalogue. Names in braces are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping

Wording = Mapping[str, Mapping[str, str]]
"""Texts by message id, by locale."""


def text(message: str, locale: str, wording: Wording | None = None, /, **values: object) -> str:
    """A text in the best language there is: the country's wording, the locale, its language, Spanish."""
    own = (wording or {}).get(locale, {}).get(message)
    known = TEXTS[message] if own is None else {}
    found = own or known.get(locale) or known.get(locale.partition("_")[0]) or known["es"]
    return found.format_map(values)


TEXTS: Wording = {
    # ------------------------------------------------------------ marks and frame
    "mark.test": {"es": "PRUEBA - SIN VALOR", "en": "TEST - NO VALUE"},
    "mark.simulated": {"es": "SIMULADO", "en": "SIMULATED"},
    "mark.subject": {"es": "[PRUEBA] ", "en": "[TEST] "},
    "mark.explained": {
        "es": "Este mensaje es una prueba: ningún dinero se ha movido.",
        "en": "This message is a test: no money has moved.",
    },
    "greeting": {"es": "Hola, {name}:", "en": "Hello {name},"},
    "greeting.plain": {"es": "Hola:", "en": "Hello,"},
    "mail.questions": {
        "es": "Si tiene preguntas, responda a este correo.",
        "es_CO": "Si tienes preguntas, responde a este correo.",
        "en": "If you have questions, reply to this mail.",
    },
    "mail.why.customer": {
        "es": "{company} le envía este correo porque es el que usted le dio para sus cuentas. "
        "Sus datos se usan únicamente para sus cuentas y pagos con {company}.",
        "es_CO": "{company} te envía este correo porque es el que le diste para tus cuentas. "
        "Tus datos se usan únicamente para tus cuentas y pagos con {company}.",
        "en": "{company} sends you this mail because it is the address you gave them for your account. "
        "Your data is used for your account and payments with {company} only.",
    },
    "mail.why.merchant": {
        "es": "Recibe este correo porque administra los pagos en línea de {company}.",
        "es_CO": "Recibes este correo porque administras los pagos en línea de {company}.",
        "en": "You receive this mail because you look after the online payments of {company}.",
    },
    "mail.why.operator": {
        "es": "Recibe este correo porque opera este servicio de pagos.",
        "es_CO": "Recibes este correo porque operas este servicio de pagos.",
        "en": "You receive this mail because you operate this payment service.",
    },
    "unsubscribe.subject": {"es": "No deseo recibir estados de cuenta", "en": "No more statements, please"},
    # ------------------------------------------------------------ labels
    "label.amount": {"es": "Monto", "es_CO": "Valor", "en": "Amount"},
    "label.authorisation": {"es": "Autorización", "en": "Authorisation"},
    "label.balance": {"es": "Saldo", "en": "Balance"},
    "label.bank_account": {"es": "Cuenta bancaria", "en": "Bank account"},
    "label.cash_receipt": {"es": "Recibo de caja", "en": "Cash receipt"},
    "label.cause": {"es": "Motivo", "en": "Cause"},
    "label.changed": {"es": "Datos que cambiaron", "en": "What changed"},
    "label.checked_at": {"es": "Fecha de la validación", "en": "Checked at"},
    "label.checked_by": {"es": "Solicitada por", "en": "Asked for by"},
    "label.city": {"es": "Lugar", "en": "Place"},
    "label.company": {"es": "Empresa", "en": "Company"},
    "label.concept": {"es": "Concepto", "en": "For"},
    "label.customer": {"es": "Cliente", "en": "Customer"},
    "label.date": {"es": "Fecha", "en": "Date"},
    "label.due": {"es": "Vence", "en": "Due"},
    "label.fee": {"es": "Comisión", "en": "Fee"},
    "label.gross": {"es": "Monto bruto", "es_CO": "Valor bruto", "en": "Gross amount"},
    "label.hold_until": {"es": "Reservado hasta", "en": "Held until"},
    "label.identity": {"es": "Identificación", "en": "Identity document"},
    "label.instrument": {"es": "Medio de pago", "en": "Paid with"},
    "label.invoice": {"es": "Factura", "en": "Invoice"},
    "label.invoices": {"es": "Facturas", "en": "Invoices"},
    "label.item": {"es": "Artículo", "en": "Item"},
    "label.left": {"es": "Saldo pendiente", "en": "Left to pay"},
    "label.link": {"es": "Enlace", "en": "Link"},
    "label.mail_address": {"es": "Dirección", "en": "Address"},
    "label.mail": {"es": "Correo", "en": "Mail"},
    "label.method": {"es": "Método", "en": "Method"},
    "label.moment": {"es": "Fecha y hora", "en": "Date and time"},
    "label.net": {"es": "Neto", "en": "Net"},
    "label.note": {"es": "Observaciones", "en": "Notes"},
    "label.opened_at": {"es": "Detectado", "en": "Noticed"},
    "label.order": {"es": "Pedido", "en": "Order"},
    "label.paid": {"es": "Pagado", "en": "Paid"},
    "label.payer": {"es": "Pagado por", "en": "Paid by"},
    "label.provider": {"es": "Proveedor", "en": "Provider"},
    "label.provider_reference": {"es": "Transacción de {provider}", "en": "{provider} transaction"},
    "label.reference": {"es": "Nuestra referencia", "en": "Our reference"},
    "label.requested_at": {"es": "Solicitado", "en": "Asked for at"},
    "label.requested_by": {"es": "Solicitado por", "en": "Asked for by"},
    "label.returned": {"es": "Devuelto", "en": "Returned"},
    "label.started_at": {"es": "Iniciado", "en": "Started"},
    "label.status": {"es": "Estado", "en": "Status"},
    "label.total": {"es": "Total", "en": "Total"},
    "label.url": {"es": "Dirección", "en": "Address"},
    "label.valid_until": {"es": "Válido hasta", "en": "Valid until"},
    "label.verify": {"es": "Verificar este soporte", "en": "Check this receipt"},
    "label.withheld": {"es": "Retenciones", "en": "Withholdings"},
    # ------------------------------------------------------------ statement
    "statement.subject": {
        "es": "Su estado de cuenta con {company}",
        "es_CO": "Tu estado de cuenta con {company}",
        "en": "Your statement of account with {company}",
    },
    "statement.preview": {
        "es": "Total pendiente: {amount}. Puede pagar en línea desde este correo.",
        "es_CO": "Total pendiente: {amount}. Puedes pagar en línea desde este correo.",
        "en": "Outstanding: {amount}. You can pay online from this mail.",
    },
    "statement.title": {"es": "Estado de cuenta", "en": "Statement of account"},
    "statement.intro": {
        "es": "Le compartimos su estado de cuenta al {date}.",
        "es_CO": "Te compartimos tu estado de cuenta al {date}.",
        "en": "This is your statement of account as of {date}.",
    },
    "statement.nothing": {
        "es": "No tiene facturas pendientes. ¡Muchas gracias!",
        "es_CO": "No tienes facturas pendientes. ¡Muchas gracias!",
        "en": "You have no open invoices. Thank you!",
    },
    "statement.outstanding": {"es": "Total pendiente", "en": "Outstanding"},
    "statement.overdue": {
        "es": "{amount} vencido, {days} de atraso",
        "es_CO": "{amount} vencido, {days} de mora",
        "en": "{amount} overdue, by {days}",
    },
    "statement.not_overdue": {"es": "Nada vencido", "en": "Nothing overdue"},
    "statement.net": {
        "es": "Menos su saldo a favor, debe {amount}.",
        "es_CO": "Menos tu saldo a favor, debes {amount}.",
        "en": "Less your credit, you owe {amount}.",
    },
    "statement.more": {
        "es": "Otras {count}, que están en el estado de cuenta",
        "en": "{count} more, which the statement lists",
    },
    "statement.due_today": {"es": "Vence hoy", "en": "Due today"},
    "statement.credit": {
        "es": "Tiene un saldo a favor de {amount}.",
        "es_CO": "Tienes un saldo a favor de {amount}.",
        "en": "You have a credit of {amount}.",
    },
    "statement.invoices": {"es": "Facturas pendientes", "en": "Open invoices"},
    "statement.issued": {"es": "del {date}", "en": "of {date}"},
    "statement.undated": {
        "es": "Las facturas sin fecha de vencimiento se cuentan desde su emisión.",
        "en": "Invoices without a due date count as due on the day they were issued.",
    },
    "statement.days_overdue": {
        "es": "{days} de atraso",
        "es_CO": "{days} de mora",
        "en": "{days} overdue",
    },
    "statement.of_total": {"es": "de {amount}", "en": "of {amount}"},
    "statement.in_process": {"es": "Pago en proceso", "en": "Payment in process"},
    "statement.bar": {"es": "Pagar en línea", "en": "Pay online"},
    "statement.bar.currency": {"es": "Pagar en línea en {currency}", "en": "Pay online in {currency}"},
    "statement.pay": {
        "es": "Pague en línea con el botón que prefiera.",
        "es_CO": "Paga en línea con el botón que prefieras.",
        "en": "Pay online with the button you prefer.",
    },
    "statement.view": {"es": "Ver estado de cuenta", "en": "View statement"},
    "statement.expires": {
        "es": "El enlace vence el {date}. Quien tenga este correo puede ver el estado de cuenta: no lo reenvíe.",
        "es_CO": "El enlace vence el {date}. Quien tenga este correo puede ver el estado de cuenta: no lo reenvíes.",
        "en": "The link expires on {date}. Whoever has this mail can see the statement: do not forward it.",
    },
    "statement.as_of": {
        "es": "Información al {moment}. Los pagos en proceso pueden no aparecer todavía.",
        "en": "Information as of {moment}. Payments in process may not show yet.",
    },
    "offer.none": {
        "es": "Por ahora no hay un medio de pago en línea disponible.",
        "en": "There is no online payment method available at the moment.",
    },
    "list.and": {"es": " y ", "en": " and "},
    "days.one": {"es": "{count} día", "en": "{count} day"},
    "days.other": {"es": "{count} días", "en": "{count} days"},
    # ------------------------------------------------------------ receipt of the payer
    "receipt.subject": {
        "es": "Soporte de su pago a {company}",
        "es_CO": "Soporte de tu pago a {company}",
        "en": "Receipt of your payment to {company}",
    },
    "receipt.preview": {
        "es": "Pagó {amount} con {provider}.",
        "es_CO": "Pagaste {amount} con {provider}.",
        "en": "You paid {amount} with {provider}.",
    },
    "receipt.title": {"es": "Soporte de pago", "en": "Payment receipt"},
    "receipt.intro": {
        "es": "Este es el soporte de su pago a {company}.",
        "es_CO": "Este es el soporte de tu pago a {company}.",
        "en": "This is the receipt of your payment to {company}.",
    },
    "receipt.paid": {"es": "Pago aprobado", "en": "Payment approved"},
    "receipt.asked": {
        "es": "El monto solicitado era {asked}; el proveedor confirmó {amount}.",
        "es_CO": "El valor solicitado era {asked}; el proveedor confirmó {amount}.",
        "en": "{asked} had been asked for; the provider confirmed {amount}.",
    },
    "receipt.applied": {"es": "Qué se pagó", "en": "What was paid"},
    "receipt.line.left": {"es": "queda {amount}", "en": "{amount} left"},
    "receipt.line.withheld": {"es": "{words}; retención {amount}", "en": "{words}; {amount} withheld"},
    "receipt.line.settled": {"es": "pagada por completo", "en": "paid in full"},
    "receipt.credit": {
        "es": "{amount} quedó como saldo a su favor.",
        "es_CO": "{amount} quedó como saldo a tu favor.",
        "en": "{amount} is now your credit.",
    },
    "receipt.late": {
        "es": "El pago llegó después de que dejamos de esperarlo; está registrado.",
        "en": "The payment arrived after we had stopped waiting for it; it is recorded.",
    },
    "receipt.duplicate": {
        "es": "Estas facturas ya estaban pagadas. Lo que sobra es suyo: {company} le escribirá para devolverlo o "
        "aplicarlo.",
        "es_CO": "Estas facturas ya estaban pagadas. Lo que sobra es tuyo: {company} te escribirá para devolverlo o "
        "aplicarlo.",
        "en": "These invoices had been paid already. The surplus is yours: {company} will write to you to return or "
        "apply it.",
    },
    "receipt.left": {
        "es": "Después de este pago debe {amount} a {company}.",
        "es_CO": "Después de este pago debes {amount} a {company}.",
        "en": "After this payment you owe {company} {amount}.",
    },
    "receipt.nothing_left": {
        "es": "No debe nada más a {company}. ¡Muchas gracias!",
        "es_CO": "No debes nada más a {company}. ¡Muchas gracias!",
        "en": "You owe {company} nothing else. Thank you!",
    },
    "receipt.view": {"es": "Ver y descargar el soporte", "en": "View and download the receipt"},
    "receipt.no_invoice": {
        "es": "Este soporte confirma el pago; no es una factura.",
        "en": "This receipt confirms the payment; it is not an invoice.",
    },
    # ------------------------------------------------------------ cash receipt, to the customer
    "cashmail.subject": {
        "es": "Recibo de caja {number} de {company}",
        "en": "Cash receipt {number} of {company}",
    },
    "cashmail.preview": {"es": "Recibimos {amount}: {concept}.", "en": "We received {amount}: {concept}."},
    "cashmail.title": {"es": "Recibo de caja {number}", "en": "Cash receipt {number}"},
    "cashmail.intro": {
        "es": "{company} recibió su pago y le entrega este recibo de caja.",
        "es_CO": "{company} recibió tu pago y te entrega este recibo de caja.",
        "en": "{company} received your payment and gives you this cash receipt.",
    },
    "cashmail.received": {"es": "Recibido", "en": "Received"},
    "cashmail.void": {"es": "Este recibo está anulado: {reason}", "en": "This receipt is void: {reason}"},
    # ------------------------------------------------------------ payments received, to the merchant
    "received.subject.one": {
        "es": "Pago recibido con {provider}: {amount} de {customer}",
        "en": "Payment received through {provider}: {amount} from {customer}",
    },
    "received.subject.other": {
        "es": "Pagos recibidos con {provider}: {count} transacciones",
        "en": "Payments received through {provider}: {count} transactions",
    },
    "received.title.one": {"es": "Pago recibido", "en": "Payment received"},
    "received.title.other": {"es": "Pagos recibidos", "en": "Payments received"},
    "received.intro.one": {
        "es": "Su cliente pagó con {provider}. El dinero llega directamente a su cuenta de {provider}.",
        "es_CO": "Tu cliente pagó con {provider}. El dinero llega directamente a tu cuenta de {provider}.",
        "en": "Your customer paid with {provider}. The money goes straight to your {provider} account.",
    },
    "received.intro.other": {
        "es": "Estas son las transacciones realizadas con {provider}. El dinero llega directamente a su cuenta de "
        "{provider}.",
        "es_CO": "Estas son las transacciones realizadas con {provider}. El dinero llega directamente a tu cuenta de "
        "{provider}.",
        "en": "These are the transactions made through {provider}. The money goes straight to your {provider} account.",
    },
    "received.sum": {"es": "Total recibido", "en": "Received in all"},
    "received.transaction": {
        "es": "Transacción {number} de {count}",
        "en": "Transaction {number} of {count}",
    },
    "received.applied": {"es": "Se aplicó a", "en": "Applied to"},
    "received.nothing_applied": {
        "es": "No se aplicó a ninguna factura.",
        "en": "It was applied to no invoice.",
    },
    "received.credit": {
        "es": "{amount} quedó como saldo a favor del cliente.",
        "en": "{amount} is now the customer's credit.",
    },
    "received.add": {"es": "Agregar recibo de caja", "en": "Add cash receipt"},
    "received.add.hint": {
        "es": "El botón abre el recibo ya llenado; usted lo revisa y lo guarda. El enlace sirve una vez, por 7 días.",
        "es_CO": "El botón abre el recibo ya llenado; tú lo revisas y lo guardas. El enlace sirve una vez, por 7 días.",
        "en": "The button opens the receipt, filled in; you check and save it. The link works once, for 7 days.",
    },
    "received.recorded": {
        "es": "Recibo de caja {label} ya registrado",
        "en": "Cash receipt {label} is recorded",
    },
    "received.view_receipt": {"es": "Ver recibo de caja", "en": "View cash receipt"},
    "received.view": {"es": "Ver el pago", "en": "View the payment"},
    "received.automatic": {
        "es": "Los recibos de caja se registran automáticamente, como usted lo eligió.",
        "es_CO": "Los recibos de caja se registran automáticamente, como lo elegiste.",
        "en": "Cash receipts are recorded automatically, as you chose.",
    },
    # ------------------------------------------------------------ payments received in a day, to the merchant
    "digest.subject.one": {"es": "Pagos recibidos el {date}: 1 pago", "en": "Payments received on {date}: 1 payment"},
    "digest.subject.other": {
        "es": "Pagos recibidos el {date}: {count} pagos",
        "en": "Payments received on {date}: {count} payments",
    },
    "digest.title": {"es": "Pagos recibidos el {date}", "en": "Payments received on {date}"},
    "digest.intro": {
        "es": "Estas son las transacciones de las que supimos ese día. El dinero llega directamente a la cuenta de la "
        "empresa con cada proveedor.",
        "en": "These are the transactions we heard of that day. The money goes straight to the company's account with "
        "each provider.",
    },
    "digest.sum": {"es": "Recibido en el día", "en": "Received in the day"},
    "digest.count.one": {"es": "1 transacción", "en": "1 transaction"},
    "digest.count.other": {"es": "{count} transacciones", "en": "{count} transactions"},
    "digest.line": {"es": "{number}: {amount}", "en": "{number}: {amount}"},
    "digest.line.left": {"es": "{number}: {amount}, queda {left}", "en": "{number}: {amount}, {left} left"},
    "digest.lines.more": {"es": "y otras {count}", "en": "and {count} more"},
    "digest.rest": {
        "es": "Otras {count} transacciones, por {amount}, están en la lista.",
        "en": "{count} more transactions, {amount} in all, are in the list.",
    },
    "digest.list": {"es": "Ver todos los pagos", "en": "View all payments"},
    "digest.seal": {"es": "Huella de los libros", "en": "Seal of the books"},
    "digest.seal.what": {
        "es": "Cubre {count} asientos al {moment}. Conserve este correo: si alguien reescribe un asiento anterior, la "
        "huella deja de coincidir.",
        "es_CO": "Cubre {count} asientos al {moment}. Conserva este correo: si alguien reescribe un asiento anterior, "
        "la huella deja de coincidir.",
        "en": "It covers {count} entries as of {moment}. Keep this mail: if anyone rewrites an earlier entry, the seal "
        "no longer matches.",
    },
    # ------------------------------------------------------------ declined, pending, returned
    "declined.subject": {
        "es": "Su pago a {company} no se realizó",
        "es_CO": "Tu pago a {company} no se realizó",
        "en": "Your payment to {company} did not go through",
    },
    "declined.title": {"es": "Pago no realizado", "en": "Payment not made"},
    "declined.intro": {
        "es": "Su pago con {provider} no fue aprobado.",
        "es_CO": "Tu pago con {provider} no fue aprobado.",
        "en": "Your payment with {provider} was not approved.",
    },
    "declined.not_charged": {
        "es": "No se le cobró nada.",
        "es_CO": "No se te cobró nada.",
        "en": "You were not charged.",
    },
    "declined.again": {"es": "Intentar de nuevo", "en": "Try again"},
    "pending.subject": {
        "es": "Su pago a {company} está en proceso",
        "es_CO": "Tu pago a {company} está en proceso",
        "en": "Your payment to {company} is in process",
    },
    "pending.title": {"es": "Pago aún sin confirmar", "en": "Payment not confirmed yet"},
    "pending.intro": {
        "es": "Todavía no hemos recibido la confirmación de su pago con {provider}.",
        "es_CO": "Todavía no hemos recibido la confirmación de tu pago con {provider}.",
        "en": "We have not received the confirmation of your payment with {provider} yet.",
    },
    "pending.unknown": {
        "es": "Lo estamos confirmando. No pague de nuevo; le avisaremos por correo.",
        "es_CO": "Lo estamos confirmando. No pagues de nuevo; te avisaremos por correo.",
        "en": "We are confirming it. Do not pay again; we will mail you.",
    },
    "pending.act": {
        "es": "Si aún no lo ha aprobado, puede hacerlo hasta el {moment}.",
        "es_CO": "Si aún no lo has aprobado, puedes hacerlo hasta el {moment}.",
        "en": "If you have not approved it yet, you can do so until {moment}.",
    },
    "pending.wait": {
        "es": "Le avisaremos por correo en cuanto se confirme.",
        "es_CO": "Te avisaremos por correo en cuanto se confirme.",
        "en": "We will mail you as soon as it is confirmed.",
    },
    "pending.not_receipt": {
        "es": "Este mensaje no es un soporte de pago.",
        "en": "This message is not a receipt.",
    },
    "payment.view": {"es": "Ver el estado del pago", "en": "View the payment"},
    "returned.subject": {
        "es": "Devolución de su pago a {company}",
        "es_CO": "Devolución de tu pago a {company}",
        "en": "Your payment to {company} was returned",
    },
    "returned.subject.merchant": {
        "es": "Devolución a {customer}: {amount}",
        "en": "Returned to {customer}: {amount}",
    },
    "returned.subject.charged_back": {
        "es": "Contracargo de {customer}: {amount}",
        "en": "Chargeback by {customer}: {amount}",
    },
    "returned.title": {"es": "Pago devuelto", "en": "Payment returned"},
    "returned.title.charged_back": {"es": "Contracargo", "en": "Chargeback"},
    "returned.intro": {
        "es": "{company} le devolvió {amount} de su pago de {paid} con {provider}.",
        "es_CO": "{company} te devolvió {amount} de tu pago de {paid} con {provider}.",
        "en": "{company} returned {amount} of your payment of {paid} with {provider}.",
    },
    "returned.intro.charged_back": {
        "es": "Su banco recuperó {amount} de su pago de {paid} a {company} con {provider}.",
        "es_CO": "Tu banco recuperó {amount} de tu pago de {paid} a {company} con {provider}.",
        "en": "Your bank took back {amount} of your payment of {paid} to {company} with {provider}.",
    },
    "returned.intro.merchant": {
        "es": "Se devolvió a {customer} {amount} de su pago de {paid} con {provider}.",
        "en": "{customer} got back {amount} of the payment of {paid} with {provider}.",
    },
    "returned.intro.merchant.charged_back": {
        "es": "El banco de {customer} recuperó {amount} de su pago de {paid} con {provider}.",
        "en": "The bank of {customer} took back {amount} of the payment of {paid} with {provider}.",
    },
    "returned.wait": {
        "es": "Según su banco, el dinero puede tardar algunos días en aparecer.",
        "es_CO": "Según tu banco, el dinero puede tardar algunos días en aparecer.",
        "en": "Depending on your bank it may take some days to show.",
    },
    "returned.left": {
        "es": "Ahora debe {amount} a {company}.",
        "es_CO": "Ahora debes {amount} a {company}.",
        "en": "You now owe {company} {amount}.",
    },
    "returned.left.merchant": {
        "es": "{customer} ahora debe {amount}.",
        "en": "{customer} now owes {amount}.",
    },
    # ------------------------------------------------------------ connections
    "result.subject.active": {
        "es": "{provider} quedó activo para {company}",
        "en": "{provider} is active for {company}",
    },
    "result.subject.confirm": {
        "es": "{provider}: falta su confirmación",
        "es_CO": "{provider}: falta tu confirmación",
        "en": "{provider}: your confirmation is needed",
    },
    "result.subject.failed": {
        "es": "{provider} no se pudo activar para {company}",
        "en": "{provider} could not be activated for {company}",
    },
    "result.title": {"es": "Resultado de la activación", "en": "Result of the activation"},
    "result.active": {
        "es": "La integración con {provider} quedó activa para recibir pagos.",
        "en": "The connection with {provider} is active and takes payments.",
    },
    "result.confirm": {
        "es": "Las credenciales sirven, pero {provider} no deja comparar todos los datos de la empresa. Confirme que "
        "son iguales a los de su cuenta de {provider}.",
        "es_CO": "Las credenciales sirven, pero {provider} no deja comparar todos los datos de la empresa. Confirma "
        "que son iguales a los de tu cuenta de {provider}.",
        "en": "The credentials work, but {provider} does not let us compare all data of the company. Confirm that they "
        "equal those of your {provider} account.",
    },
    "result.failed": {
        "es": "La integración con {provider} no quedó activa. Abajo está el motivo.",
        "en": "The connection with {provider} is not active. The reason stands below.",
    },
    "result.credentials": {"es": "1. Credenciales", "en": "1. Credentials"},
    "result.credentials.accepted": {"es": "Aceptadas por {provider}", "en": "Accepted by {provider}"},
    "result.credentials.refused": {"es": "Rechazadas por {provider}", "en": "Refused by {provider}"},
    "result.credentials.unclear": {
        "es": "{provider} no dio una respuesta clara; intente más tarde",
        "es_CO": "{provider} no dio una respuesta clara; intenta más tarde",
        "en": "{provider} gave no clear answer; try again later",
    },
    "result.culprits": {"es": "Revise: {names}", "es_CO": "Revisa: {names}", "en": "Check: {names}"},
    "result.code": {"es": "Respuesta del proveedor: {code}", "en": "The provider's answer: {code}"},
    "result.identity": {"es": "2. Identidad de la empresa", "en": "2. Identity of the company"},
    "result.identity.none": {
        "es": "{provider} no compara datos de la empresa.",
        "en": "{provider} compares no data of the company.",
    },
    "result.confirmed_by": {"es": "Confirmado por {name}", "en": "Confirmed by {name}"},
    "result.notifications": {"es": "3. Notificaciones", "en": "3. Notifications"},
    "result.heard": {
        "es": "Última notificación de {provider}: {moment}",
        "en": "Last heard from {provider}: {moment}",
    },
    "result.not_heard": {
        "es": "Todavía no hemos recibido ninguna notificación de {provider}; es normal antes del primer pago.",
        "en": "We have not heard from {provider} yet; that is normal before the first payment.",
    },
    "result.address": {
        "es": "Indique esta dirección a {provider} para que nos avise de cada pago:",
        "es_CO": "Indícale esta dirección a {provider} para que nos avise de cada pago:",
        "en": "Give {provider} this address, so that it tells us of each payment:",
    },
    "result.seen": {
        "es": "Sus clientes ahora ven el botón «{button}» en: {channels}.",
        "es_CO": "Tus clientes ahora ven el botón «{button}» en: {channels}.",
        "en": "Your customers now see the button \u201c{button}\u201d in: {channels}.",
    },
    "result.deactivate": {
        "es": "Puede desactivarla cuando quiera en Integraciones > Pagos en línea.",
        "es_CO": "Puedes desactivarla cuando quieras en Integraciones > Pagos en línea.",
        "en": "You can switch it off at any time under Integrations > Online payments.",
    },
    "result.open": {"es": "Abrir Pagos en línea", "en": "Open online payments"},
    "field.identity_type": {"es": "Tipo de identificación", "en": "Kind of document"},
    "field.identity_number": {"es": "Número de identificación", "en": "Number of document"},
    "field.legal_name": {"es": "Nombre o razón social", "en": "Legal name"},
    "field.ours": {"es": "Aquí", "en": "Here"},
    "field.theirs": {"es": "En {provider}", "en": "At {provider}"},
    "match.equal": {"es": "Coincide", "en": "Equal"},
    "match.near": {"es": "Parecido", "en": "Similar"},
    "match.different": {"es": "Diferente", "en": "Different"},
    "match.unavailable": {"es": "No disponible", "en": "Not available"},
    "requested.subject": {
        "es": "{company} solicita activar {provider}",
        "en": "{company} asks for {provider}",
    },
    "requested.title": {"es": "Solicitud de activación", "en": "A connection was asked for"},
    "requested.intro": {
        "es": "{company} solicitó activar {provider}. Faltan credenciales que pone el operador.",
        "en": "{company} asked for {provider}. Credentials that the operator puts in are missing.",
    },
    "requested.missing": {"es": "Faltan", "en": "Missing"},
    "requested.command": {"es": "Ejecute:", "es_CO": "Ejecuta:", "en": "Run:"},
    "requested.then": {
        "es": "Después se valida la cuenta y la empresa recibe el resultado por correo.",
        "en": "Then the account is validated and the company gets the result by mail.",
    },
    "attention.subject": {
        "es": "{provider} necesita su atención",
        "es_CO": "{provider} necesita tu atención",
        "en": "{provider} needs your attention",
    },
    "attention.title": {"es": "Una integración necesita atención", "en": "A connection needs attention"},
    "attention.company_changed": {
        "es": "Cambiaron datos de la empresa que {provider} compara. Hay que validar la integración otra vez.",
        "en": "Data of the company that {provider} compares were changed. The connection must be validated again.",
    },
    "attention.credentials_refused": {
        "es": "{provider} ya no acepta las credenciales de la cuenta. Revíselas y active la integración de nuevo.",
        "es_CO": "{provider} ya no acepta las credenciales de la cuenta. Revísalas y activa la integración de nuevo.",
        "en": "{provider} no longer accepts the credentials of the account. Check them and activate it again.",
    },
    "attention.suspended": {
        "es": "La integración con {provider} fue suspendida.",
        "en": "The connection with {provider} was suspended.",
    },
    "attention.silent": {
        "es": "Hace tiempo que no recibimos notificaciones de {provider}. Revise que nuestra dirección siga puesta "
        "allí.",
        "es_CO": "Hace tiempo que no recibimos notificaciones de {provider}. Revisa que nuestra dirección siga puesta "
        "allí.",
        "en": "We have not heard from {provider} for some time. Check that our address is still set there.",
    },
    "attention.hidden": {
        "es": "Mientras tanto sus clientes no ven el botón de {provider}.",
        "es_CO": "Mientras tanto tus clientes no ven el botón de {provider}.",
        "en": "Until then your customers do not see the button of {provider}.",
    },
    "attention.open": {"es": "Revisar la integración", "en": "Look at the connection"},
    # ------------------------------------------------------------ sign-in
    "sign_in.subject": {"es": "Enlace para entrar a {company}", "en": "Your link to {company}"},
    "sign_in.title": {"es": "Entrar", "en": "Sign in"},
    "sign_in.intro": {
        "es": "Use este enlace para entrar; si no lo pidió, ignore este correo.",
        "es_CO": "Usa este enlace para entrar; si no lo pediste, ignora este correo.",
        "en": "Use this link to sign in; if you did not ask for it, ignore this mail.",
    },
    "sign_in.button": {"es": "Entrar", "en": "Sign in"},
    "sign_in.expires": {
        "es": "Sirve una sola vez y vence el {moment}. No lo comparta con nadie.",
        "es_CO": "Sirve una sola vez y vence el {moment}. No lo compartas con nadie.",
        "en": "It works once and expires on {moment}. Share it with nobody.",
    },
    # ------------------------------------------------------------ store order
    "order.subject": {
        "es": "Su pedido {number} en {company}",
        "es_CO": "Tu pedido {number} en {company}",
        "en": "Your order {number} at {company}",
    },
    "order.subject.paid": {
        "es": "Recibimos el pago de su pedido {number}",
        "es_CO": "Recibimos el pago de tu pedido {number}",
        "en": "Your order {number} is paid",
    },
    "order.title": {"es": "Pedido {number}", "en": "Order {number}"},
    "order.intro": {
        "es": "Recibimos su pedido. Se confirma en cuanto lo pague.",
        "es_CO": "Recibimos tu pedido. Se confirma en cuanto lo pagues.",
        "en": "We have your order. It is confirmed as soon as you pay it.",
    },
    "order.intro.paid": {
        "es": "Recibimos el pago de su pedido. ¡Muchas gracias!",
        "es_CO": "Recibimos el pago de tu pedido. ¡Muchas gracias!",
        "en": "We have received the payment of your order. Thank you!",
    },
    "order.items": {"es": "Lo que pidió", "es_CO": "Lo que pediste", "en": "What you ordered"},
    "order.hold": {
        "es": "Le guardamos los artículos hasta el {moment}.",
        "es_CO": "Te guardamos los artículos hasta el {moment}.",
        "en": "We keep the goods for you until {moment}.",
    },
    "order.view": {"es": "Ver el pedido", "en": "View the order"},
    # ------------------------------------------------------------ review
    "review.subject": {"es": "Hay un pago que revisar: {cause}", "en": "A payment to look at: {cause}"},
    "review.title": {"es": "Un caso necesita a una persona", "en": "A case needs a person"},
    "review.intro": {
        "es": "El sistema registró lo que sabe y no seguirá solo en este caso.",
        "en": "The system recorded what it knows and will not go on by itself in this case.",
    },
    "review.open": {"es": "Abrir el caso", "en": "Open the case"},
    "note.subject": {"es": "{cause}: {customer}", "en": "{cause}: {customer}"},
    "note.intro": {
        "es": "{customer} lo escribió desde su estado de cuenta. Ningún saldo cambió por esto.",
        "en": "{customer} wrote this from the statement page. No balance changed because of it.",
    },
    "cause.customer_note": {"es": "mensaje de un cliente", "en": "a customer's message"},
    "cause.payment_reported": {"es": "un cliente informa un pago", "en": "a customer reports a payment"},
    "cause.amount_mismatch": {
        "es": "llegó un monto distinto del solicitado",
        "en": "another amount arrived than was asked for",
    },
    "cause.currency_mismatch": {"es": "llegó otra moneda", "en": "another currency arrived"},
    "cause.duplicate_charge": {"es": "un posible cobro doble", "en": "possibly charged twice"},
    "cause.conflict": {"es": "noticias contradictorias", "en": "contradicting news"},
    "cause.contradicting_claims": {"es": "noticias contradictorias", "en": "contradicting news"},
    "cause.orphan_refund": {"es": "una devolución sin su pago", "en": "a refund without its payment"},
    "cause.over_refund": {"es": "se devolvió más de lo pagado", "en": "more returned than was paid"},
    "cause.surplus": {
        "es": "dinero para una factura que ya debía menos",
        "en": "money for an invoice that owed less by then",
    },
    "cause.settlement_unknown": {
        "es": "el proveedor pagó algo que aquí no está",
        "en": "the provider paid out something that is not here",
    },
    "cause.settlement_missing": {
        "es": "un pago que no está en lo que pagó el proveedor",
        "en": "a payment that the provider has not paid out",
    },
    "cause.settlement_amount": {
        "es": "el proveedor pagó otro monto",
        "en": "the provider paid out another amount",
    },
    "cause.settlement_repeated": {
        "es": "el proveedor nombró dos veces un pago",
        "en": "the provider named a payment twice",
    },
    "cause.settlement_changed": {
        "es": "el proveedor cambió una línea que ya había informado",
        "en": "the provider changed a line that it had stated before",
    },
    "cause.settlement_unproven": {
        "es": "el proveedor pagó algo que no consta como pagado",
        "en": "the provider paid out something that is not known to be paid",
    },
    "cause.unresolved": {"es": "un pago sin respuesta clara", "en": "a payment without a clear answer"},
    # ------------------------------------------------------------ why a payment was refused
    "reason.denied": {
        "es": "El banco no aprobó el pago. Intente con otro medio o consulte con su banco.",
        "es_CO": "El banco no aprobó el pago. Intenta con otro medio o consulta con tu banco.",
        "en": "The bank did not approve the payment. Try another method or ask your bank.",
    },
    "reason.insufficient_funds": {
        "es": "No hay fondos suficientes. Intente con otro medio de pago.",
        "es_CO": "No hay fondos suficientes. Recarga o intenta con otro medio de pago.",
        "en": "There are not enough funds. Try another method.",
    },
    "reason.card_expired": {
        "es": "La tarjeta está vencida. Intente con otra.",
        "es_CO": "La tarjeta está vencida. Intenta con otra.",
        "en": "The card has expired. Try another one.",
    },
    "reason.card_invalid": {
        "es": "Los datos de la tarjeta no son correctos. Revíselos e intente de nuevo.",
        "es_CO": "Los datos de la tarjeta no son correctos. Revísalos e intenta de nuevo.",
        "en": "The card's data are not right. Check them and try again.",
    },
    "reason.card_blocked": {
        "es": "La tarjeta está bloqueada. Consulte con su banco o intente con otra.",
        "es_CO": "La tarjeta está bloqueada. Consulta con tu banco o intenta con otra.",
        "en": "The card is blocked. Ask your bank or try another one.",
    },
    "reason.wrong_pin": {
        "es": "La clave no es correcta. Intente de nuevo.",
        "es_CO": "La clave no es correcta. Intenta de nuevo.",
        "en": "The code is not right. Try again.",
    },
    "reason.not_permitted": {
        "es": "Su banco no permite este pago. Consulte con su banco o intente con otro medio.",
        "es_CO": "Tu banco no permite este pago. Consulta con tu banco o intenta con otro medio.",
        "en": "Your bank does not allow this payment. Ask your bank or try another method.",
    },
    "reason.issuer_unavailable": {
        "es": "El banco no respondió. Intente de nuevo en unos minutos.",
        "es_CO": "El banco no respondió. Intenta de nuevo en unos minutos.",
        "en": "The bank did not answer. Try again in a few minutes.",
    },
    "reason.fraud_suspected": {
        "es": "El banco no aprobó el pago. Intente con otro medio o consulte con su banco.",
        "es_CO": "El banco no aprobó el pago. Intenta con otro medio o consulta con tu banco.",
        "en": "The bank did not approve the payment. Try another method or ask your bank.",
    },
    "reason.no_wallet": {
        "es": "Ese número no tiene una cuenta activa. Revíselo o intente con otro medio.",
        "es_CO": "Ese número no tiene una cuenta activa. Revísalo o intenta con otro medio.",
        "en": "That number has no active account. Check it or try another method.",
    },
    "reason.account_blocked": {
        "es": "La cuenta está bloqueada. Consulte con su proveedor o intente con otro medio.",
        "es_CO": "La cuenta está bloqueada. Consulta con tu proveedor o intenta con otro medio.",
        "en": "The account is blocked. Ask its provider or try another method.",
    },
    "reason.rejected_by_payer": {
        "es": "El pago fue rechazado desde la aplicación. Si no fue su intención, intente de nuevo.",
        "es_CO": "El pago fue rechazado desde la aplicación. Si no era tu intención, intenta de nuevo.",
        "en": "The payment was rejected in the app. If you did not mean to, try again.",
    },
    "reason.method_unavailable": {
        "es": "Este medio de pago no está disponible ahora. Intente con otro.",
        "es_CO": "Este medio de pago no está disponible ahora. Intenta con otro.",
        "en": "This method is not available now. Try another one.",
    },
    "reason.invalid_amount": {
        "es": "El proveedor no acepta este monto. Intente con otro medio.",
        "es_CO": "El proveedor no acepta este valor. Intenta con otro medio.",
        "en": "The provider does not accept this amount. Try another method.",
    },
    "reason.expired": {
        "es": "El tiempo para pagar se terminó. Intente de nuevo.",
        "es_CO": "El tiempo para pagar se terminó. Intenta de nuevo.",
        "en": "The time to pay ran out. Try again.",
    },
    "reason.other": {
        "es": "El pago no fue aprobado. Intente de nuevo o con otro medio.",
        "es_CO": "El pago no fue aprobado. Intenta de nuevo o con otro medio.",
        "en": "The payment was not approved. Try again or use another method.",
    },
    # ------------------------------------------------------------ cash receipt
    "cash.title": {"es": "Recibo de caja", "en": "Cash receipt"},
    "cash.received_from": {"es": "Recibido de", "en": "Received from"},
    "cash.amount": {"es": "La suma de", "en": "The sum of"},
    "cash.means": {"es": "Forma de recibo", "en": "Means"},
    "cash.means_by": {"es": "{means} por {provider}", "en": "{means} through {provider}"},
    "cash.before": {"es": "Saldo anterior", "en": "Before"},
    "cash.applied": {"es": "Abono", "en": "Applied"},
    "cash.less": {"es": "Retenciones y descuentos", "en": "Withheld and discounted"},
    "cash.after": {"es": "Saldo nuevo", "en": "After"},
    "cash.advance": {"es": "A favor del cliente", "en": "Customer's credit"},
    "cash.received": {"es": "Total recibido", "en": "Received"},
    "cash.clause.settles": {"es": "Cancela el saldo de las facturas.", "en": "Settles the invoices."},
    "cash.clause.part": {"es": "Abono parcial: queda saldo pendiente.", "en": "Part payment: a balance remains."},
    "cash.clause.account": {"es": "Pago a cuenta.", "en": "Payment on account."},
    "cash.issued": {"es": "Registrado el {moment} por {name}", "en": "Recorded on {moment} by {name}"},
    "cash.void": {"es": "ANULADO", "en": "VOID"},
    "cash.voided": {"es": "Anulado el {moment}: {reason}", "en": "Voided on {moment}: {reason}"},
    "cash.signature": {"es": "Firma y sello", "en": "Signature and stamp"},
    "cash.none": {"es": "Sin facturas asociadas", "en": "No invoices"},
    # ------------------------------------------------------------ on paper
    "paper.page": {"es": "Página {number} de {count}", "en": "Page {number} of {count}"},
    "paper.at": {"es": "Al {moment}", "en": "As of {moment}"},
    "paper.for": {"es": "Para", "en": "For"},
    "paper.currency": {"es": "En {currency}", "en": "In {currency}"},
    "paper.overdue": {"es": "Vencido", "en": "Overdue"},
    "paper.not_due": {"es": "Por vencer", "en": "Not yet due"},
    "paper.credit": {"es": "Saldo a favor", "en": "Credit"},
    "paper.net": {"es": "Neto por pagar", "en": "Net to pay"},
    "paper.in_process": {"es": "En proceso de pago", "en": "Being paid"},
    "paper.documents": {"es": "Documentos", "en": "Documents"},
    "paper.oldest": {"es": "Mayor atraso", "es_CO": "Mayor mora", "en": "Longest overdue"},
    "paper.ageing": {"es": "Antigüedad de la deuda", "en": "Age of the debt"},
    "paper.issued": {"es": "Emitida", "en": "Issued"},
    "paper.settled": {"es": "Aplicado", "en": "Applied"},
    "paper.undated": {"es": "Sin vencimiento", "en": "No due date"},
    "paper.continued": {"es": "continuación", "en": "continued"},
    "paper.scan": {
        "es": "Toque el botón o escanee el código con su celular; antes de pagar verá el total.",
        "es_CO": "Toca el botón o escanea el código con tu celular; antes de pagar verás el total.",
        "en": "Press the button or scan the code with your phone; you will see the total before you pay.",
    },
    "paper.qr": {"es": "Código QR: {label}", "en": "QR code: {label}"},
    "paper.expires": {
        "es": "Los enlaces y códigos vencen el {date}. Quien tenga este documento puede ver el estado de cuenta: no lo "
        "comparta.",
        "es_CO": "Los enlaces y códigos vencen el {date}. Quien tenga este documento puede ver el estado de cuenta: no "
        "lo compartas.",
        "en": "Links and codes expire on {date}. Whoever has this document can see the statement: do not share it.",
    },
    "paper.questions": {
        "es": "Si tiene preguntas, escriba a {company}: {contact}.",
        "es_CO": "Si tienes preguntas, escribe a {company}: {contact}.",
        "en": "If you have questions, write to {company}: {contact}.",
    },
    "paper.approved": {"es": "Aprobado", "en": "Approved"},
    "paper.left": {"es": "Saldo después del pago", "en": "Left after the payment"},
    "paper.verify": {
        "es": "Escanee el código para comprobar este soporte.",
        "es_CO": "Escanea el código para comprobar este soporte.",
        "en": "Scan the code to check this receipt.",
    },
    "ageing.not_due": {"es": "Por vencer", "en": "Not yet due"},
    "ageing.1-30": {"es": "1 a 30 días", "en": "1 to 30 days"},
    "ageing.31-60": {"es": "31 a 60 días", "en": "31 to 60 days"},
    "ageing.61-90": {"es": "61 a 90 días", "en": "61 to 90 days"},
    "ageing.over-90": {"es": "Más de 90 días", "en": "Over 90 days"},
    "standing.overdue": {"es": "Vencida: {days}", "en": "Overdue: {days}"},
    "standing.due_today": {"es": "Vence hoy", "en": "Due today"},
    "standing.not_due": {"es": "Por vencer", "en": "Not yet due"},
    "standing.in_process": {"es": "Pago en proceso", "en": "Being paid"},
    "standing.partly": {"es": "{standing}, abonada", "en": "{standing}, partly paid"},
    # ------------------------------------------------------------ payment report
    "report.title": {"es": "Reporte de pagos", "en": "Payment report"},
    "report.period": {"es": "Del {since} al {until}", "en": "From {since} to {until}"},
    "report.day": {"es": "Del {since}", "en": "Of {since}"},
    "report.totals": {"es": "Totales por proveedor y moneda", "en": "Totals per provider and currency"},
    "report.movements": {"es": "Movimientos", "en": "Movements"},
    "report.none": {"es": "No hubo pagos en este periodo.", "en": "There were no payments in this period."},
    "report.count": {"es": "Movimientos", "en": "Movements"},
    "report.received": {"es": "Recibido", "en": "Received"},
    "report.returned": {"es": "Devuelto", "en": "Returned"},
    "report.net": {"es": "Neto", "en": "Net"},
    "report.customer": {"es": "Cliente", "en": "Customer"},
    "report.provider": {"es": "Proveedor", "en": "Provider"},
    "report.references": {"es": "Referencias", "en": "References"},
    "report.receipt": {"es": "Recibo de caja", "en": "Cash receipt"},
    "report.amount": {"es": "Monto", "es_CO": "Valor", "en": "Amount"},
    "report.authorisation": {"es": "aut. {code}", "en": "auth. {code}"},
    "report.is_returned": {"es": "Devolución", "en": "Returned"},
    "report.is_charged_back": {"es": "Contracargo", "en": "Charged back"},
    "report.made": {"es": "Hecho el {moment}", "en": "Made on {moment}"},
    "report.seal": {
        "es": "Huella de los libros, {count} asientos: {hash}",
        "en": "Seal of the books, {count} entries: {hash}",
    },
    "report.gross": {
        "es": "Montos que el proveedor confirmó, antes de sus comisiones y retenciones.",
        "en": "Amounts as the provider confirmed them, before its fees and withholdings.",
    },
    # ------------------------------------------------------------ names of files
    "file.statement": {"es": "estado-de-cuenta-{date}", "en": "statement-{date}"},
    "file.receipt": {"es": "soporte-de-pago-{reference}", "en": "payment-receipt-{reference}"},
    "file.cash": {"es": "recibo-de-caja-{number}", "en": "cash-receipt-{number}"},
    "file.payments": {"es": "pagos-{since}-{until}", "en": "payments-{since}-{until}"},
}
