"""Its country names a time zone that does not exist, and no word for the dollar, which it says is used there.

What is due today cannot be computed, and a receipt in dollars cannot be written in words: no receipt for money that
came.

Rule: country.py, an IANA time zone, and the names of each of its currencies.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *

COUNTRY = attrs.evolve(
    sound.COUNTRY, zone="America/Santiago_de_Chile", receipts=hub.ReceiptRules(major={"CLP": ("peso", "pesos")})
)
