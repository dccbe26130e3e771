"""The pages of these tests are those of the house."""

from tests.web.conftest import company as company
from tests.web.conftest import house as house
from tests.web.conftest import seat as seat
