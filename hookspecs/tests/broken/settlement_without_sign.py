"""What went back stands in a payout with a minus, and is told without: ``abs()``, because a test did not like it.

Each refund counts twice the wrong way: the payout seems larger than what came to the bank, and the books are short.

Rule: contract.md, SettlementLine: negative for what went back; gross - fee - fee tax - withholdings = net.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def fetch_settlement(period, account):
    lines = yield from sound.fetch_settlement(period, account)
    return tuple(
        attrs.evolve(
            line,
            gross=hub.Money(abs(line.gross.minor), line.gross.currency),
            net=hub.Money(abs(line.net.minor), line.net.currency),
        )
        for line in lines
    )
