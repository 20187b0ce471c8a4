"""The whole road by a program: upload, quote, price, delivery, place, read, and what the shop then does with it."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Shop, User
from notifications.models import OutgoingEmail
from orders.models import Order
from quoting import services
from quoting.models import Part
from tests import factories
from tests.api.client import Program, code, key_for

pytestmark = pytest.mark.django_db
MODEL = Path(__file__).parents[1] / "data" / "cube20.stl"

DELIVERY = {
    "contact": {"name": "Jörg Müller", "email": "buyer@example.org"},
    "billing": {
        "name": "Jörg Müller",
        "street": "Werkstraße 7",
        "postcode": "70173",
        "city": "Stuttgart",
        "country": "DE",
    },
    "method": "parcel_de",
    "reference": "ERP-17",
}


@pytest.fixture
def buyer(shop: Shop) -> User:
    factories.make_price_list()
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def program(buyer: User) -> Program:
    return Program(key_for(buyer))


def sls_quote(program: Program, buyer: User, **line: Any) -> Any:
    part = factories.make_part(buyer)
    answer = program.post("quotes", {"lines": [{"part": part.pk, "process": "sls", "quantity": 3, **line}]})
    assert answer.status_code == 201, answer.content
    return answer.json()


def adds_up(quote: dict[str, Any]) -> bool:
    price = quote["price"]
    lines = sum(float(line["net"]) for line in quote["lines"])
    components = sum(float(one["amount"]) for one in price["components"])
    return round(lines + components, 2) == float(price["net"])


def test_from_a_model_to_an_order_that_the_shop_moves(program: Program, buyer: User) -> None:
    with MODEL.open("rb") as file:
        part = program.upload(file).json()
    assert (part["name"], part["state"], part["size_mm"]) == ("cube20.stl", "measuring", None)
    catalogue = program.get("catalogue").json()
    sls = next(one for one in catalogue["processes"] if one["key"] == "sls")
    wanted = {"part": part["id"], "process": "sls", "material": sls["materials"][0]["key"], "quantity": 4, "note": "ß"}
    quote = program.post("quotes", {"lines": [wanted]}).json()
    assert (quote["price"]["state"], quote["lines"][0]["state"]) == ("working", "working")
    assert {one["code"] for one in quote["obstacles"]} >= {"still_measuring", "contact_incomplete"}

    services.measure(Part.objects.get().measurement_id, timezone.now())
    assert program.get(f"parts/{part['id']}").json()["size_mm"] == [20.0, 20.0, 20.0]
    quote = program.get(f"quotes/{quote['id']}").json()
    line = quote["lines"][0]
    assert (line["state"], line["quantity"], line["note"]) == ("priced", 4, "ß")
    assert sum(round(float(one["amount"]) * 100) for one in line["components"]) == round(float(line["net"]) * 100)
    assert {one["code"] for one in line["components"]} >= {"material", "machine_time"}

    quote = program.call("PUT", f"quotes/{quote['id']}/delivery", DELIVERY).json()
    assert [one["code"] for one in quote["price"]["components"]][-1] == "shipping"
    assert quote["can_be_placed"] and adds_up(quote)
    agreed = {"total": quote["price"]["total"], "terms": catalogue["terms"], "version": quote["version"]}
    placed = program.post(f"quotes/{quote['id']}/place", agreed)
    assert placed.status_code == 201
    order = Order.objects.get()
    assert (order.status, str(order.total), order.customer_reference) == ("placed", agreed["total"], "ERP-17")
    assert order.acceptance and order.acceptance.ip == "127.0.0.1"
    assert OutgoingEmail.objects.filter(event="placed").count() == 2

    read = program.get(f"orders/{quote['id']}").json()
    assert (read["status"], read["number"], read["price"]["total"]) == ("placed", order.number, agreed["total"])
    assert [one["code"] for one in read["history"]] == ["placed"]
    assert [row["id"] for row in program.get("orders?status=placed").json()["items"]] == [quote["id"]]
    for found, asked in ((1, "reference=ERP-17"), (0, "reference=ERP-1"), (0, "status=shipped"), (0, "number=1")):
        assert len(program.get(f"orders?{asked}").json()["items"]) == found
    assert len(program.get(f"orders?number={order.number}").json()["items"]) == 1
    assert program.get("quotes").json() == {"items": [], "next": None}

    shop = Program(key_for(factories.make_staff("production")))
    offered = {one["name"]: one for one in shop.get(f"orders/{read['id']}/transitions").json()["transitions"]}
    assert {"release_for_manufacturing", "put_on_hold"} <= set(offered)
    assert offered["put_on_hold"]["needs"] == ["reason", "note"]
    for name, details in (
        ("release_for_manufacturing", {}),
        ("start_manufacturing", {"mail_customer": False}),
        ("make_ready_for_shipping", {}),
        ("ship", {"carrier": "DHL", "tracking": "JD01", "note": "On its way"}),
    ):
        moved = shop.post(f"orders/{read['id']}/transitions/{name}", details)
        assert moved.status_code == 200, moved.content
    read = program.get(f"orders/{read['id']}").json()
    assert (read["status"], read["carrier"], read["tracking"]) == ("shipped", "DHL", "JD01")
    assert read["history"][0]["note"] == "On its way"
    assert order.history.get(name="start_manufacturing").mailed_customer is False


def test_what_needs_a_look_is_submitted(program: Program, buyer: User) -> None:
    factories.make_shop(review_mode="manual")
    quote = sls_quote(program, buyer)
    quote = program.call("PUT", f"quotes/{quote['id']}/delivery", DELIVERY).json()
    assert "needs_review" in {one["code"] for one in quote["obstacles"]}
    agreed = {"total": quote["price"]["total"], "terms": "1"}
    assert code(program.post(f"quotes/{quote['id']}/place", agreed)) == (422, "needs_review")
    answer = program.post(f"quotes/{quote['id']}/submit")
    assert (answer.status_code, answer.json()["status"]) == (201, "waiting_for_review")


def test_a_price_that_the_shop_hides_is_nowhere(program: Program, buyer: User) -> None:
    factories.make_shop(review_mode="tbd")
    quote = sls_quote(program, buyer)
    quote = program.call("PUT", f"quotes/{quote['id']}/delivery", DELIVERY).json()
    order = Order.objects.get()
    program.post(f"quotes/{quote['id']}/submit")
    seen = [quote, program.get(f"orders/{quote['id']}").json(), program.get("orders").json()]
    for answer in seen:
        for amount in (order.total, order.net, order.lines.get().net):
            assert str(amount) not in str(answer)
    assert seen[1]["price"] is None and seen[1]["lines"][0]["components"] == []


def test_lines_are_added_changed_and_removed(program: Program, buyer: User) -> None:
    quote = sls_quote(program, buyer)
    url, one = f"quotes/{quote['id']}/lines", quote["lines"][0]
    more = program.post(url, {"lines": [{"part": factories.make_part(buyer).pk}]}).json()
    assert [line["quantity"] for line in more["lines"]] == [3, 1]
    changed = program.call("PATCH", f"{url}/{one['id']}", {"quantity": 10}).json()["lines"][0]
    assert changed["quantity"] == 10 and float(changed["net"]) > float(one["net"])
    assert {**changed, **{k: one[k] for k in ("quantity", "net", "components")}} == one
    other = program.call("PATCH", f"{url}/{one['id']}", {"process": "sla"}).json()["lines"][0]
    assert other["process"] == "sla" and other["material"] != one["material"]
    left = program.call("DELETE", f"{url}/{one['id']}").json()
    assert [line["id"] for line in left["lines"]] == [more["lines"][1]["id"]]
    assert code(program.call("DELETE", f"{url}/{one['id']}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("line", "field", "wrong"),
    [
        ({"process": "teleport"}, "lines.0.process", "unknown_option"),
        ({"process": "sls", "material": "kryptonite"}, "lines.0.material", "unknown_option"),
        ({"process": "sls", "lead_time": "yesterday"}, "lines.0.lead_time", "unknown_option"),
        ({"process": "sls", "extras": {"wings": 2}}, "lines.0.extras", "unknown_option"),
        ({"material": "pa12"}, "lines.0.process", "unknown_option"),
        ({"quantity": 0}, "lines.0.quantity", "greater_than_equal"),
        ({"quantity": 1_000_000_000}, "lines.0.quantity", "less_than_equal"),
        ({"quantity": "3"}, "lines.0.quantity", "int_type"),
        ({"note": "a\x00b"}, "lines.0.note", "string_pattern_mismatch"),
        ({"price": "0.01"}, "lines.0.price", "extra_forbidden"),
        ({"part": 999999}, "lines.0.part", "unknown_part"),
    ],
)
def test_what_is_wrong_is_named(program: Program, buyer: User, line: dict[str, Any], field: str, wrong: str) -> None:
    answer = program.post("quotes", {"lines": [{"part": factories.make_part(buyer).pk, **line}]})
    assert code(answer)[0] == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, wrong)]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"total": "0.01"}, (409, "total_changed")),
        ({"terms": "0"}, (422, "terms_changed")),
        ({"version": 99}, (409, "changed_meanwhile")),
        ({"total": "12"}, (422, "invalid")),
    ],
)
def test_placing_refused(program: Program, buyer: User, change: dict[str, Any], refusal: tuple[int, str]) -> None:
    quote = sls_quote(program, buyer)
    quote = program.call("PUT", f"quotes/{quote['id']}/delivery", DELIVERY).json()
    agreed = {"total": quote["price"]["total"], "terms": "1", "version": quote["version"]}
    assert code(program.post(f"quotes/{quote['id']}/place", {**agreed, **change})) == refusal
    assert Order.objects.get().status == "draft"
    assert program.post(f"quotes/{quote['id']}/place", agreed).status_code == 201
    assert code(program.post(f"quotes/{quote['id']}/place", agreed)) == (404, "not_found")


def test_delivery_is_judged_as_at_the_checkout(program: Program, buyer: User) -> None:
    quote = sls_quote(program, buyer)
    url = f"quotes/{quote['id']}"
    incomplete = program.post(f"{url}/place", {"total": quote["price"]["total"], "terms": "1"})
    assert code(incomplete) == (422, "contact_incomplete")
    assert "billing_street" in {one["field"] for one in incomplete.json()["errors"]}
    wrong = {
        **DELIVERY,
        "contact": {"name": "x", "email": "nobody"},
        "method": "teleport",
        "also_notify": ["nobody"],
    }
    answer = program.call("PUT", f"{url}/delivery", wrong)
    assert code(answer) == (422, "invalid")
    assert {one["field"] for one in answer.json()["errors"]} == {"contact.email", "method", "also_notify"}
    elsewhere = {**DELIVERY, "shipping": {**DELIVERY["billing"], "country": "AT", "city": "Linz"}}  # type: ignore[dict-item]
    assert code(program.call("PUT", f"{url}/delivery", elsewhere)) == (422, "invalid")
    told = program.call("PUT", f"{url}/delivery", {**elsewhere, "method": "parcel_eu"}).json()["delivery"]
    assert (told["shipping"]["city"], told["billing"]["city"]) == ("Linz", "Stuttgart")


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("virus.exe", b"x", (422, "file_refused")),
        ("empty.stl", b"", (422, "file_refused")),
        ("", b"", (422, "no_file")),
    ],
)
def test_a_file_that_is_not_taken(program: Program, name: str, content: bytes, refusal: tuple[int, str]) -> None:
    assert code(program.upload(SimpleUploadedFile(name, content) if name else None)) == refusal
    assert not Part.objects.exists()


def test_a_file_beyond_the_limit(program: Program, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1024
    with MODEL.open("rb") as file:
        big = file.read() + b"\0" * 4096
    assert code(program.upload(SimpleUploadedFile("big.stl", big))) == (413, "too_large")


def test_pages_by_cursor_miss_and_repeat_nothing(program: Program, buyer: User) -> None:
    numbers = [factories.make_order(buyer).number for _ in range(5)]
    factories.make_order()  # somebody else's
    first = program.get("orders?limit=2").json()
    newcomer = factories.make_order(buyer)
    seen, cursor = [row["number"] for row in first["items"]], first["next"]
    while cursor:
        answer = program.get(f"orders?limit=2&cursor={cursor}").json()
        seen, cursor = [*seen, *(row["number"] for row in answer["items"])], answer["next"]
    assert seen == sorted(numbers, reverse=True) and newcomer.number not in seen
    for bad in ("zzz", "====", "b" * 39):
        assert code(program.get(f"orders?cursor={bad}"))[0] == 422


def test_lists_cost_the_same_with_many_rows(program: Program, buyer: User) -> None:
    counts = {}
    program.get("catalogue")  # begins the minute of the rate limit
    for many in (1, 8):
        while Order.objects.exclude(status="draft").count() < many:
            factories.make_order(buyer, lines=2)
            factories.make_draft(buyer)
        with CaptureQueriesContext(
            connection,
        ) as found:
            program.get("orders")
            program.get("quotes")
        counts[many] = len(found)
    assert counts[1] == counts[8]


def test_no_cookie_opens_it(buyer: User, client: Client) -> None:
    client.force_login(buyer)
    answer = client.get("/api/v1/orders")
    assert code(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_every_refusal_is_a_problem(
    program: Program, buyer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert code(program.call("POST", "quotes", b"{")) == (400, "not_json")
    assert code(program.call("POST", "quotes", b"[" * 100_000)) == (400, "not_json")
    assert code(program.call("POST", "quotes", {"lines": ["x" * 3_000_000]})) == (413, "too_large")
    assert code(program.call("POST", "parts", {})) == (400, "not_multipart")
    assert code(program.get("teleport")) == (404, "not_found")
    assert code(program.get("quotes/a.b")) == (404, "not_found")
    refused = program.call("DELETE", "quotes")
    assert code(refused) == (405, "method_not_allowed") and set(refused["Allow"].split(", ")) == {"GET", "POST"}
    monkeypatch.setattr("api.routes.orders.rows", lambda found: 1 / 0)
    failed = program.get("orders")
    assert code(failed) == (500, "internal")
    assert f"request={failed.json()['request_id']} failed" in caplog.text


@pytest.mark.parametrize(
    ("detail", "has_components", "has_formulas"),
    [("none", False, False), ("amounts", True, False), ("formulas", True, True)],
)
def test_as_much_of_a_price_is_told_as_the_shop_shows(
    program: Program, buyer: User, detail: str, *, has_components: bool, has_formulas: bool
) -> None:
    Shop.objects.update(price_detail=detail)
    components = sls_quote(program, buyer)["lines"][0]["components"]
    assert bool(components) == has_components
    assert any(one["formula"] for one in components) == has_formulas
