from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Address, Shop, User
from tests.factories import make_customer, make_staff

pytestmark = pytest.mark.django_db

ADDRESS = {"name": "Tor 3", "street": "Am Hafen 1", "postcode": "20095", "city": "Hamburg", "country": "DE"}


@pytest.fixture
def user(client: Client, shop: Shop) -> User:
    user = make_customer("ada@example.org")
    assert user.company
    user.company.addresses.all().delete()
    client.force_login(user)
    return user


def add(client: Client, **changes: str) -> Any:
    return client.post(reverse("address_add"), ADDRESS | changes)


def uses(user: User) -> list[tuple[str, bool, bool]]:
    addresses = Address.objects.filter(company=user.company).order_by("pk")
    return [(address.name, address.is_shipping, address.is_billing) for address in addresses]


@pytest.mark.parametrize("name", ["profile", "company", "addresses", "address_add", "account_email"])
def test_pages_open(client: Client, user: User, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert 'aria-current="page"' in response.content.decode()
    assert "style=" not in response.content.decode()


@pytest.mark.parametrize("name", ["profile", "company", "addresses", "address_add"])
def test_guests_are_asked_to_sign_in(client: Client, shop: Shop, name: str) -> None:
    assert client.get(reverse(name)).headers["Location"] == f"{reverse('account_login')}?next={reverse(name)}"


def test_staff_have_a_profile_and_no_company(client: Client, shop: Shop) -> None:
    client.force_login(make_staff("sales"))
    page = client.get(reverse("profile"))
    assert page.status_code == 200
    assert reverse("addresses") not in page.content.decode()
    for name in ("company", "addresses", "address_add"):
        assert client.get(reverse(name)).status_code == 404, name


def test_the_profile_is_saved(client: Client, user: User) -> None:
    response = client.post(reverse("profile"), {"name": "Ada Lovelace", "phone": "1815", "roles": "manager"})
    assert response.headers["Location"] == reverse("profile")
    user = User.objects.get()
    assert (user.name, user.phone, user.roles) == ("Ada Lovelace", "1815", [])


def test_a_profile_without_a_name_is_refused_beside_the_field(client: Client, user: User) -> None:
    response = client.post(reverse("profile"), {"name": ""})
    assert response.status_code == 422
    assert 'id="id_name_error" role="alert"' in response.content.decode()


def test_billing_details_are_saved(client: Client, user: User) -> None:
    details = {
        "is_business": "on",
        "name": "Löwe AG",
        "vat_id": "ATU13585627",
        "billing_contact_email": "b@example.org",
    }
    assert client.post(reverse("company"), details | {"net_days": "90"}).status_code == 302
    company = User.objects.get().company
    assert company and (company.name, company.vat_id) == ("Löwe AG", "ATU13585627")
    assert company.net_days is None  # terms are the shop's to grant


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("vat_id", "ATU13585628"), ("billing_contact_email", "b")])
def test_wrong_billing_details_are_refused(client: Client, user: User, field: str, value: str) -> None:
    response = client.post(reverse("company"), {"is_business": "on", "name": "Löwe AG", field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_the_first_address_is_the_default_for_all(client: Client, user: User) -> None:
    assert add(client).headers["Location"] == reverse("addresses")
    assert uses(user) == [("Tor 3", True, True)]


def test_a_new_default_takes_the_place_of_the_old(client: Client, user: User) -> None:
    add(client)
    add(client, name="Büro", is_billing="on")
    add(client, name="Lager")
    assert uses(user) == [("Tor 3", True, False), ("Büro", False, True), ("Lager", False, False)]


def test_a_default_cannot_be_given_up_without_another(client: Client, user: User) -> None:
    add(client)
    address = Address.objects.get()
    client.post(reverse("address_edit", args=[address.pk]), ADDRESS | {"city": "Kiel"})
    assert uses(user) == [("Tor 3", True, True)]
    assert Address.objects.get().city == "Kiel"


def test_deleting_asks_first_and_passes_the_default_on(client: Client, user: User) -> None:
    add(client)
    add(client, name="Büro")
    url = reverse("address_delete", args=[Address.objects.order_by("pk")[0].pk])
    assert client.get(url).status_code == 200
    assert len(uses(user)) == 2
    assert client.post(url).headers["Location"] == reverse("addresses")
    assert uses(user) == [("Büro", True, True)]
    client.post(reverse("address_delete", args=[Address.objects.get().pk]))
    assert uses(user) == []
    assert client.get(reverse("addresses")).status_code == 200


def test_a_wrong_address_is_refused(client: Client, user: User) -> None:
    response = add(client, country="XY", city="")
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"country", "city"}
    assert uses(user) == []


@pytest.mark.parametrize("name", ["address_edit", "address_delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_belongs_to_others_does_not_exist(client: Client, user: User, name: str, method: str) -> None:
    theirs = Address.objects.create(company=make_customer("eve@example.org").company, **ADDRESS)
    assert getattr(client, method)(reverse(name, args=[theirs.pk])).status_code == 404
    assert Address.objects.get(pk=theirs.pk).name == "Tor 3"


def test_nothing_is_there_says_a_page(client: Client, user: User) -> None:
    response = client.get("/account/nothing/")
    assert response.status_code == 404
    assert "<h1>" in response.content.decode() and "portal-header" in response.content.decode()
