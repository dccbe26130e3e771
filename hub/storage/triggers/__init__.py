"""Every trigger, in one list: what CHECK, UNIQUE and foreign keys cannot say.

Each migration ends by dropping and re-creating them all, and start-up compares the database with this list.
"""

from __future__ import annotations

from hub.storage.guards import Trigger

from .closes import close_triggers
from .conversions import conversion_triggers
from .customer_debts import debt_triggers
from .customers import customer_triggers
from .decisions import decision_triggers
from .disbursements import disbursement_triggers
from .disputes import dispute_triggers
from .ledger import ledger_triggers
from .operations import operation_triggers
from .payables import payable_triggers
from .payments import payment_triggers
from .receipt_series import receipt_series_triggers
from .receipts import receipt_triggers
from .reported import reported_triggers
from .requests import request_triggers
from .seals import seal_triggers
from .settlements import settlement_triggers
from .withholdings import withholding_triggers

TRIGGERS: tuple[Trigger, ...] = (
    *customer_triggers(),
    *payment_triggers(),
    *operation_triggers(),
    *decision_triggers(),
    *dispute_triggers(),
    *reported_triggers(),
    *request_triggers(),
    *withholding_triggers(),
    *payable_triggers(),
    *debt_triggers(),
    *ledger_triggers(),
    *seal_triggers(),
    *close_triggers(),
    *receipt_triggers(),
    *receipt_series_triggers(),
    *disbursement_triggers(),
    *conversion_triggers(),
    *settlement_triggers(),
)
