"""The worlds of the fault trials, here without faults."""

from tests.faults.conftest import desk as desk
from tests.faults.conftest import dice as dice
from tests.faults.conftest import folder as folder
from tests.faults.conftest import origin as origin
from tests.faults.conftest import plant as plant
from tests.faults.conftest import quiet as quiet
from tests.faults.conftest import world as world
