"""Customers in the back office: the list, editing by two at once, merging, handing out and erasing."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Activity, Address, Company, User
from api.models import ApiKey
from api.webhooks import endpoints
from notifications.models import OutgoingEmail
from orders.models import Order
from orders.workflow.actors import staff
from orders.workflow.history import first_fault
from quoting.models import Part
from tests import factories
from tests.backoffice.helpers import signed_in

pytestmark = pytest.mark.django_db


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_the_list_takes_as_many_queries_for_30_customers_as_for_one(shop: Any) -> None:
    client = signed_in("sales")
    factories.make_order()
    one = queries(client, reverse("bo_customers"))
    for number in range(29):
        factories.make_customer(company=factories.make_company(name=f"Firm {number}"))
    assert queries(client, reverse("bo_customers")) == one <= 8


@pytest.mark.parametrize("q", ["müller", "own@example", "DE136695976", "Müller own@"])
def test_a_customer_is_found_by_name_address_and_vat_id(q: str, shop: Any) -> None:
    wanted = factories.make_customer("own@example.org", company=factories.make_company(vat_id="DE136695976"))
    factories.make_customer(company=factories.make_company(name="Other"), name="Else")
    page = signed_in("sales").get(reverse("bo_customers"), {"q": q.replace("müller", "Müller")})
    assert [row.company for row in page.context["rows"]] == [wanted.company]


def test_pages_go_on_where_the_last_one_ended(shop: Any) -> None:
    Company.objects.bulk_create([Company(name=f"Firm {number}") for number in range(120)])
    client, path, seen = signed_in("sales"), reverse("bo_customers"), []
    link = "?"
    while link:
        page = client.get(path + link)
        seen += [row.company.pk for row in page.context["rows"]]
        link = page.context["page"].older
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == 120
    assert client.get(path + page.context["page"].newer).context["rows"][-1].company.pk == seen[-21]


def test_the_pages_of_company_and_person_take_constant_queries(shop: Any) -> None:
    user, client = factories.make_customer(), signed_in("manager")
    factories.make_order(user)
    Activity.record(None, "company_edited", f"company:{user.company_id}", fields=["name"])
    paths = [reverse("bo_company", args=[user.company_id]), reverse("bo_person", args=[user.pk])]
    few = [queries(client, path) for path in paths]
    for _ in range(5):
        factories.make_order(user)
        Address.objects.create(company=user.company, **factories.ADDRESS)
        factories.make_customer(company=user.company)
        Activity.record(None, "company_edited", f"company:{user.company_id}", fields=["name"])
    assert [queries(client, path) for path in paths] == few


def test_terms_are_edited_and_recorded_without_their_words(shop: Any) -> None:
    company = factories.make_company()
    client, path = signed_in("accounting"), reverse("bo_company_edit", args=[company.pk])
    sent = {**typed(company), "net_days": "14", "price_level_percent": "2,5", "staff_note": "Pays late"}
    assert client.post(path, sent).status_code == 303
    company.refresh_from_db()
    assert (company.net_days, company.price_level_percent, company.staff_note) == (14, pytest.approx(2.5), "Pays late")
    done = Activity.objects.get(code="company_edited")
    assert set(done.details["fields"]) == {"net_days", "price_level_percent", "staff_note"}
    assert "Pays late" not in json.dumps(done.details)


def typed(company: Company) -> dict[str, Any]:
    return {
        "version": company.version,
        "is_business": "on",
        "name": company.name,
        "price_level_percent": "0",
    }


def test_the_second_of_two_editors_is_told_and_loses_nothing(shop: Any) -> None:
    company = factories.make_company()
    path, sent = reverse("bo_company_edit", args=[company.pk]), typed(company)
    assert signed_in("sales").post(path, {**sent, "name": "First"}).status_code == 303
    late = signed_in("sales").post(path, {**sent, "name": "Second"})
    assert late.status_code == 409
    assert 'value="Second"' in late.content.decode() and ("Name", "First") in late.context["form"].meanwhile
    assert Company.objects.get(pk=company.pk).name == "First"
    again = {**sent, "name": "Second", "version": late.context["form"]["version"].value()}
    assert signed_in("sales").post(path, again).status_code == 303
    assert Company.objects.get(pk=company.pk).name == "Second"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vat_id", "DE123"),
        ("prepayment_percent", "101"),
        ("price_level_percent", "-1"),
        ("name", ""),
        ("net_days", "x"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(field: str, value: str, shop: Any) -> None:
    company = factories.make_company()
    answer = signed_in("sales").post(reverse("bo_company_edit", args=[company.pk]), {**typed(company), field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors


def test_a_person_becomes_an_approver(shop: Any) -> None:
    user = factories.make_customer()
    sent = {"version": user.version, "name": user.name, "company_role": "approver"}
    assert signed_in("sales").post(reverse("bo_person_edit", args=[user.pk]), sent).status_code == 303
    assert User.objects.get(pk=user.pk).company_role == "approver"
    assert Activity.objects.filter(code="person_edited", about=f"person:{user.pk}").exists()


def test_an_address_is_added_edited_and_deleted(shop: Any) -> None:
    company, client = factories.make_company(), signed_in("sales")
    assert client.post(reverse("bo_company_address_add", args=[company.pk]), factories.ADDRESS).status_code == 303
    one = company.addresses.get()
    assert one.is_shipping and one.is_billing
    path = reverse("bo_company_address", args=[company.pk, one.pk])
    assert client.post(path, {**factories.ADDRESS, "city": "Ulm"}).status_code == 303
    assert company.addresses.get().city == "Ulm"
    assert client.post(reverse("bo_company_address_delete", args=[company.pk, one.pk])).status_code == 303
    assert not company.addresses.exists()
    assert Activity.objects.filter(about=f"company:{company.pk}").count() == 3


def test_the_order_leads_to_its_customer(shop: Any) -> None:
    order = factories.make_order()
    page = signed_in("sales").get(reverse("bo_order", args=[order.number])).content.decode()
    assert f'href="{reverse("bo_company", args=[order.company_id])}"' in page


# --- merging


def test_merging_shows_what_moves_and_moves_all_of_it(shop: Any) -> None:
    gone, stays = factories.make_customer(), factories.make_customer(company=factories.make_company(name="Stays"))
    order, draft = factories.make_order(gone), factories.make_draft(gone)
    Address.objects.create(company=gone.company, **factories.ADDRESS, is_billing=True)
    Address.objects.create(company=stays.company, **factories.ADDRESS, is_billing=True)
    hook, _secret = endpoints.make("https://example.org/", company=gone.company, by=gone, now=factories.NOON)
    Company.objects.filter(pk=gone.company_id).update(net_days=14, vat_id="DE136695976")
    client, path = signed_in("manager"), reverse("bo_company_merge", args=[gone.company_id])
    shown = client.get(path, {"into": stays.company_id})
    assert dict(shown.context["moves"])["orders"] == 2
    assert client.post(path, {"into": stays.company_id}).status_code == 422  # not confirmed
    assert client.post(path, {"into": stays.company_id, "sure": "1"}).status_code == 303
    kept = Company.objects.get(pk=stays.company_id)
    assert {order.pk, draft.pk} == set(kept.orders.values_list("pk", flat=True))
    assert kept.parts.count() == 2 and kept.members.count() == 2 and kept.addresses.count() == 2
    assert kept.addresses.filter(is_billing=True).count() == 1
    assert (kept.net_days, kept.vat_id, kept.name) == (14, "DE136695976", "Stays")
    hook.refresh_from_db()
    assert hook.company_id == kept.pk
    assert "stays" in Order.objects.get(pk=order.pk).words.text
    assert first_fault(Order.objects.get(pk=order.pk)) is None
    assert Activity.objects.get(code="companies_merged").details["moved"]["orders"] == 2
    old = client.get(reverse("bo_company", args=[gone.company_id]))
    assert old["Location"] == reverse("bo_company", args=[kept.pk])
    assert client.post(path, {"into": stays.company_id, "sure": "1"}).status_code == 404


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    placed=st.lists(st.integers(0, 3), max_size=8),
    merges=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6),
)
def test_no_order_is_lost_however_customers_are_merged(
    placed: list[int], merges: list[tuple[int, int]], shop: Any
) -> None:
    from orders import customers

    manager = factories.make_staff("manager")
    firms = [factories.make_company(name=f"Firm {number}") for number in range(4)]
    price_list = factories.make_price_list()
    orders = {Order.objects.create(company=firms[where], price_list=price_list).pk for where in placed}
    for gone, stays in merges:
        try:
            customers.merge(firms[gone].pk, firms[stays].pk, by=manager)
        except customers.CannotMerge:
            continue
    alive = Company.objects.filter(pk__in=[one.pk for one in firms], merged_into=None)
    assert set(Order.objects.filter(company__in=alive).values_list("pk", flat=True)) == orders


def test_two_log_ins_of_one_person_become_one(shop: Any) -> None:
    stays = factories.make_customer()
    gone = factories.make_customer(company=stays.company)
    order, client = factories.make_order(gone), signed_in("manager")
    path = reverse("bo_person_merge", args=[gone.pk])
    assert client.post(path, {"into": stays.pk, "sure": "1"}).status_code == 303
    assert Order.objects.get(pk=order.pk).customer == stays
    assert not User.objects.get(pk=gone.pk).is_active
    assert first_fault(Order.objects.get(pk=order.pk)) is None
    other = factories.make_customer(company=factories.make_company(name="Other"))
    assert client.post(reverse("bo_person_merge", args=[stays.pk]), {"into": other.pk, "sure": "1"}).status_code == 422


# --- personal data


def finished_order(user: User) -> Order:
    """Canceled before anything was paid: nothing is open, and its papers are made."""
    order = factories.make_order(user)
    return factories.do(
        order, "cancel_by_admin", staff(factories.make_staff("manager")), **factories.DETAILS["cancel_by_admin"]
    ).order


def test_the_export_holds_all_that_is_kept(shop: Any) -> None:
    user = factories.make_customer("own@example.org")
    order = factories.make_order(user)
    answer = signed_in("manager").get(reverse("bo_person_export", args=[user.pk]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    data = json.loads(archive.read("data.json"))
    assert data["people"][0]["email"] == "own@example.org" and "password" not in data["people"][0]
    assert data["orders"][0]["number"] == order.number and data["orders"][0]["lines"][0]["quantity"] == 2
    assert data["models"] and data["emails"]
    assert Activity.objects.filter(code="data_exported", about=f"person:{user.pk}").exists()


def test_erasing_keeps_papers_to_the_byte_and_the_chain(shop: Any) -> None:
    user = factories.make_customer(
        "own@example.org", name="Jörg Müller", company=factories.make_company(is_business=False)
    )
    order, draft, keys = finished_order(user), factories.make_draft(user), ApiKey.objects.filter(user=user)
    papers = {one.pk: (one.number, one.facts, one.facts_sha256, one.pdf_sha256) for one in order.documents.all()}
    assert papers
    paper = order.documents.first()
    paper.name = default_storage.save("papers/test.pdf", io.BytesIO(b"%PDF what was issued"))
    paper.save()
    unused = factories.make_part(user)
    client, path = signed_in("manager"), reverse("bo_person_erase", args=[user.pk])
    assert client.post(path).status_code == 422
    assert client.post(path, {"sure": "1"}).status_code == 303

    gone, kept = User.objects.get(pk=user.pk), Order.objects.get(pk=order.pk)
    assert (gone.name, gone.phone, gone.is_active) == ("–", "", False) and gone.company.erased_at
    assert not Order.objects.filter(pk=draft.pk).exists() and not Part.objects.filter(pk=unused.pk).exists()
    assert {one.pk: (one.number, one.facts, one.facts_sha256, one.pdf_sha256) for one in kept.documents.all()} == papers
    with default_storage.open(paper.name) as file:
        assert hashlib.sha256(file.read()).digest() == hashlib.sha256(b"%PDF what was issued").digest()
    assert first_fault(kept) is None
    assert not keys.filter(revoked_at=None).exists()
    said = json.dumps([kept.contact, kept.shipping_address, kept.billing_address, kept.words.text], ensure_ascii=False)
    said += json.dumps(list(kept.history.values_list("details", flat=True)), ensure_ascii=False)
    mails = OutgoingEmail.objects.filter(about=f"order:{order.pk}").exclude(state="waiting")
    said += json.dumps(list(mails.values_list("to", "cc", "facts")), ensure_ascii=False)
    assert "Müller" not in said and "own@example.org" not in said and "Werkstraße" not in said
    assert signed_in("sales").get(reverse("bo_order", args=[order.number])).status_code == 200


def test_nobody_is_erased_while_an_order_is_open(shop: Any) -> None:
    user = factories.make_customer()
    order, client = factories.make_order(user), signed_in("manager")
    for path in (reverse("bo_person_erase", args=[user.pk]), reverse("bo_company_erase", args=[user.company_id])):
        assert f"#{order.number}" in client.get(path).content.decode()
        assert client.post(path, {"sure": "1"}).status_code == 409
    assert User.objects.get(pk=user.pk).erased_at is None


def test_a_company_is_erased_with_its_people(shop: Any) -> None:
    user = factories.make_customer()
    finished_order(user)
    assert (
        signed_in("manager").post(reverse("bo_company_erase", args=[user.company_id]), {"sure": "1"}).status_code == 303
    )
    assert Company.objects.get(pk=user.company_id).name == "–"
    assert User.objects.get(pk=user.pk).erased_at
