"""The page of the contract says what the code says."""

from hub_hookspecs import payment, specs
from tests.house.contract_page import PAGE, page


def test_the_page_of_the_contract_is_the_one_that_the_code_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "./run python tests/house/contract_page.py"


def test_every_hook_and_every_field_of_an_observation_stands_in_it() -> None:
    text = page()

    hooks = (*specs.REQUIRED, *specs.NEWS, "capture_payment", "register_webhook")
    assert all(f"### {hook}\n" in text for hook in hooks)
    assert all(f"| `{name}` |" in text for name in payment.Observation.__annotations__)
