"""What this version of the contract renamed: told to whoever brings a plugin of the old names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

RENAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ProviderInfo(contract=)": "ProviderInfo(contract_version=(1, 1)), major and minor version that it needs",
        "httpx.Request, httpx.Response": "hub_hookspecs.http: Request, Response",
        "ShowReference(text, barcode)": "ShowReference(reference=, barcode=Barcode(payload))",
        "Country(surcharge_allowed=)": "gone: the hub charges nobody for a method",
    }
)
"""Old name -> what stands in its place since 1.1."""


def hint_for(error: BaseException) -> str:
    """The list of the new names, where an old one is a likely cause of this error; else nothing."""
    words = str(error)
    names = ("'contract'", "'text'", "'surcharge_allowed'", "hub_hookspecs")
    if not isinstance(error, TypeError | AttributeError | ImportError) or not any(name in words for name in names):
        return ""
    listed = "; ".join(f"{old} -> {new}" for old, new in RENAMED.items())
    return f"Written for contract 1.0? Since 1.1: {listed}."
