"""`manage.py reprice`: the stored cents again, years later too; and what today's price list would make of it."""

from decimal import Decimal as D
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Company
from orders.models import Order, PromoCode
from orders.workflow.actors import customer, staff
from orders.workflow.door import edit
from quoting import services
from quoting.models import Measurement, PriceListVersion, PrintEstimate
from quoting.pricing.load import demo_catalogue
from tests import factories
from tests.quoting.pricing.builders import solid

pytestmark = pytest.mark.django_db

PROCESSES = [process.key for process in demo_catalogue().processes]
SHAPE = solid(box_mm=(40.0, 30.0, 20.0), setups=2, features=6, wall_mm=3.0, projected_mm2=1200, turned=(25.0, 40.0))


def reprice(*names: Any, **options: Any) -> str:
    out = StringIO()
    call_command("reprice", *map(str, names), stdout=out, stderr=out, **options)
    return out.getvalue()


def refused(*names: Any) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("reprice", *map(str, names), stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def order() -> Order:
    """A line of every process, one at a price by hand; a price level and a promo code."""
    factories.make_shop()
    buyer = factories.make_customer(company=factories.make_company(price_level_percent=D(5)))
    PromoCode.objects.create(code="Spring", percent=D(10))
    draft = factories.make_draft(buyer, lines=0)
    for position, key in enumerate(PROCESSES, start=1):
        line = factories.add_line(
            draft, position, {"process": key}, buyer, override=D("99.99") if key == "sla" else None
        )
        measurement = line.part.measurement  # type: ignore[union-attr]
        Measurement.objects.filter(pk=measurement.pk).update(
            result=measurement.result | {"shape": SHAPE.model_dump(mode="json")}
        )
    with edit(draft.pk, actor=customer(buyer)) as fresh:
        fresh.promo_code = "spring"
    for estimate in PrintEstimate.objects.all():
        services.estimate(estimate.pk, factories.NOON)
    submitted = factories.do(draft, "submit_for_review", customer(buyer)).order
    assert {line.state for line in submitted.lines.all()} == {"priced"}
    return submitted


def test_every_process_gives_its_cents_again(order: Order) -> None:
    assert len(PROCESSES) == 9
    told = reprice(order.number)
    assert f"total {order.total} EUR" in told and "NOT" not in told and "+0.00" in told
    assert reprice(all=True).count("the stored price again") == 1
    assert reprice(order.public_id) == told


def test_what_changes_around_an_order_does_not_change_it(order: Order) -> None:
    Company.objects.update(price_level_percent=D(50), tax_exempt=True)
    PromoCode.objects.all().delete()
    dearer = demo_catalogue().model_dump(mode="json")
    for process in dearer["processes"]:
        process["machine"]["hourly_rate"] = "999"
    factories.make_price_list(processes=demo_catalogue().model_validate(dearer).processes)
    PrintEstimate.objects.update(digest="of an older version of the code")
    told = reprice(order.number)
    assert f"total {order.total} EUR" in told
    assert "under today's price list 2" in told and "+0.00" not in told
    assert "1 part 1.stl" in told
    assert Order.objects.get(pk=order.pk).total == order.total  # nothing was written


def test_a_difference_is_shown_and_fails(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(total=order.total + D("0.01"))
    told = refused(order.number)
    assert f"total: {order.total + D('0.01')} → {order.total} (-0.01)" in told and "NOT the stored price" in told


def test_a_component_that_was_tampered_with_is_named(order: Order) -> None:
    line = order.lines.get(position=PROCESSES.index("sls") + 1)
    assert line.price is not None
    line.price["components"][1]["amount"] = "1.00"
    line.save()
    assert f"{line.position} {line.name}, machine_time: 1.00 → " in refused(order.number)


def test_a_price_list_that_was_changed_is_noticed(order: Order) -> None:
    price_list = PriceListVersion.objects.get(pk=order.price_list_id)
    price_list.payload["processes"][0]["name"] = "Something else"
    price_list.save()
    assert "price list 1:" in refused(order.number)


def test_an_order_edited_by_the_shop_gives_its_new_cents(order: Order) -> None:
    Company.objects.update(price_level_percent=D(20))
    with edit(order.pk, actor=staff(factories.make_staff("sales"))) as fresh:
        fresh.discount_percent = D(3)
    changed = Order.objects.get(pk=order.pk)
    assert changed.total < order.total and f"total {changed.total} EUR" in reprice(order.number)


@pytest.mark.parametrize("names", [(), ("4711",), ("nonsense",)])
def test_what_cannot_be_found_is_said(order: Order, names: tuple[str, ...]) -> None:
    assert refused(*names) == ""
