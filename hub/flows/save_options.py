"""Save a merchant's choices: automatic recording, part payments, who is told."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from hub.domain.identity import Problem
from hub.domain.merchant import Merchant, Options

from .ports import Hub, Tx
from .save_company import MAIL, Invalid

MOST_ADDRESSES = 10


async def save_options(
    hub: Hub, merchant_id: str, *, auto_record: bool, partial: bool, notify: Sequence[str] = ()
) -> Merchant:
    """Save the choices; without addresses the company's own mail is told.

    Raises:
        Invalid: Every address that is none; nothing changed.
    """
    addresses = tuple(dict.fromkeys(filter(None, (address.strip() for address in notify))))
    problems = [
        Problem("notify", f"«{address[:80]}» no parece un correo válido")
        for address in addresses
        if not MAIL.fullmatch(address)
    ]
    if len(addresses) > MOST_ADDRESSES:
        problems.append(Problem("notify", f"Son demasiados correos; caben {MOST_ADDRESSES}"))
    if problems:
        raise Invalid(tuple(problems))
    options = Options(auto_record=auto_record, partial=partial, notify=addresses)

    def save(tx: Tx) -> Merchant:
        before = tx.merchants.get(merchant_id)
        if before is None:
            raise LookupError(merchant_id)
        after = attrs.evolve(before, options=options)
        tx.merchants.save(after)
        return after

    return await hub.store.write(save)
