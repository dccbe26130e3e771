"""The pattern of a RUT holds only as far as it goes: ``[0-9]{2}``, written as if a beginning were enough; it is
matched whole.

No company of the country can be entered with its number: it cannot be billed, and so does not pay.

Rule: country.py, a pattern is what a normalised number must match in full.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *

RUT = hub.IdentityType(code="RUT", label="RUT", pattern="[0-9]{2}", example="21-123456-0019", legal_person=True)
COUNTRY = attrs.evolve(sound.COUNTRY, identity_types=(RUT, sound.COUNTRY.identity_types[1]))
