"""The text of a QR code, as EMVCo writes it."""

from __future__ import annotations


def emv_text(name: str, value: int, code: str) -> str:
    """A merchant-presented EMVCo text, as short as it can be."""
    clean = "".join(char for char in name.upper() if char.isascii() and char.isprintable())[:25] or "COMERCIO"
    text = "".join(
        f"{tag}{len(item):02}{item}"
        for tag, item in (
            ("00", "01"),
            ("01", "12"),
            ("26", f"0014CO.COM.NEQUI.P01{len(code):02}{code}"),
            ("52", "0000"),
            ("53", "170"),
            ("54", str(value)),
            ("58", "CO"),
            ("59", clean),
            ("60", "BOGOTA"),
        )
    )
    return f"{text}6304{_crc(text + '6304'):04X}"


def _crc(text: str) -> int:
    """CRC-16/CCITT-FALSE."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc
