"""The fields of files of customers, invoices and payouts, and what programs in Spanish and English call their columns.

An amount's first names mean the whole of it; what may be the amount before taxes counts only where no column of a tax
stands beside it. A net amount and a subtotal are never a total.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hub.domain.files.columns import Column, Doubtful, names_in, reduced
from hub.domain.files.identity_headings import are_identities, is_name, says_identity
from hub.domain.files.layout import FileKind
from hub.domain.files.state_words import YES_SAYS, yes_or_no
from hub.domain.settlement import LineKind

DOCUMENT_WORDS: Final = (
    "factura facturas nota notas tiquete boleta comprobante recibo remision cotizacion pedido"
    " orden saldo anticipo anticipos abono pago pagos recibos cobro invoice note memo receipt payment order bill ticket"
)
DOCUMENT_CODES: Final = "fv fe fve nc nd nce nde te rc fac fact"
"""Some of them are codes of identity documents too."""
TAXES: Final = (
    "iva impuesto impuestos igv itbms total_iva iva_total valor_iva monto_iva total_impuesto total_impuestos"
    " valor_impuesto monto_impuesto impuesto_ventas impuesto_iva iva_19 iva_13 iva_16 tax taxes sales_tax"
    " tax_amount"
)
MAILS: Final = (
    "correo correo_electronico email e_mail mail correo_cliente email_cliente correo_electronico_cliente"
    " correo_receptor correo_contacto email_contacto direccion_electronica customer_email email_address"
)
NUMBERS_OF_PEOPLE: Final = (
    "identificacion identificacion_cliente numero_identificacion numero_identificacion_cliente nit nit_cliente"
    " numero_nit nit_cc cc_nit nit_cedula cedula_nit nit_o_cedula cedula_o_nit cedula cedula_cliente numero_cedula"
    " cedula_juridica cedula_receptor identificacion_receptor numero_identificacion_receptor rut rut_cliente"
    " rut_receptor rfc rfc_cliente rfc_receptor ruc dni nif identificacion_tercero nit_tercero"
    " numero_identificacion_tercero documento_cliente numero_documento_cliente documento_identidad"
    " numero_documento_identidad numero_id id_fiscal numero_fiscal numero_identificacion_fiscal"
    " identificacion_fiscal empresa_nif cliente_nif contacto_nif empresa_nit cliente_nit contacto_nit"
    " tax_id customer_tax_id vat vat_number identity_number number_of_document"
)
ALSO_OF_INVOICES: Final = "documento numero_documento id numero_cliente"
"""Names of a customer's number that may well be another's."""
TYPES_OF_IDENTITY: Final = (
    "tipo_identificacion tipo_identificacion_cliente tipo_identificacion_receptor tipo_identificacion_tercero"
    " tipo_id tipo_cedula tipo_documento_identidad tipo_documento_cliente tipo_persona id_type"
    " document_type_customer kind_of_document"
)
PIECES: Final = (
    "nombre nombres nombres_tercero nombres_cliente primer_nombre segundo_nombre otros_nombres apellido apellidos"
    " apellidos_tercero apellidos_cliente primer_apellido segundo_apellido nombre1 nombre2 apellido1 apellido2"
    " nombre_1 nombre_2 apellido_1 apellido_2 first_name middle_name last_name"
)
PHONES: Final = (
    "telefono telefono_cliente numero_telefono telefono_1 tel_1 telefonos phone_number telephone / celular movil"
    " telefono_celular telefono_movil numero_celular whatsapp mobile"
)


def are_yes_or_no(cells: Sequence[str]) -> bool:
    """Whether every cell says yes or no, and none an amount."""
    return bool(cells) and all(yes_or_no(cell) is not None for cell in cells)


def are_names(cells: Sequence[str]) -> bool:
    """Whether most cells have names of people or companies, and not their numbers or mails."""
    return bool(cells) and 2 * sum(map(is_name, cells)) > len(cells)


def are_no_names(cells: Sequence[str]) -> bool:
    """Whether most have numbers or mails."""
    return bool(cells) and not are_names(cells)


def are_kinds_of_document(cells: Sequence[str]) -> bool:
    """Whether some cell says that its row is an invoice, a note and the like; then unknown words are asked."""
    words, codes = frozenset(DOCUMENT_WORDS.split()), frozenset(DOCUMENT_CODES.split())
    written = [(key.replace("_", ""), *key.split("_")) for key in map(reduced, cells)]
    return any(not words.isdisjoint(cell) for cell in written) or (
        2 * sum(not codes.isdisjoint(cell) for cell in written) > len(written)
    )


def are_other_kinds(cells: Sequence[str]) -> bool:
    """Whether all say something else, such as the type of an identity document."""
    return not are_kinds_of_document(cells)


INVOICE_COLUMNS: Final = (
    Column(
        "number",
        "factura numero_factura factura_venta numero_factura_venta factura_electronica numero_factura_electronica"
        " invoice invoice_number num_factura / numero consecutivo numero_consecutivo consecutivo_factura"
        " consecutivo_electronico folio numero_folio folio_factura numero_interno / comprobante numero_comprobante"
        " asiento / / documento numero_documento document_number",
        required=True,
        is_text=True,
        before="prefijo serie prefijo_factura serie_factura serie_comprobante prefijo_comprobante",
    ),
    Column(
        "customer",
        f"{NUMBERS_OF_PEOPLE} identificacion_o_correo_cliente customer_s_identity_number_or_mail / / {MAILS}",
        required=True,
        instead="customer_name",
        is_text=True,
        doubtful={
            1: Doubtful(names="customer cliente clientes tercero terceros deudor receptor client", fits=are_no_names),
            4: Doubtful(names=ALSO_OF_INVOICES, fits=are_identities),
        },
        says=says_identity,
    ),
    Column(
        "customer_name",
        "nombre_cliente nombres_cliente razon_social nombre_o_razon_social nombre_razon_social"
        " razon_social_cliente nombre_receptor razon_social_receptor nombre_tercero customer_full_name full_name"
        " company_name nombre_deudor nombre_completo"
        " nombre_empresa_mostrar_factura nombre_contacto_mostrar_factura customer_s_name / nombre name"
        " / nombre_comercial",
        is_text=True,
        parts=PIECES,
        doubtful={
            0: Doubtful(names="cliente clientes customer client tercero terceros deudor receptor", fits=are_names)
        },
    ),
    Column(
        "identity_type",
        TYPES_OF_IDENTITY,
        doubtful={1: Doubtful(names="tipo_documento tipo", fits=are_other_kinds)},
    ),
    Column(
        "kind",
        "tipo_comprobante tipo_transaccion clase_documento clase_comprobante transaction_type"
        " tipo_documento_o_linea kind_of_document_or_line",
        doubtful={
            0: Doubtful(
                names="kind tipo_documento tipo tipo_factura tipo_movimiento type document_type",
                fits=are_kinds_of_document,
            )
        },
    ),
    Column(
        "issued_on",
        "fecha_emision emision emitida emitido fecha_factura fecha_documento fecha_comprobante fecha_expedicion"
        " expedicion fecha_elaboracion issued issue_date invoice_date date_issued / fecha date"
        " invoice_invoice_date transaction_date / creacion fecha_creacion creado creada created creation_date"
        " fecha_registro",
        required=True,
    ),
    Column(
        "due_on",
        "vencimiento fecha_vencimiento vence fecha_vence vence_el fecha_limite fecha_limite_pago"
        " fecha_pago_limite fecha_maxima_pago due due_date",
    ),
    Column(
        "currency", "moneda divisa codigo_moneda cod_moneda tipo_moneda moneda_factura moneda_documento currency_code"
    ),
    Column(
        "total",
        "total_factura valor_total monto_total importe_total total_con_iva total_iva_incluido total_general"
        " total_a_pagar total_documento total_comprobante valor_factura monto_factura importe_factura"
        " total_con_impuestos total_con_impuesto valor_total_factura monto_total_factura invoice_total"
        " total_amount amount_total grand_total / importe monto valor amount monto_original valor_original"
        " importe_original valor_documento monto_documento",
        required=True,
        is_money=True,
        unless=TAXES,
    ),
    Column(
        "balance",
        "saldo_pendiente saldo_actual saldo_por_cobrar por_cobrar pendiente saldo_factura saldo_documento"
        " saldo_pendiente_pago saldo_abierto saldo_restante saldo_insoluto saldo_adeudado saldo_por_pagar"
        " valor_pendiente monto_pendiente importe_pendiente importe_adeudado total_adeudado"
        " adeudado monto_adeudado pendiente_pago pendiente_cobro saldo_a_pagar saldo_deudor balance_due amount_due"
        " saldo_a_la_fecha saldo_a_fecha saldo_a_hoy saldo_final saldo_pendiente_por_cobrar pendiente_por_cobrar"
        " monto_por_cobrar total_por_cobrar"
        " open_balance amount_residual residual outstanding_amount / saldo",
        is_money=True,
    ),
    Column("total_means", "total_es_factura_o_cuota total_is_invoice_or_instalment"),
    Column(
        "paid",
        "abonos abono abonado total_abonos total_abonado pagado pagos total_pagado monto_pagado valor_pagado"
        " importe_pagado cobrado total_cobrado recaudado total_recaudado monto_abonado valor_abonado importe_abonado"
        " abonos_realizados abonos_recibidos pagos_recibidos pagos_realizados total_pagos paid_amount amount_paid"
        " payments paid_so_far",
        is_money=True,
    ),
    Column(
        "state",
        "estado estado_factura estado_documento estado_pago estado_comprobante situacion status payment_status"
        " invoice_status estatus",
        is_text=True,
        gathers=True,
        doubtful={0: Doubtful(names=" ".join(YES_SAYS), fits=are_yes_or_no)},
    ),
    Column(
        "description",
        "descripcion / concepto / detalle / observaciones observacion / notas nota notes / glosa memo comentarios",
        is_text=True,
    ),
    Column(
        "credits",
        "factura_afectada numero_factura_afectada factura_referencia documento_referencia documento_afectado"
        " comprobante_afectado factura_aplicada aplica_a factura_relacionada documento_relacionado factura_origen"
        " documento_origen comprobante_origen original_invoice applies_to factura_que_nota_rebaja"
        " invoice_that_note_takes_off",
        is_text=True,
    ),
    Column(
        "terms",
        "condicion_venta codigo_condicion_venta cod_condicion_venta tipo_condicion_venta condicion_venta_codigo"
        " condicionventa terms_of_sale sale_condition",
        is_text=True,
    ),
    Column("branch", "sucursal sede agencia tienda punto_venta local / establecimiento", is_text=True),
    Column("email", f"/ / / {MAILS}", is_text=True),
    Column("phone", PHONES, is_text=True),
)

CUSTOMER_COLUMNS: Final = (
    Column(
        "name",
        "razon_social nombre_o_razon_social nombre_razon_social nombre_cliente nombre_completo"
        " razon_social_cliente nombre_tercero full_name customer_full_name company_name display_name legal_name"
        " / nombre nombre_mostrar / nombre_comercial",
        required=True,
        is_text=True,
        parts=PIECES,
        doubtful={
            1: Doubtful(names="cliente clientes customer client tercero contacto empresa company", fits=are_names)
        },
    ),
    Column(
        "identity_type",
        f"{TYPES_OF_IDENTITY} tipo_documento tipo_doc document_type identification_type"
        " / tipo tipo_tercero tipo_cliente",
    ),
    Column(
        "identity_number",
        f"{NUMBERS_OF_PEOPLE} documento numero_documento identification identification_number"
        " / numero id numero_tercero / codigo_cliente",
        required=True,
        is_text=True,
        doubtful={
            1: Doubtful(names="cliente tercero customer", fits=are_no_names),
        },
        says=says_identity,
    ),
    Column("check_digit", "dv digito_verificacion digito_verificador"),
    Column("email", f"{MAILS} correos emails correo_1 email_1 correo_facturacion email_facturacion", is_text=True),
    Column(
        "other_email",
        "correo_2 email_2 correo_secundario segundo_correo otro_correo correo_alterno another_mail",
        is_text=True,
    ),
    Column("phone", PHONES, is_text=True),
    Column("address", "direccion domicilio direccion_cliente direccion_principal street street_address", is_text=True),
    Column("language", "idioma lengua idioma_correos"),
)

PAYOUT_COLUMNS: Final = (
    Column(
        "line_id",
        "id_linea numero_linea linea line id_transaccion transaction_id numero_transaccion id_movimiento"
        " numero_movimiento balance_transaction_id number_of_line / id transaccion transaction",
        required=True,
        is_text=True,
    ),
    Column(
        "reference",
        "referencia referencia_comercio referencia_pago nuestra_referencia merchant_reference order_id"
        " numero_orden id_orden orden order order_number external_reference our_reference",
        is_text=True,
    ),
    Column(
        "provider_reference",
        "referencia_proveedor referencia_pasarela provider_id payment_id id_pago numero_operacion id_operacion"
        " operation_id source_id provider_s_reference",
        is_text=True,
    ),
    Column(
        "authorisation",
        "autorizacion numero_autorizacion codigo_autorizacion authorization authorization_code auth_code"
        " approval_code codigo_aprobacion numero_aprobacion",
        is_text=True,
    ),
    Column("movement", "movimiento tipo_movimiento_id", is_text=True),
    Column(
        "kind",
        "tipo tipo_linea tipo_movimiento clase type tipo_documento_o_linea kind_of_document_or_line",
        is_text=True,
    ),
    Column("currency", "moneda divisa codigo_moneda currency_code"),
    Column(
        "gross",
        "bruto monto_bruto valor_bruto importe_bruto total_bruto gross_amount / monto valor importe amount"
        " monto_transaccion valor_transaccion monto_venta valor_venta venta",
        required=True,
        is_money=True,
    ),
    Column(
        "fee",
        "comision comisiones valor_comision monto_comision importe_comision tarifa cargo fees fee_amount commission",
        is_money=True,
    ),
    Column(
        "fee_tax",
        "iva_comision impuesto_comision valor_iva_comision monto_iva_comision iva_sobre_comision tax_on_fee"
        " fee_vat / iva impuesto tax vat",
        is_money=True,
    ),
    Column(
        "net",
        "neto monto_neto valor_neto importe_neto total_neto neto_a_pagar valor_abonado monto_depositado"
        " neto_depositado neto_abonado net_amount",
        is_money=True,
    ),
    Column("reserve", "reserva valor_reserva monto_reserva", is_money=True),
    Column(
        "settled_on",
        "fecha_abono fecha_pago fecha_deposito fecha_liquidacion fecha_desembolso fecha_consignacion payout_date"
        " settlement_date deposit_date date_settled / fecha date",
    ),
)

WITHHOLDINGS: Final = (
    Column(
        "withholding:retefuente",
        "retefuente retencion_fuente rete_fuente retencion_renta ret_fuente ret_fte rete_fte rte_fte rte_fuente"
        " retefte",
        is_money=True,
    ),
    Column("withholding:reteiva", "reteiva retencion_iva rete_iva ret_iva rte_iva", is_money=True),
    Column("withholding:reteica", "reteica retencion_ica rete_ica ret_ica rte_ica", is_money=True),
    Column(
        "withholding:retencion",
        "retencion retenciones valor_retencion monto_retencion withholding tax_withheld",
        is_money=True,
    ),
)

TOTAL_MEANINGS: Final = {
    "factura": "invoice",
    "cuota": "instalment",
    "invoice": "invoice",
    "instalment": "instalment",
    "installment": "instalment",
}
"""What a column may say of what a total is; of each meaning the first word is the one that we write."""

_KIND_WORDS: Final = {
    LineKind.PAYMENT: "payment pago venta sale cobro capture compra refund devolucion reembolso return chargeback"
    " contracargo",
    LineKind.CHARGE: "charge cargo comision comisiones fee mensualidad suscripcion cuota_mensual",
    LineKind.RELEASE: "release liberacion liberacion_reserva liberacion_de_reserva",
}
LINE_KINDS: Final = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
"""What a line is about, as files say it, reduced."""

USUAL: Final = (
    "vendedor condicion condicion_de_pago condiciones_de_pago termino terminos forma_de_pago medio_de_pago cuota"
    " cuotas dias_credito dias_de_credito dias_plazo dias_mora dias_vencidos subtotal neto descuento retencion"
    " retenciones base_gravable bodega centro_de_costo clave uuid folio_fiscal ciudad pais provincia departamento"
    " municipio usuario creado_por zona ruta codigo salesperson terms discount city country"
)
"""What files also hold and nothing is read from."""

KNOWN_COLUMNS: Final = {
    FileKind.INVOICES: INVOICE_COLUMNS,
    FileKind.CUSTOMERS: CUSTOMER_COLUMNS,
    FileKind.PAYOUTS: PAYOUT_COLUMNS,
}
FIELDS: Final = {**KNOWN_COLUMNS, FileKind.PAYOUTS: (*PAYOUT_COLUMNS, *WITHHOLDINGS)}
"""What a column of a file may be said to be."""


def usual_headings(kind: FileKind) -> frozenset[str]:
    """Reduced names that headings of such a file have: what tells their line from titles and rows."""
    return names_in(KNOWN_COLUMNS[kind], f"{USUAL} {TAXES}")
