"""It declares that codes can be cancelled, and cancels them by saying so: Codigo has no such call, the code lives on.

The payer, or whoever got the slip, pays a code that the books hold for cancelled, and has paid another one already.

Rule: contract.md, each declared capability works against the simulator; an observation is the provider's word.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def describe_provider():
    info = sound.describe_provider()
    return attrs.evolve(info, ways=tuple(attrs.evolve(way, cancel=True) for way in info.ways))


@hookimpl
def cancel_payment(cancel, account):
    return (sound.vouch(hub.Observation(kind=Kind.CANCELLED, reference=cancel.reference)),)
