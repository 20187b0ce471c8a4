import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts.models import Shop, User
from notifications.models import OutgoingEmail
from tests.factories import PASSWORD, make_customer

pytestmark = pytest.mark.django_db

PERSON = {
    "name": "Ada von Löwe",
    "email": "ada@example.org",
    "password1": PASSWORD,
    "phone": "+49 711 1234",
    "street": "Werkstraße 7",
    "postcode": "70173",
    "city": "Stuttgart",
    "country": "DE",
}
COMPANY = PERSON | {"is_business": "on", "company_name": "Müller GmbH", "vat_id": "DE 136 695 976"}


def sign_up(client: Client, **changes: str) -> Any:
    return client.post(reverse("account_signup"), PERSON | changes)


def link_in(mail: EmailMessage) -> str:
    match = re.search(r"https?://[^/\s]+(/\S+)", str(mail.body))
    assert match
    return match[1]


def test_a_person_gets_a_company_and_an_address_for_everything(client: Client, shop: Shop) -> None:
    assert sign_up(client).status_code == 302
    user = User.objects.get()
    assert (user.name, user.email, user.phone, user.roles) == ("Ada von Löwe", "ada@example.org", "+49 711 1234", [])
    assert user.company
    assert (user.company.name, user.company.is_business, user.company.vat_id) == ("Ada von Löwe", False, "")
    address = user.company.addresses.get()
    assert address.is_billing and address.is_shipping
    assert (address.name, address.company_name, address.street) == ("Ada von Löwe", "", "Werkstraße 7")
    assert (address.postcode, address.city, address.country) == ("70173", "Stuttgart", "DE")


def test_a_business_gives_its_name_vat_id_and_billing_contact(client: Client, shop: Shop) -> None:
    contact = {"billing_contact_name": "Buchhaltung", "billing_contact_email": "rechnung@example.org"}
    assert client.post(reverse("account_signup"), COMPANY | contact).status_code == 302
    company = User.objects.get().company
    assert company and company.is_business
    assert (company.name, company.vat_id) == ("Müller GmbH", "DE136695976")
    assert (company.billing_contact_name, company.billing_contact_email) == ("Buchhaltung", "rechnung@example.org")
    assert company.addresses.get().company_name == "Müller GmbH"


def test_who_does_not_tick_business_has_no_vat_id_kept(client: Client, shop: Shop) -> None:
    sign_up(client, company_name="Müller GmbH", vat_id="DE136695976")
    company = User.objects.get().company
    assert company and (company.name, company.vat_id) == ("Ada von Löwe", "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vat_id", "DE136695970"),
        ("vat_id", "12"),
        ("company_name", ""),
        ("country", "XY"),
        ("street", ""),
        ("email", "nobody"),
        ("password1", "12345678"),
        ("billing_contact_email", "nobody"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client: Client, shop: Shop, field: str, value: str) -> None:
    response = client.post(reverse("account_signup"), COMPANY | {field: value})
    assert field in response.context["form"].errors
    assert f'id="id_{field}_error" role="alert"' in response.content.decode()
    assert not User.objects.exists()


def test_the_shops_country_is_offered_first(client: Client, shop: Shop) -> None:
    Shop.objects.update(country="AT")
    form = client.get(reverse("account_signup")).context["form"]
    codes = [code for code, _ in form.fields["country"].choices]
    assert codes[:2] == ["AT", "AF"]
    assert len(codes) == len(set(codes)) > 240


def test_one_is_signed_in_at_once_and_asked_to_confirm(client: Client, shop: Shop) -> None:
    sign_up(client)
    page = client.get(reverse("profile")).content.decode()
    assert 'name="action_send"' in page
    assert not User.objects.get().has_verified_email


def test_the_link_in_the_mail_confirms_the_address(client: Client, shop: Shop, mailoutbox: list[EmailMessage]) -> None:
    sign_up(client)
    (mail,) = mailoutbox
    assert mail.to == ["ada@example.org"]
    assert shop.name in mail.subject and shop.name in mail.body
    link = link_in(mail)
    assert client.get(link).status_code == 200
    assert not User.objects.get().has_verified_email  # a mail scanner that opens links confirms nothing
    client.post(link)
    assert User.objects.get().has_verified_email
    assert 'name="action_send"' not in client.get(reverse("profile")).content.decode()


def test_a_wrong_link_confirms_nothing(client: Client, shop: Shop) -> None:
    sign_up(client)
    response = client.get(reverse("account_confirm_email", args=["MQ:1abcde:nonsense"]))
    assert response.status_code == 200
    assert not User.objects.get().has_verified_email


def test_the_link_can_be_sent_again(client: Client, shop: Shop, mailoutbox: list[EmailMessage]) -> None:
    make_customer("ada@example.org", verified=False)
    client.login(username="ada@example.org", password=PASSWORD)
    client.post(reverse("account_email"), {"email": "ada@example.org", "action_send": ""})
    assert [mail.to for mail in mailoutbox] == [["ada@example.org"]]


def test_the_mail_is_a_row_of_the_outbox(client: Client, shop: Shop, settings: Any) -> None:
    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"
    sign_up(client)
    assert [row.to for row in OutgoingEmail.objects.all()] == [["ada@example.org"]]


def test_what_a_guest_began_outlives_the_sign_up(client: Client, shop: Shop) -> None:
    begin_as_guest(client)
    sign_up(client)
    assert client.session["guest_key"] == "a guest's key"


def test_what_a_guest_began_outlives_the_sign_in(client: Client, shop: Shop) -> None:
    user = make_customer()
    begin_as_guest(client)
    before = client.session.session_key
    response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["guest_key"] == "a guest's key"
    assert client.session.session_key != before  # a session id known before is worth nothing after


def begin_as_guest(client: Client) -> None:
    session = client.session
    session["guest_key"] = "a guest's key"
    session.save()
