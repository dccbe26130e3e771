"""Save the customers of a file: matched by identity number, compared, and written where they are new or changed.

What a person wrote of a customer stays as it is, and the report names what the file says otherwise. A number that a
person corrected still names its customer where the name is the same; under another name it is nobody, and asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.customer_edit import CustomerField, as_text, changed_fields, identity_text, left_by_files
from hub.domain.files.customer_file import CustomerRow
from hub.domain.files.sheet import RowError
from hub.domain.import_before import customer_before
from hub.domain.import_run import ImportRun, RunRow, RunSubject
from hub.domain.merchant import Customer, Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx

from .former_identity import is_named, was_corrected
from .import_report import Change, changes_in
from .tally import Tally

STATED = ("email", "other_emails", "phone", "address")
"""What a row states; None where it says nothing of it, and then it stays as it is."""

COLUMNS = {CustomerField.DOCUMENT: "identity_number", CustomerField.OTHER_EMAILS: "other_email"}
"""Under which heading of a file a field stands, where that is called otherwise."""


def save_customers(
    tx: Tx,
    *,
    hub: Hub,
    merchant: Merchant,
    rows: tuple[CustomerRow, ...],
    run: ImportRun | None,
    writes: bool,
) -> Tally:
    """Known is who is found in this transaction; nobody's id follows from who they are."""
    tally = Tally(gone_through=len(rows))
    known: dict[tuple[str, str], Customer] = {}
    for customer in tx.customers.found_by(merchant.id, numbers={row.document.number for row in rows}):
        if customer.document:
            known.setdefault((customer.document.type, customer.document.number), customer)
    did = {row.subject_id: row.what for row in tx.imports.rows(run.id)} if run and run.done else {}
    former = _former(tx, merchant, [row for row in rows if _key(row) not in known])
    for row in rows:
        before = known.get(_key(row)) or former.get(_key(row))
        if before and before.document and _key(row) in former and not is_named(before, row.name):
            tally.set_aside.append(was_corrected(row.line, row.document.number))
            continue
        after = _stated(row, merchant, before) if before else _new(row, merchant, hub.fresh_id())
        change = Change.NEW if before is None else Change.UNCHANGED if before == after else Change.CHANGED
        if change is not Change.UNCHANGED and writes:
            tx.customers.save(after)
            if run and after.id not in did:
                kept = customer_before(before) if before else {}
                tally.run_rows.append(
                    RunRow(
                        run_id=run.id,
                        line=row.line,
                        subject=RunSubject.CUSTOMER,
                        subject_id=after.id,
                        what=change.value,
                        before=kept,
                    )
                )
        if before:
            tally.warnings += _left_as_written(row, merchant, before)
        tally.take(row, Change(did[after.id]) if change is Change.UNCHANGED and after.id in did else change)
        if before and change is Change.CHANGED:
            tally.describe(row.document.number, partial(_changed_of, before, after))
    return tally


def _new(row: CustomerRow, merchant: Merchant, customer_id: str) -> Customer:
    return Customer(
        id=customer_id,
        merchant_id=merchant.id,
        name=mask_card_numbers(row.name),
        document=row.document,
        email=row.email or "",
        other_emails=row.other_emails or (),
        phone=mask_card_numbers(row.phone or ""),
        address=mask_card_numbers(row.address or ""),
        language=row.language,
    )


def _stated(row: CustomerRow, merchant: Merchant, before: Customer) -> Customer:
    """The customer as a row states it; what the row says nothing of stays, and what it has emptied is empty."""
    return left_by_files(before, _as_stated(row, merchant, before))


def _as_stated(row: CustomerRow, merchant: Merchant, before: Customer) -> Customer:
    stated = _new(row, merchant, before.id)
    return attrs.evolve(
        before,
        name=stated.name,
        document=stated.document,
        language=stated.language or before.language,
        **{field: getattr(stated, field) for field in STATED if getattr(row, field) is not None},
    )


def _left_as_written(row: CustomerRow, merchant: Merchant, before: Customer) -> list[RowError]:
    """What the file says otherwise than a person wrote, field by field."""
    if not before.by_hand:
        return []
    stated, left = _as_stated(row, merchant, before), _stated(row, merchant, before)
    message = Text("import.left_as_written")
    return [
        RowError(row.line, COLUMNS.get(field, field.value), as_text(stated, field).replace("\n", ", "), message)
        for field in changed_fields(left, stated)
    ]


def _key(row: CustomerRow) -> tuple[str, str]:
    return row.document.type, row.document.number


def _former(tx: Tx, merchant: Merchant, rows: Sequence[CustomerRow]) -> dict[tuple[str, str], Customer]:
    """Who had the identity of a row until a person corrected it, where that was one customer."""
    texts = {identity_text(row.document): _key(row) for row in rows}
    found = tx.customer_edits.formerly(merchant.id, CustomerField.DOCUMENT, texts)
    who = {texts[text]: tx.customers.get(next(iter(ids))) for text, ids in found.items() if len(ids) == 1}
    return {key: customer for key, customer in who.items() if customer}


def _changed_of(before: Customer, after: Customer) -> tuple[Text, ...]:
    return changes_in(
        (Text("change.name"), before.name, after.name),
        (Text("change.email"), before.email, after.email),
        (Text("change.other_emails"), ", ".join(before.other_emails), ", ".join(after.other_emails)),
        (Text("change.phone"), before.phone, after.phone),
        (Text("change.address"), before.address, after.address),
    )
