"""The check digit of a RUT is computed as a number, and looked up among ten: the remainder that means K raises.

One company in eleven cannot be a customer, and a file of invoices that holds one is not taken: their bills go unpaid.

Rule: contract.md, a country is data and its rules; country.py, check_digit computes the digit of any normalised
number.
"""

import attrs

from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *


def check_digit(number):
    weighed = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number)))
    return "0123456789"[(11 - weighed % 11) % 11]


COUNTRY = attrs.evolve(
    sound.COUNTRY,
    identity_types=(attrs.evolve(sound.COUNTRY.identity_types[0], check_digit=check_digit),),
)
