"""Companies, their people, options and mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "company.country_unknown": "No conocemos el país {country}",
    "company.legal_name_missing": "Falta la razón social",
    "company.name_lines": "Los nombres van en una sola línea",
    "company.phone_invalid": "Revise el número",
    "company.slug_form": "El nombre corto lleva minúsculas, cifras y guiones",
    "company.slug_taken": "Ya hay una empresa con el nombre corto {slug}",
    "company.unknown": "No existe la empresa",
    "company.zone_unknown": "No conocemos la zona horaria {zone}",
    "country.not_installed": "{country} no está instalado; hay: {known}",
    "field.card_number": "Aquí no se escriben tarjetas",
    "field.unprintable": "Tiene caracteres que no se pueden imprimir.",
    "live.already": "Esta empresa ya está en producción.",
    "live.simulated": "Los proveedores de este servicio son simulados, así que aquí no hay producción.",
    "mail.gone": "Lo que este correo contaba ya cambió; no se puede mostrar.",
    "mail.no_address": "Este cliente ya no tiene correo.",
    "mail.not_repeatable": "Este correo no se puede repetir desde aquí.",
    "mail.still_due": "Este correo todavía está por enviarse.",
    "member.exists": "{address} ya es miembro de {merchant}",
    "member.invited": "La invitación va en camino a {address}.",
    "member.last_admin": "Es la única persona que administra la empresa; agregue a otra antes.",
    "options.minimum_invalid": "Este monto mínimo no sirve",
    "options.shop_invalid": "«{address}» no es la dirección de una tienda: https://…",
    "options.text_too_long": "El texto es muy largo; caben {limit} letras",
    "options.too_many_shops": "Son demasiadas tiendas; caben {most}",
    "provider.not_in_country": "{provider} no opera en {country}, solo en {known}",
    "provider.not_installed": "{provider} no está instalado; hay: {known}",
    "provider.paused": "{provider} no está disponible por ahora",
    "round.day_missing": "Elija el día.",
    "round.too_many": "Ya hay {limit} envíos programados; quite uno primero.",
    "test_payment.live_mode": "El pago de prueba solo se hace en modo de prueba.",
    "test_payment.no_provider": "Primero conecte un medio de pago; todavía ninguno está activo.",
    "email.form": "Este correo no parece válido. Se escribe uno solo, como nombre@empresa.com.",
    "email.letters": "Antes de la @ van letras sin tilde ni eñe: los servidores de correo no aceptan otras.",
    "email.ambiguous": "Este correo podría leerse como otro distinto.",
    "email.too_long": "Este correo es demasiado largo: {letters} caracteres, y caben {limit}.",
    "email.local_too_long": "Antes de la @ hay {letters} caracteres, y caben {limit}.",
    "email.refused": "No se acepta «{email}». {why}",
    "email.too_many": "Son demasiados correos; caben {limit}",
    "field.too_long": "Es demasiado largo: {letters} caracteres, y caben {limit}.",
}
