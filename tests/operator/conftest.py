"""The operator's trials use the same desks and worlds as the fault trials."""

from tests.faults.conftest import desk as desk
from tests.faults.conftest import folder as folder
from tests.faults.conftest import folder_of_today as folder_of_today
from tests.faults.conftest import origin as origin
from tests.faults.conftest import origin_of_today as origin_of_today
from tests.faults.conftest import today as today
from tests.faults.conftest import world as world
from tests.web.conftest import house as house
