"""Greenpay proves what every provider must."""

import hub_greenpay
from hub_greenpay.simulator import SIMULATOR
from hub_hookspecs.testing import ProviderContract


class TestContract(ProviderContract):
    plugin = hub_greenpay
    simulator = SIMULATOR
