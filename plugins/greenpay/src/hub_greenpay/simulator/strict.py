"""The strictest reading of a payment order: what the English page calls required, its types, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

Shape = Mapping[str, Any]

ADDRESS: Final[Shape] = {"country": str, "street1": str, "province?": str, "city?": str, "street2?": str, "zip?": str}
PRODUCT: Final[Shape] = {"description": str, "skuId": str, "quantity": int, "price": Decimal, "type": str}
CUSTOMER: Final[Shape] = {
    "name": str,
    "email": str,
    "identification": str,
    "billingAddress": ADDRESS,
    "shippingAddress": ADDRESS,
}
ORDER: Final[Shape] = {
    "secret": str,
    "merchantId": str,
    "terminal": str,
    "amount": Decimal,
    "currency": str,
    "description": str,
    "orderReference": str,
    "callback": str,
    "additional": {"customer": CUSTOMER, "products": [PRODUCT], "details?": dict},
}
"""Type by key, ``?`` behind one that may be missing; a number is an integer or has decimals."""

MAY_BE_EMPTY: Final = frozenset({"callback"})


def error_in(order: Mapping[str, Any]) -> str | None:
    """What is wrong with an order, first of all; None where nothing is."""
    return next(_faults(order, ORDER, ""), None)


def _faults(value: Any, shape: Any, path: str) -> Iterator[str]:
    match shape:
        case dict():
            yield from _faults_of_map(value, shape, path)
        case [inner]:
            if not isinstance(value, list) or not value:
                yield f"{path} is required"
            else:
                for place, item in enumerate(value):
                    yield from _faults(item, inner, f"{path}[{place}]")
        case _:
            if not _is_of(value, shape):
                yield f"{path} is invalid"
            elif value == "" and path not in MAY_BE_EMPTY:
                yield f"{path} is required"


def _faults_of_map(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is invalid"
        return
    names = {key.removesuffix("?"): key for key in shape}
    for name, key in names.items():
        below = f"{path}.{name}".lstrip(".")
        if name in value:
            yield from _faults(value[name], shape[key], below)
        elif key == name:
            yield f"{below} is required"
    yield from (f"{path}.{name} is unknown".lstrip(".") for name in value if name not in names)


def _is_of(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | Decimal if kind is Decimal else kind)
