"""The mails, one module a kind: every module of this package that has a ``MAIL`` is found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from hub.documents.mails.kind import MailKind
from hub.domain.message import DeliveryKind


@cache
def mail_kinds() -> Mapping[str, MailKind[Any]]:
    """Every kind of mail, by its name: those that code names in its order, then the others."""
    order = [kind.value for kind in DeliveryKind]
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found: list[MailKind[Any]] = [module.MAIL for module in modules if hasattr(module, "MAIL")]
    found.sort(key=lambda mail: (order.index(mail.kind) if mail.kind in order else len(order), mail.kind))
    return {str(mail.kind): mail for mail in found}
