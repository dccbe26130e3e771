"""A payment is declared to be asked for by our reference, and is asked for where theirs is known.

Where the answer to its start was lost nothing is ever learnt of a payment that was paid: the hub believes it can ask,
asks for a week, and the payer who paid is told to wait. Breaks contract.md, ProviderInfo: QueryBy is proved.
"""

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def query_payment(query, account):
    if query.provider_reference is None:
        return ()
    return (yield from sound.query_payment(query, account))
