"""What the quote page does beside single lines: tables of prices, many parts at once, bodies, units, other files, promo codes."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from orders.models import Order, OrderLine, PromoCode
from orders.workflow.door import edit
from quoting.sweep import sweep
from tests import factories
from tests.make_models import DATA, stl
from tests.make_models import box as box_triangles
from tests.orders.pages import hooks
from tests.orders.test_quote_page import _own_files, change, fields, model, page_of, started, text

pytestmark = pytest.mark.django_db
__all__ = ["_own_files"]

FOUR = (DATA / "four_bodies.stl").read_bytes()


def post(client: Client, name: str, order: Order, *args: Any, **data: Any) -> Any:
    version = Order.objects.get(pk=order.pk).version
    return client.post(reverse(name, args=[order.public_id, *args]), {"form_version": version, **data})


def lines(order: Order) -> list[OrderLine]:
    return list(Order.objects.get(pk=order.pk).lines.all())


# --- other quantities and lead times


def test_the_table_shows_what_each_choice_would_cost(client: Client) -> None:
    order = started(client)
    line = lines(order)[0]
    page = client.get(reverse("line_prices", args=[order.public_id, line.pk]))
    table = page.context["table"]
    assert table.quantities == (1, 2, 5, 10, 25, 50, 100)
    assert [row.key for row in table.rows] == ["standard", "fast", "express"]
    assert [cell.net for row in table.rows for cell in row.cells if cell.current] == [line.net]
    wanted = table.rows[1].cells[3]
    response = post(client, "line_prices", order, line.pk, quantity=wanted.quantity, lead_time="fast")
    assert response.status_code == 303
    line.refresh_from_db()
    assert (line.quantity, line.choice.lead_time, line.net) == (10, "fast", wanted.net)


def test_the_asked_quantity_is_in_the_table(client: Client) -> None:
    order = started(client)
    change(client, lines(order)[0], quantity=7)
    page = client.get(reverse("line_prices", args=[order.public_id, lines(order)[0].pk]))
    assert page.context["table"].quantities == (1, 2, 5, 7, 10, 25, 50, 100)


def test_a_line_without_a_price_has_no_table(client: Client) -> None:
    order = started(client, measured=False)
    assert client.get(reverse("line_prices", args=[order.public_id, lines(order)[0].pk])).status_code == 404


@pytest.mark.parametrize("wrong", [{"quantity": 0}, {"quantity": "x"}, {"quantity": 10**9}, {"lead_time": ""}])
def test_a_cell_that_is_none_is_not_there(client: Client, wrong: dict[str, Any]) -> None:
    order = started(client)
    given = {"quantity": 1, "lead_time": "fast"} | wrong
    assert post(client, "line_prices", order, lines(order)[0].pk, **given).status_code == 404


# --- many parts at once


def test_the_same_for_all_that_are_ticked_and_back(client: Client) -> None:
    order = started(client, model("a.stl"), model("b.stl"), model("c.stl"))
    first, second, third = lines(order)
    before = [(line.selection, line.quantity, line.net) for line in (first, second, third)]
    bulk = {"lines": [first.pk, second.pk], "process": "sls", "quantity": 12}
    assert post(client, "quote_bulk", order, **bulk).status_code == 302
    assert [(line.process, line.quantity) for line in lines(order)] == [("sls", 12), ("sls", 12), ("fdm", 1)]
    page = client.get(page_of(order))
    assert hooks(page, "undo") == [""]
    assert post(client, "quote_undo", order).status_code == 302
    assert [(line.selection, line.quantity, line.net) for line in lines(order)] == before
    assert hooks(client.get(page_of(order)), "undo") == []
    assert post(client, "quote_undo", order).status_code == 409


def test_what_a_process_does_not_offer_is_named_and_left(client: Client) -> None:
    order = started(client, model("a.stl"), model("b.stl"))
    first, second = lines(order)
    change(client, first, process="sls")
    bulk = {"lines": [first.pk, second.pk], "material": "petg"}
    page = client.post(
        reverse("quote_bulk", args=[order.public_id]),
        {"form_version": Order.objects.get(pk=order.pk).version, **bulk},
        follow=True,
    )
    assert [line.material for line in lines(order)][1] == "petg"
    assert lines(order)[0].process == "sls"
    assert "a.stl" in text(page).split("does not offer this:")[1][:20]


@pytest.mark.parametrize(
    "wrong", [{"lines": []}, {"process": "", "quantity": ""}, {"process": "gone"}, {"quantity": -1}, {"lines": [10**9]}]
)
def test_a_change_of_many_that_makes_no_sense_changes_nothing(client: Client, wrong: dict[str, Any]) -> None:
    order = started(client)
    line = lines(order)[0]
    given = {"lines": [line.pk], "process": "sls", "quantity": "3"} | wrong
    assert post(client, "quote_bulk", order, **given).status_code == 422
    assert lines(order)[0].selection == line.selection


def test_a_later_change_ends_the_undo(client: Client) -> None:
    order = started(client)
    post(client, "quote_bulk", order, lines=[lines(order)[0].pk], quantity=9)
    change(client, lines(order)[0], quantity=4)
    assert post(client, "quote_undo", order).status_code == 409
    assert lines(order)[0].quantity == 4


# --- bodies


def test_a_file_with_several_bodies_is_a_group_or_a_line_of_each(client: Client) -> None:
    order = started(client, model("four.stl", FOUR))
    line = lines(order)[0]
    page = client.get(page_of(order))
    count = int(hooks(page, "bodies")[0])
    assert post(client, "line_split", order, line.pk).status_code == 303
    sweep(datetime.now(UTC) + timedelta(seconds=1), announce=False)
    client.get(page_of(order))
    found = lines(order)
    assert len(found) == count
    copies = line.part.measurement.measured.figures.distinct_bodies  # type: ignore[union-attr]
    assert [one.quantity for one in found] == [body.copies for body in copies]
    assert [one.state for one in found] == ["priced"] * count
    volumes = [one.part.measurement.measured.figures.volume_mm3 for one in found]  # type: ignore[union-attr]
    assert volumes == pytest.approx([body.volume_mm3 for body in copies])
    assert post(client, "line_split", order, found[0].pk).status_code == 409


# --- units


def test_a_size_that_makes_no_sense_is_asked_about_once(client: Client) -> None:
    order = started(client, model("inch.stl", stl(box_triangles((2, 1.5, 1)))))
    page = client.get(page_of(order))
    assert hooks(page, "unit-question") == ["in"]
    assert "50.8 × 38.1 × 25.4 mm" in text(page)
    line = lines(order)[0]
    assert post(client, "line_unit", order, line.pk, unit="in").status_code == 303
    sweep(datetime.now(UTC) + timedelta(seconds=1), announce=False)
    page = client.get(page_of(order))
    assert hooks(page, "unit-question") == []
    assert lines(order)[0].part.measurement.measured.figures.size_mm[0] == pytest.approx(50.8)  # type: ignore[union-attr]


# --- another file


def test_a_file_is_replaced_and_the_choices_stay(client: Client) -> None:
    order = started(client)
    line = lines(order)[0]
    change(client, line, process="sls", quantity=8, note="matt")
    url = reverse("line_replace", args=[order.public_id, line.pk])
    assert client.post(url, {"files": [model("v2.stl", FOUR)]}).status_code == 302
    after = lines(order)[0]
    assert (after.pk, after.name, after.process, after.quantity, after.note) == (line.pk, "v2.stl", "sls", 8, "matt")
    assert client.post(url, {"files": [model("x.pdf", b"%PDF-")]}).status_code == 302
    assert lines(order)[0].name == "v2.stl"


# --- ordered before


def test_the_same_bytes_are_recognised_within_a_company_only(client: Client) -> None:
    factories.make_shop()
    buyer, other = factories.make_customer(), factories.make_customer()
    colleague = factories.make_customer(company=buyer.company)
    first = by(buyer)
    order = started(first)
    change(first, lines(order)[0], process="sls", quantity=30)
    complete(order, buyer)
    factories.place(order)
    for user, expected in ((colleague, 1), (other, 0), (None, 0)):
        web = by(user)
        again = started(web)
        assert len(hooks(web.get(page_of(again)), "earlier")) == expected
        response = post(web, "line_as_before", again, lines(again)[0].pk)
        assert response.status_code == (303 if expected else 404)
        assert (lines(again)[0].process, lines(again)[0].quantity) == (("sls", 30) if expected else ("fdm", 1))


def by(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def complete(order: Order, user: User) -> None:
    method = next(m.key for m in order.price_list.catalogue.shipping if m.pickup)
    Order.objects.filter(pk=order.pk).update(
        contact={"name": user.name, "email": user.email}, billing_address=factories.ADDRESS, shipping_method=method
    )


# --- promo codes


def test_a_promo_code_counts_while_it_is_valid(client: Client) -> None:
    order = started(client)
    today = factories.NOON.date()
    code = PromoCode.objects.create(code="Spring10", percent=D(10), first_day=today, last_day=today)
    assert post(client, "quote_promo", order, promo_code=" spring10 ").status_code == 302
    price = Order.objects.get(pk=order.pk).price
    assert price is not None
    assert [item.inputs["promo"] for item in price.components if item.code == "promo"] == ["Spring10"]
    PromoCode.objects.update(last_day=today - timedelta(days=1))
    client.get(page_of(order))
    assert Order.objects.get(pk=order.pk).total > order.total * D("0.89")
    assert post(client, "quote_promo", order, promo_code="").status_code == 302
    assert code.code == "Spring10"


@pytest.mark.parametrize("code", ["nonsense", "SPRING10", "x" * 41])
def test_a_code_that_cannot_be_used_says_so_beside_its_field(client: Client, code: str) -> None:
    order = started(client)
    PromoCode.objects.create(code="Spring10", percent=D(10), last_day=factories.NOON.date() - timedelta(days=1))
    response = post(client, "quote_promo", order, promo_code=code)
    assert response.status_code == 422
    assert "id_promo_code_error" in re.findall(r'id="([^"]+)"', response.content.decode())
    assert Order.objects.get(pk=order.pk).promo_code == ""


def test_a_promo_code_stays_with_the_order_when_it_ends_later(client: Client) -> None:
    factories.make_shop()
    buyer = factories.make_customer()
    draft = factories.make_draft(buyer)
    PromoCode.objects.create(code="X", percent=D(10))
    Order.objects.filter(pk=draft.pk).update(promo_code="x")
    web = by(buyer)
    web.get(page_of(draft))
    submitted = factories.do(draft, "submit_for_review", factories.customer(buyer)).order
    PromoCode.objects.all().delete()
    seller = factories.staff(factories.make_staff("sales"))
    with edit(submitted.pk, actor=seller):
        pass
    assert Order.objects.get(pk=draft.pk).total == submitted.total


# --- extras


def test_extras_are_counted_by_the_server_within_bounds(client: Client) -> None:
    order = started(client)
    line = lines(order)[0]
    url = reverse("line_change", args=[order.public_id, line.pk])
    assert client.post(url, fields(line, process="milling_3axis")).status_code == 303
    given = fields(lines(order)[0], extra_thread="4", extra_gone="9")
    assert client.post(url, given).status_code == 303
    assert lines(order)[0].choice.extras == (("thread", 4),)
    assert client.post(url, fields(lines(order)[0], extra_thread="51")).status_code == 422
