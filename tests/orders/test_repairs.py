import pytest
from django.test import Client

from backoffice.order_page import line_view
from quoting.geometry.values import Healing
from tests.factories import make_customer, make_draft

pytestmark = pytest.mark.django_db


def test_a_line_says_what_was_repaired_in_its_file(client: Client) -> None:
    customer = make_customer()
    order = make_draft(customer)
    client.force_login(customer)
    page = f"/quote/{order.public_id}/"
    assert b"data-repairs" not in client.get(page).content
    measurement = order.lines.get().part.measurement
    healing = Healing(bodies_united=2, volume_before_mm3=26000, volume_after_mm3=24000)
    measurement.result["healing"] = healing.model_dump(mode="json")
    measurement.save()
    told = client.get(page).content.decode()
    assert "data-repairs" in told
    assert "2 overlapping bodies united" in told and "26.00 cm³" in told and "24.00 cm³" in told
    assert line_view(order.lines.get(), order.price_list.catalogue).repairs in told  # what staff see
