"""Accounts at providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .by_reader import ByReader

WORDS: Final[Mapping[str, str | ByReader]] = {
    "account.changed_before_confirming": "Alguien más cambió los datos de esta cuenta: revíselos y confirme",
    "account.changed_meanwhile": (
        "Alguien más cambió los datos de esta cuenta. Vea lo que ahora está guardado; si envía los suyos "
        "otra vez, lo reemplazan"
    ),
    "account.field_names_other_account": (
        "Los datos nombran otra cuenta del proveedor: escriba también este, el de esa cuenta"
    ),
    "account.field_unknown": "{provider} no tiene este dato",
    "account.identity_differs": "La identidad no coincide con la del proveedor",
    "account.nothing_to_confirm": "No hay nada que confirmar. Remedio: valide de nuevo la conexión",
    "account.retired_takes_own_only": (
        "Este dato nombra otra cuenta del proveedor; una cuenta anterior solo recibe los suyos"
    ),
    "account.used_by_other_company": ("Otra empresa ya usa este dato; el operador debe confirmarlo antes de activarlo"),
    "certificate.expired": "Este certificado venció el {moment}. Remedio: pida uno nuevo al proveedor",
    "certificate.missing": (
        "Está la clave, pero falta el certificado. Remedio: pegue también el texto desde "
        "«BEGIN CERTIFICATE» hasta «END CERTIFICATE»"
    ),
    "certificate.no_key": (
        "Está el certificado, pero falta su clave privada. Remedio: pegue también el texto desde "
        "«BEGIN PRIVATE KEY» hasta «END PRIVATE KEY»"
    ),
    "certificate.not_yet": "Este certificado empieza a valer el {moment}. Remedio: péguelo desde ese día",
    "certificate.other_key": "La clave privada es de otro certificado. Remedio: pegue la que se creó con este",
    "certificate.passphrase": (
        "La clave privada tiene contraseña. Remedio: quítesela con «openssl pkey -in clave.pem -out sin.pem» y "
        "pegue el resultado"
    ),
    "certificate.two_keys": "Hay más de una clave privada. Remedio: pegue solo la de este certificado",
    "certificate.unreadable": (
        "No es un certificado con su clave en formato PEM. Remedio: pegue el texto completo de los dos, con sus "
        "líneas «BEGIN» y «END»; un archivo .p12 se convierte con «openssl pkcs12 -in archivo.p12 -nodes»"
    ),
}
