"""What a quote leaves: cost is everything but what is put on or taken off to sell it."""

from decimal import Decimal as D

import pytest

from orders.margins import Margin, cost_of
from quoting.pricing.contract import LINE_COMPONENTS, Component, LinePrice

MADE = {"material": "10", "machine_time": "20", "finish": "5", "programming": "40", "startup": "3"}
SOLD = {"markup": "15.60", "lead_time": "9", "quantity_discount": "-4", "price_level": "-2", "minimum_part": "1"}


def price(components: dict[str, str], *, state: str = "priced", computed: LinePrice | None = None) -> LinePrice:
    made = tuple(Component(code=code, amount=D(amount)) for code, amount in components.items())
    net = sum((one.amount for one in made), D(0))
    return LinePrice(line=1, state=state, components=made, net=net, computed=computed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "cost"),
    [
        (price(MADE), "78"),
        (price(MADE | SOLD), "78"),
        (price({"by_hand": "50"}, computed=price(MADE | SOLD)), "78"),
        (price({"by_hand": "50"}, computed=price({}, state="to_be_quoted")), None),
        (price({"fee": "50"}), None),
        (price({}, state="working"), None),
        (None, None),
    ],
)
def test_cost(given: LinePrice | None, cost: str | None) -> None:
    assert cost_of(given) == (None if cost is None else D(cost))


def test_every_component_of_a_line_is_one_or_the_other() -> None:
    """A new component of a price must be put on one side, or margins would be wrong in silence."""
    of_making = {*MADE, "holes", "extras", "post_production", "programming_time", "setups", "holes_setup"}
    of_making |= {"extras_setup", "tool"}
    assert set(LINE_COMPONENTS) - {"by_hand", "fee"} == of_making | {*SOLD, "tolerance"}


def test_margin() -> None:
    assert (Margin(D(78), D(100)).amount, Margin(D(78), D(100)).percent, Margin(D(78), D(100)).is_loss) == (
        D(22),
        D("22.0"),
        False,
    )
    assert Margin(D(78), D(50)).is_loss
    assert Margin(D(78), D(0)).percent is None
