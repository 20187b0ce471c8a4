"""The front page and the quote page, through HTTP: guests and customers, uploads, lines, prices."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.drafts import MOST_LINES
from orders.models import Order, OrderLine
from quoting import services
from quoting.models import Measurement, Part
from quoting.pricing.load import demo_catalogue
from quoting.sweep import sweep
from tests.factories import PASSWORD, make_customer, make_draft, make_shop, make_staff, place
from tests.make_models import DATA, stl
from tests.make_models import box as box_triangles

pytestmark = pytest.mark.django_db

CUBE = (DATA / "cube20.stl").read_bytes()
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "files")}}
    settings.STORAGES = settings.STORAGES | {"default": files}
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()


@pytest.fixture
def incoming(settings: Any) -> Iterator[Path]:
    """Where uploads wait: nothing may be left there."""
    yield settings.FILE_UPLOAD_TEMP_DIR
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def model(name: str = "cube.stl", content: bytes = CUBE) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(client: Client, *files: SimpleUploadedFile, to: Order | None = None, **more: Any) -> Any:
    url = reverse("quote_upload", args=[to.public_id]) if to else reverse("quote_start")
    return client.post(url, {"files": list(files)}, **more)


def started(client: Client, *files: SimpleUploadedFile, measured: bool = True) -> Order:
    """A draft with a line for each file, as a browser would start it."""
    upload(client, *(files or (model(),)))
    if measured:
        sweep(datetime.now(UTC), announce=False)
    order = Order.objects.latest("pk")
    client.get(page_of(order))
    return Order.objects.get(pk=order.pk)


def page_of(order: Order) -> str:
    return reverse("quote", args=[order.public_id])


def text(response: Any) -> str:
    visible = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", visible)


def fields(line: OrderLine, **changes: Any) -> dict[str, Any]:
    """What the line's form holds, with changes."""
    order = Order.objects.get(pk=line.order_id)
    return {**line.selection, "quantity": line.quantity, "note": line.note, "version": order.version, **changes}


def change(client: Client, line: OrderLine, name: str = "line_change", headers: Any = None, **changes: Any) -> Any:
    url = reverse(name, args=[line.order.public_id, line.pk])
    return client.post(url, fields(line, **changes), headers=headers)


def shown_total(order: Order) -> str:
    return f"{order.total:,.2f} €"


# --- the front page


def test_the_front_page_tells_what_is_offered_and_the_limit(client: Client) -> None:
    page = text(client.get("/"))
    assert re.search(r"200(\.0)? MB", page)
    for process in demo_catalogue().processes:
        assert process.name in page


def test_the_form_works_without_scripts(client: Client) -> None:
    response = upload(client, model("a.stl"), model("b.stl"))
    order = Order.objects.get()
    assert response.status_code == 302
    assert response["Location"] == page_of(order)
    assert [line.name for line in order.lines.all()] == ["a.stl", "b.stl"]


@pytest.mark.parametrize("nonsense", ["%00", "a%00b", "%FF", "x%2Fy"])
def test_a_nonsense_address_of_a_quote_does_not_exist(nonsense: str, client: Client) -> None:
    started(client, measured=False)  # who has no quote is not even looked up
    assert client.get(f"/quote/{nonsense}/").status_code == 404
    assert client.post(f"/quote/{nonsense}/lines/1/remove/").status_code == 404


def test_pages_can_be_asked_for_their_head_alone(client: Client) -> None:
    order = started(client, measured=False)
    assert {client.head(url).status_code for url in ("/", page_of(order))} == {200}


def test_scripts_are_told_where_the_draft_is(client: Client) -> None:
    answer = upload(client, model(), headers=JSON).json()
    order = Order.objects.get()
    assert answer == {
        "ok": True,
        "location": page_of(order),
        "upload": reverse("quote_upload", args=[order.public_id]),
    }


def test_a_bad_file_never_blocks_the_rest(client: Client) -> None:
    response = client.post(
        reverse("quote_start"), {"files": [model(), model("notes.txt"), model("nothing.stl", b"")]}, follow=True
    )
    assert [line.name for line in OrderLine.objects.all()] == ["cube.stl"]
    assert "notes.txt" in text(response)
    assert "nothing.stl" in text(response)


@pytest.mark.parametrize("name", ["drawing.pdf", "cube.stl.exe", "cube", "cube.blend"])
def test_other_endings_are_refused_in_words(name: str, client: Client) -> None:
    response = upload(client, model(name), headers=JSON)
    assert response.status_code == 422
    assert "STL, 3MF or STEP" in response.json()["message"]
    assert not Order.objects.exists()


def test_nothing_chosen(client: Client) -> None:
    response = client.post(reverse("quote_start"), {})
    assert response.status_code == 422
    assert not Order.objects.exists()


def test_a_file_beyond_the_limit_is_dropped_while_it_comes_in(client: Client, settings: Any, incoming: Path) -> None:
    settings.MAX_UPLOAD_BYTES = 200_000
    response = upload(client, model("huge.stl", b"x" * 400_000), headers=JSON)
    assert response.status_code == 413
    assert response.json()["ok"] is False
    assert not Part.objects.exists()


def test_the_others_of_the_form_come_through(client: Client, settings: Any, incoming: Path) -> None:
    settings.MAX_UPLOAD_BYTES = 200_000
    response = upload(client, model("a.stl"), model("huge.stl", b"x" * 400_000), model("b.stl"), follow=True)
    assert [part.name for part in Part.objects.order_by("pk")] == ["a.stl", "b.stl"]
    assert "huge.stl" in text(response)


def test_a_full_disk_is_a_sentence(client: Client, monkeypatch: pytest.MonkeyPatch, incoming: Path) -> None:
    def full(self: Any, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TemporaryUploadedFile, "write", full, raising=False)
    response = upload(client, model(), headers=JSON)
    assert response.status_code == 507
    assert not Part.objects.exists()


def test_an_upload_needs_the_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert upload(strict, model()).status_code == 403
    assert not Part.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.stl", "..\\..\\boot.stl", "<script>alert(1)</script>.stl", "a\u202elts.stl", "x" * 300 + ".stl"],
)
def test_hostile_names_are_only_ever_shown(name: str, client: Client, tmp_path: Path) -> None:
    order = started(client, model(name), measured=False)
    page = client.get(page_of(order)).content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in page
    stored = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[0-9a-f]{64}-[0-9a-f]{8}", path.name) for path in stored)


# --- whose it is


def test_a_guest_cannot_see_another_guests_draft(client: Client) -> None:
    order = started(client)
    line, part = order.lines.get(), Part.objects.get()
    stranger = Client()
    urls = [
        page_of(order),
        reverse("quote_lines", args=[order.public_id]),
        reverse("part_thumbnail", args=[part.pk]),
        reverse("part_download", args=[part.pk]),
    ]
    for url in urls:
        response = client.get(url)
        assert response.status_code in (200, 302)
        assert b"".join(response) or response.status_code == 302
    assert {stranger.get(url).status_code for url in urls} == {404}
    for name in ("line_change", "line_remove", "line_unit", "line_keep", "line_duplicate"):
        assert change(stranger, line, name).status_code == 404
    assert upload(stranger, model(), to=order).status_code == 404
    assert Order.objects.get(pk=order.pk).version == order.version


def test_a_guests_draft_is_kept_when_they_sign_in(client: Client) -> None:
    order = started(client)
    user = make_customer()
    assert client.login(email=user.email, password=PASSWORD)
    assert client.get(page_of(order)).status_code == 200
    kept = Order.objects.get(pk=order.pk)
    assert (kept.customer, kept.company, kept.guest_key) == (user, user.company, "")
    assert Part.objects.get().company == user.company
    assert "guest_key" not in client.session


def test_the_companys_price_holds_from_then_on(client: Client) -> None:
    order = started(client)
    user = make_customer()
    user.company.price_level_percent = Decimal(10)
    user.company.save()
    client.force_login(user)
    client.get(page_of(order))
    codes = {item["code"] for item in order.lines.get().price["components"]}
    assert "price_level" in codes


def test_colleagues_share_drafts_and_others_do_not(client: Client) -> None:
    user, stranger = make_customer(), make_customer()
    client.force_login(user)
    order = started(client)
    colleague = make_customer(company=user.company)
    for other, status in ((colleague, 200), (stranger, 404), (make_staff("sales"), 404)):
        client.force_login(other)
        assert client.get(page_of(order)).status_code == status


def test_a_model_is_saved_and_never_opened(client: Client) -> None:
    started(client, model('Wéi"rd.stl', CUBE))
    response = client.get(reverse("part_download", args=[Part.objects.get().pk]))
    assert b"".join(response.streaming_content) == CUBE
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"] == "application/octet-stream"


def test_a_picture_is_private(client: Client) -> None:
    started(client)
    response = client.get(reverse("part_thumbnail", args=[Part.objects.get().pk]))
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert response["Cache-Control"].startswith("private")


# --- prices


def test_the_price_on_the_page_is_the_price_in_the_database(client: Client) -> None:
    order = started(client)
    line = order.lines.get()
    assert line.state == "priced"
    page = text(client.get(page_of(order)))
    assert f"{line.net} €" in page
    assert shown_total(order) in page
    assert "20.0 × 20.0 × 20.0 mm" in page
    assert sum(Decimal(item["amount"]) for item in line.price["components"]) == line.net


def test_until_it_is_measured_the_price_is_being_worked_out(client: Client) -> None:
    order = started(client, measured=False)
    assert order.lines.get().state == "working"
    page = client.get(page_of(order)).content.decode()
    assert "every 1s" in page
    assert '<meta http-equiv="refresh"' in page
    sweep(datetime.now(UTC), announce=False)
    page = client.get(page_of(order)).content.decode()
    assert "every 1s" not in page
    assert OrderLine.objects.get().state == "priced"


def test_asking_again_brings_what_changed_and_nothing_else(client: Client) -> None:
    order = started(client, measured=False)
    page = client.get(page_of(order)).content.decode()
    told = dict(re.findall(r'name="(seen|shown)" value="([^"]*)"', page))
    url = reverse("quote_lines", args=[order.public_id])
    assert client.get(url, told, headers=HTMX).status_code == 204
    sweep(datetime.now(UTC), announce=False)
    answer = client.get(url, told, headers=HTMX).content.decode()
    line = order.lines.get()
    assert f"#line-{line.pk}-price" in answer
    assert "#quote-total" in answer
    assert "#quote-lines" not in answer  # the form somebody is typing in stays
    assert "quantity" not in answer
    told = dict(re.findall(r'name="(seen|shown)" value="([^"]*)"', answer))
    assert client.get(url, told, headers=HTMX).status_code == 204


def test_a_refused_file_says_why_and_can_be_kept_or_removed(client: Client) -> None:
    order = started(client, model("picture.stl", b"\x89PNG" + b"x" * 500), model())
    bad = order.lines.get(position=1)
    page = text(client.get(page_of(order)))
    assert "This is not a 3D model that we can read" in page
    assert "Ask the shop to quote it" in page
    assert change(client, bad, "line_keep").status_code == 303
    bad.refresh_from_db()
    assert bad.quote_by_hand
    assert "Ask the shop to quote it" not in text(client.get(page_of(order)))
    assert change(client, bad, "line_remove").status_code == 303
    assert [line.name for line in order.lines.all()] == ["cube.stl"]


def test_a_part_goes_to_the_first_process_that_it_fits(client: Client) -> None:
    order = started(client, model("long.stl", stl(box_triangles((300, 250, 20)))))
    line = order.lines.get()
    assert line.process == "mjf"
    assert line.state == "priced"
    page = client.get(page_of(order)).content.decode()
    option = re.search(r"<option value=\"fdm\"( selected)?( disabled)?>([^<]*)", page)
    assert option and option[2]
    assert "does not fit the machine (210 × 210 × 250 mm)" in option[3]


def test_a_change_is_priced_by_the_server_alone(client: Client) -> None:
    order = started(client)
    line = order.lines.get()
    single = line.net
    response = change(
        client, line, quantity=10, net="0.01", price="0.01", total="0.01", currency="USD", status="placed"
    )
    assert response.status_code == 303
    line.refresh_from_db()
    after = Order.objects.get(pk=order.pk)
    assert line.quantity == 10
    assert line.net > single
    assert (after.status, after.currency) == ("draft", "EUR")
    assert shown_total(after) in text(client.get(page_of(order)))


def test_htmx_gets_the_regions_that_changed(client: Client) -> None:
    order = started(client)
    line = order.lines.get()
    answer = change(client, line, headers=HTMX, quantity=3)
    assert answer.status_code == 200
    assert shown_total(Order.objects.get()) in text(answer)
    assert f'value="{Order.objects.get().version}"' in answer.content.decode()


def test_another_process_takes_along_what_it_has(client: Client) -> None:
    order = started(client)
    line = order.lines.get()
    answer = change(client, line, headers=HTMX, process="sls")
    line.refresh_from_db()
    assert line.process == "sls"
    assert line.selection["profile"] == ""
    assert line.selection["lead_time"] == "standard"
    assert line.state == "priced"
    assert "Print quality" not in text(answer)


def test_a_process_that_is_never_priced_at_once_is_quoted_by_the_shop(client: Client) -> None:
    document = demo_catalogue().model_dump(mode="json")
    next(process for process in document["processes"] if process["key"] == "milling_3axis")["instant"] = False
    services.publish(type(demo_catalogue()).model_validate(document))
    order = started(client)
    line = order.lines.get()
    change(client, line, process="milling_3axis")
    line.refresh_from_db()
    assert line.state == "to_be_quoted"
    assert line.net is None
    page = text(client.get(page_of(order)))
    assert "To be quoted" in page
    assert Order.objects.get().review_reasons[0]["params"]["line"] == "cube.stl"


@pytest.mark.parametrize("quantity", ["-1", "0", "1e9", "NaN", "1,5", "", "100001", "٣٫٥", "1;drop"])
@pytest.mark.parametrize("headers", [None, HTMX])
def test_bad_quantities_are_told_beside_the_field(quantity: str, headers: Any, client: Client) -> None:
    order = started(client, measured=False)
    line = order.lines.get()
    response = change(client, line, headers=headers, quantity=quantity, note="keep me")
    assert response.status_code == 422
    page = response.content.decode()
    assert f"line-{line.pk}-errors" in page
    assert "field-error" in page
    assert headers or "keep me" in page  # nothing that was typed is lost
    line.refresh_from_db()
    assert (line.quantity, line.note) == (1, "")


def test_an_unknown_process_is_refused_and_other_unknown_keys_are_replaced(client: Client) -> None:
    order = started(client, measured=False)
    line = order.lines.get()
    assert change(client, line, process="teleport").status_code == 422
    assert change(client, line, material="unobtainium", colour="octarine").status_code == 303
    line.refresh_from_db()
    assert line.material == "pla"
    assert line.selection["colour"] == "black"


@pytest.mark.parametrize("name", ["line_change", "line_remove", "line_duplicate", "line_keep"])
@pytest.mark.parametrize("version", ["0", "", "x"])
def test_a_stale_form_is_told_and_shown_what_holds(name: str, version: str, client: Client) -> None:
    order = started(client, measured=False)
    line = order.lines.get()
    change(client, line, quantity=7)
    line.refresh_from_db()
    response = change(client, line, name, version=version)
    assert response.status_code == 409
    assert "changed in the meantime" in text(response)
    assert 'value="7"' in response.content.decode()
    fragment = change(client, line, name, version=version, headers=HTMX)
    assert fragment.status_code == 409
    assert "#quote-lines" in fragment.content.decode()
    assert order.lines.get().quantity == 7


def test_a_line_that_was_removed_elsewhere(client: Client) -> None:
    order = started(client, measured=False)
    line = order.lines.get()
    change(client, line, "line_remove")
    assert change(client, line, quantity=2).status_code == 409


def test_a_draft_that_was_submitted_is_an_order(client: Client) -> None:
    user = make_customer()
    client.force_login(user)
    order = place(make_draft(user))
    line, page = order.lines.get(), reverse("order", args=[order.public_id])
    assert client.get(page_of(order))["Location"] == page
    assert client.get(reverse("quote_lines", args=[order.public_id]), headers=HTMX)["HX-Redirect"] == page
    response = change(client, line, quantity=9)
    assert response["Location"] == page
    assert [message.level_tag for message in get_messages(response.wsgi_request)] == ["error"]
    assert Client().get(page_of(order)).status_code == 404
    line.refresh_from_db()
    assert line.quantity == 2


def test_inches(client: Client) -> None:
    order = started(client)
    line = order.lines.get()
    assert change(client, line, "line_unit", unit="in").status_code == 303
    sweep(datetime.now(UTC), announce=False)
    assert "508.0 × 508.0 × 508.0 mm" in text(client.get(page_of(order)))
    assert change(client, line, "line_unit", unit="parsec").status_code == 422


def test_adding_and_duplicating_bring_all_lines(client: Client) -> None:
    order = started(client, measured=False)
    upload(client, model("b.stl"), to=order, headers=JSON)
    line = order.lines.get(position=1)
    answer = change(client, line, "line_duplicate", headers=HTMX).content.decode()
    assert "#quote-lines" in answer
    assert [one.name for one in order.lines.all()] == ["cube.stl", "b.stl", "cube.stl"]


def test_hidden_prices_are_nowhere(client: Client) -> None:
    make_shop(review_mode="tbd")
    order = started(client)
    line = order.lines.get()
    assert line.net is not None
    page = text(client.get(page_of(order))) + text(change(client, line, headers=HTMX, quantity=1))
    assert str(line.net) not in page
    assert shown_total(order) not in page


def test_a_new_price_list_holds_at_once(client: Client) -> None:
    order = started(client)
    document = demo_catalogue().model_dump(mode="json")
    document["processes"][0]["minimum_part_price"] = "500"
    newest = services.publish(type(demo_catalogue()).model_validate(document))
    client.get(page_of(order))
    fresh = Order.objects.get(pk=order.pk)
    assert fresh.price_list == newest
    assert fresh.lines.get().net == Decimal(500)


def test_the_same_number_of_queries_whatever_the_number_of_lines(client: Client) -> None:
    order = started(client)
    page = page_of(order)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    upload(client, model("b.stl"), model("c.stl", (DATA / "l_bracket.stl").read_bytes()), to=order)
    sweep(datetime.now(UTC), announce=False)
    client.get(page)
    with CaptureQueriesContext(connection) as three:
        client.get(page)
    assert len(three) == len(one)
    assert len(one) <= 12


def test_gets_do_not_change_and_posts_only_post(client: Client) -> None:
    order = started(client, measured=False)
    line = order.lines.get()
    for name in ("line_change", "line_remove", "line_unit", "line_keep", "line_duplicate"):
        assert client.get(reverse(name, args=[order.public_id, line.pk])).status_code == 405
    assert client.post(page_of(order)).status_code == 405


def test_the_limit_is_stated_as_it_is_kept(client: Client) -> None:
    assert f'data-max-bytes="{project.MAX_UPLOAD_BYTES}"' in client.get("/").content.decode()


def test_the_web_process_knows_no_numpy() -> None:
    code = "import django, sys; django.setup(); import orders.urls, orders.pricing; print('numpy' in sys.modules)"
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_nobody_learns_that_another_has_the_same_file(client: Client) -> None:
    started(Client())
    order = started(client, measured=False)
    assert Measurement.objects.count() == 1
    assert "cube.stl" in text(client.get(page_of(order)))
    assert Part.objects.count() == 2


def test_a_folder_of_many_files_goes_in_without_javascript(client: Client) -> None:
    """Django's own limit is 100 files a form and answers with a page that helps nobody."""
    upload(client, *(model(f"part {n}.stl") for n in range(MOST_LINES)))
    assert Order.objects.latest("pk").lines.count() == MOST_LINES


def test_too_many_files_at_once_are_refused_in_words_and_none_is_kept(client: Client, settings: Any) -> None:
    draft = started(client)
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    for order, page in ((None, reverse("home")), (draft, page_of(draft))):
        answer = upload(client, *(model(f"{n}.stl") for n in range(3)), to=order, follow=True)
        assert answer.redirect_chain == [(page, 302)]
        assert "At most 2 files" in text(answer)
    assert draft.lines.count() == Part.objects.count() == 1


def test_a_material_without_the_chosen_colour_can_be_chosen_all_the_same(client: Client) -> None:
    """Its own first colour is taken then; the option says nothing of a colour that nobody would get."""
    order = started(client)
    line = order.lines.get()
    change(client, line, process="sls")
    line.refresh_from_db()
    change(client, line, colour="black")
    line.refresh_from_db()
    assert (line.choice.process, line.choice.colour) == ("sls", "black")
    page = client.get(page_of(order)).content.decode()
    assert re.search(r">\s*PA 12 GF \(glass filled\)\s*</option>", page)
    change(client, line, material="pa12_gf")
    line.refresh_from_db()
    assert (line.choice.material, line.choice.colour, line.state) == ("pa12_gf", "grey", "priced")
