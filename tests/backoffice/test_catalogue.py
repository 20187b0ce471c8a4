"""The price list edited as a draft, published, compared and gone back to, through HTTP."""

import re
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Activity
from quoting.models import PriceListVersion
from quoting.services import current_price_list
from tests.backoffice.helpers import signed_in
from tests.factories import make_price_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    make_price_list()
    client = signed_in("manager")
    client.post(reverse("bo_draft_start"))
    return client


def url(where: str) -> str:
    return reverse("bo_draft_page", args=[where])


def fields(page: HttpResponse) -> dict[str, str]:
    """What a browser would send of the editor's form as it stands."""
    text = page.content.decode().split('<form class="card"')[1].split("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", text):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") != "checkbox" or " checked" in tag:
            sent[found["name"]] = found.get("value", "on")
    texts = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)<', text)
    return {**sent, **dict(texts)}


def draft() -> PriceListVersion:
    return PriceListVersion.objects.get(state="draft")


PAGES = ["shop", "fdm/basics", "fdm/machine", "fdm/lead-times", "fdm/breaks", "fdm/finishes", "fdm/materials/pla"]


@pytest.mark.parametrize("where", PAGES)
def test_saving_a_page_as_it_stands_changes_nothing(manager: Client, where: str) -> None:
    before = draft().sha256
    response = manager.post(url(where), fields(manager.get(url(where))))
    assert (response.status_code, draft().sha256) == (303, before)


def test_every_page_of_the_draft_can_be_saved_unchanged(manager: Client) -> None:
    before = draft().sha256
    for link in set(re.findall(r'href="(/backoffice/catalogue/draft/edit/[^"]+)"', page(manager))):
        response = manager.post(link, fields(manager.get(link)))
        assert (response.status_code, draft().sha256) == (303, before), link


FIGURES = [
    ("fdm/machine", "hourly_rate", True),
    ("fdm/machine", "growth_mm_per_h", False),
    ("fdm/machine", "layer_mm", False),
    ("sla/machine", "seconds_per_layer", True),
    ("sla/machine", "packing_density", False),
    ("sls/machine", "packing_density", True),
    ("sls/machine", "support_share", False),
    ("slm/machine", "support_share", True),
    ("turning/cutting", "bar_mm", True),
    ("turning/cutting", "allowance_mm", False),
]


@pytest.mark.parametrize(("where", "name", "is_there"), FIGURES)
def test_a_machine_shows_the_figures_of_its_technology(manager: Client, where: str, name: str, is_there: bool) -> None:
    assert (name in fields(manager.get(url(where)))) == is_there


def page(client: Client) -> str:
    return client.get(reverse("bo_draft")).content.decode()


REFUSED = [
    ("fdm/machine", "hourly_rate", "-1", "hourly_rate"),
    ("fdm/machine", "hourly_rate", "dear", "hourly_rate"),
    ("fdm/machine", "name", "", "name"),
    ("fdm/lead-times", "lead_times.0.days", "1.5", "lead_times-0-days"),
    ("fdm/breaks", "quantity_breaks.0.quantity", "7000", "breaks of fdm must rise"),
    ("fdm/materials/pla", "density_g_cm3", "0", "density_g_cm3"),
    ("shop", "currency", "euro", "currency"),
]


@pytest.mark.parametrize(("where", "name", "value", "at"), REFUSED)
def test_what_is_wrong_is_said_at_its_field_and_kept(
    manager: Client, where: str, name: str, value: str, at: str
) -> None:
    before = draft().sha256
    response = manager.post(url(where), {**fields(manager.get(url(where))), name: value})
    text = response.content.decode()
    assert (response.status_code, draft().sha256) == (422, before)
    assert f'value="{value}"' in text
    assert (f'id="id_{at}_error"' in text) if " " not in at else at in text


def test_published_as_the_next_number_and_gone_back_from(manager: Client) -> None:
    first = current_price_list()
    manager.post(url("fdm/machine"), {**fields(manager.get(url("fdm/machine"))), "hourly_rate": "4,25"})
    assert current_price_list().pk == first.pk
    assert "4.25" in page(manager)
    stale = manager.post(reverse("bo_draft_publish"), {"seen": "0" * 64})
    assert stale.status_code == 409 and current_price_list().pk == first.pk
    manager.post(reverse("bo_draft_publish"), {"seen": draft().sha256, "note": "dearer"})
    second = current_price_list()
    assert (second.number, second.note) == (first.number + 1, "dearer")
    assert second.catalogue.processes[0].machine.hourly_rate == Decimal("4.25")
    assert "4.25" in manager.get(reverse("bo_price_list", args=[second.number])).content.decode()
    manager.post(reverse("bo_price_list_again", args=[first.number]))
    assert (current_price_list().number, current_price_list().sha256) == (first.number + 2, first.sha256)
    assert Activity.objects.filter(code="price_list_published").count() == 2


def test_the_second_of_two_editors_is_told_and_loses_nothing(manager: Client) -> None:
    other = signed_in("manager")
    theirs, mine = fields(other.get(url("fdm/machine"))), fields(manager.get(url("fdm/machine")))
    elsewhere = fields(manager.get(url("fdm/breaks")))
    assert other.post(url("fdm/machine"), {**theirs, "hourly_rate": "5"}).status_code == 303
    late = manager.post(url("fdm/machine"), {**mine, "hourly_rate": "6"})
    text = late.content.decode()
    assert late.status_code == 409 and 'value="6"' in text and "<td>5</td><td>6</td>" in text
    assert manager.post(url("fdm/breaks"), elsewhere).status_code == 303  # another page disturbs nobody
    assert manager.post(url("fdm/machine"), fields(late)).status_code == 303
    assert draft().catalogue.processes[0].machine.hourly_rate == 6


def test_rows_are_added_moved_and_dropped_before_saving(manager: Client) -> None:
    where, before = "fdm/lead-times", draft().sha256
    dropped = manager.post(url(where), {**fields(manager.get(url(where))), "rows": "drop:lead_times.0"})
    moved = manager.post(url(where), {**fields(dropped), "rows": "up:lead_times.1"})
    assert draft().sha256 == before
    new = {"lead_times.2.name": "Next year", "lead_times.2.days": "200"}
    assert manager.post(url(where), {**fields(moved), **new}).status_code == 303
    assert [one.key for one in draft().catalogue.processes[0].lead_times] == ["express", "fast", "next_year"]


def test_copied_removed_exported_and_imported(manager: Client) -> None:
    before = draft().catalogue
    manager.post(reverse("bo_draft_copy", args=["fdm/materials/pla"]), {"name": "PLA recycled"})
    assert draft().catalogue.processes[0].materials[-1].key == "pla_recycled"
    exported = manager.get(reverse("bo_price_list_json", args=[0])).content.decode()
    manager.post(reverse("bo_draft_remove", args=["fdm/materials/pla_recycled"]))
    assert draft().catalogue == before
    sent = {"seen": draft().sha256, "text": exported}
    broken = manager.post(reverse("bo_draft_import"), {**sent, "text": exported.replace('"EUR"', '"eu"')})
    assert broken.status_code == 422 and "PLA recycled" in broken.content.decode()
    assert manager.post(reverse("bo_draft_import"), sent).status_code == 303
    assert draft().catalogue.processes[0].materials[-1].key == "pla_recycled"
    manager.post(reverse("bo_draft_discard"), {"seen": draft().sha256})
    assert not PriceListVersion.objects.filter(state="draft").exists()
