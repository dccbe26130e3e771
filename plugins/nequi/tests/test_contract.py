"""Nequi proves what every provider must."""

import hub_nequi
from hub_hookspecs.testing import ProviderContract
from hub_nequi.simulator import SIMULATOR


class TestContract(ProviderContract):
    plugin = hub_nequi
    simulator = SIMULATOR
