"""ONVO Pay proves what every provider must."""

import hub_onvo
from hub_hookspecs.testing import ProviderContract
from hub_onvo.simulator import SIMULATOR


class TestContract(ProviderContract):
    plugin = hub_onvo
    simulator = SIMULATOR
