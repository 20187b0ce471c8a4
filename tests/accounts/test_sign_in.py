import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Shop, User
from tests.accounts.test_signup import link_in
from tests.factories import PASSWORD, make_customer, make_staff

pytestmark = pytest.mark.django_db

NEW = "a battery that is staple"


def sign_in(client: Client, email: str, password: str = PASSWORD) -> str:
    response = client.post(reverse("account_login"), {"login": email, "password": password})
    return response.headers.get("Location", "")


def test_customers_come_to_the_front_page(client: Client, shop: Shop) -> None:
    assert sign_in(client, make_customer().email) == reverse("home")


def test_staff_come_to_the_back_office(client: Client, shop: Shop) -> None:
    assert sign_in(client, make_staff("production").email) == reverse("bo_orders")


def test_the_case_of_an_address_does_not_matter(client: Client, shop: Shop) -> None:
    make_customer("ada@example.org")
    assert sign_in(client, "Ada@Example.org")


def test_a_wrong_password_and_a_stranger_read_the_same(client: Client, shop: Shop) -> None:
    make_customer("ada@example.org")
    errors = [
        client.post(reverse("account_login"), {"login": email, "password": "wrong"}).context["form"].errors
        for email in ("ada@example.org", "stranger@example.org")
    ]
    assert errors[0] == errors[1] != {}


def test_guessing_is_stopped(client: Client, shop: Shop) -> None:
    make_customer("ada@example.org")
    for _ in range(6):
        sign_in(client, "ada@example.org", "wrong")
    assert not sign_in(client, "ada@example.org")


def test_signing_out_is_a_post(client: Client, shop: Shop) -> None:
    client.force_login(make_customer())
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("profile")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("profile")).status_code == 302


def test_a_forgotten_password_is_set_anew_by_the_link(
    client: Client, shop: Shop, mailoutbox: list[EmailMessage]
) -> None:
    user = make_customer("ada@example.org")
    client.post(reverse("account_reset_password"), {"email": user.email})
    form_page = client.get(link_in(mailoutbox[0]), follow=True)
    response = client.post(form_page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert client.get(link_in(mailoutbox[0]), follow=True).context["token_fail"]  # once only


def test_resetting_does_not_tell_who_has_an_account(client: Client, shop: Shop, mailoutbox: list[EmailMessage]) -> None:
    make_customer("ada@example.org")
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}).headers["Location"]
        for email in ("ada@example.org", "stranger@example.org")
    ]
    assert answers[0] == answers[1]
    assert client.get(answers[0]).status_code == 200


def test_the_password_can_be_changed(client: Client, shop: Shop) -> None:
    user = make_customer()
    sign_in(client, user.email)
    url = reverse("account_change_password")
    wrong = client.post(url, {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    assert "oldpassword" in wrong.context["form"].errors
    client.post(url, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_the_address_can_be_changed(client: Client, shop: Shop, mailoutbox: list[EmailMessage]) -> None:
    user = make_customer("old@example.org")
    sign_in(client, user.email)
    client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    (mail,) = [mail for mail in mailoutbox if mail.to == ["new@example.org"]]
    client.post(link_in(mail))
    page = client.get(reverse("account_email")).content.decode()
    assert 'name="action_primary"' in page and "new@example.org" in page
    client.post(reverse("account_email"), {"email": "new@example.org", "action_primary": ""})
    user = User.objects.get()
    assert user.email == "new@example.org" and user.has_verified_email


def code_now(secret: str) -> str:
    counter = list(yield_hotp_counters_from_time())[0]
    return format_hotp_value(hotp_value(secret, counter))


def test_two_factor_is_set_up_and_asked_for(client: Client, shop: Shop) -> None:
    user = make_customer()
    sign_in(client, user.email)
    assert client.get(reverse("mfa_activate_totp")).headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert 'src="data:image/svg+xml' in page.content.decode()
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    codes = client.get(reverse("mfa_view_recovery_codes"))
    assert len(codes.context["unused_codes"]) == 10
    client.post(reverse("account_logout"))
    assert sign_in(client, user.email) == reverse("mfa_authenticate")
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    assert client.get(reverse("profile")).status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": codes.context["unused_codes"][0]})
    assert client.get(reverse("profile")).status_code == 200


def test_the_pages_of_two_factor_work(client: Client, shop: Shop) -> None:
    user = make_customer()
    TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    assert client.get(reverse("mfa_deactivate_totp")).headers["Location"].startswith(reverse("account_reauthenticate"))
    page = client.get(reverse("account_reauthenticate"))
    assert page.status_code == 200 and page.context["reauthentication_alternatives"]
    assert client.get(reverse("mfa_reauthenticate")).status_code == 200
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        assert client.get(reverse(name)).status_code == 200, name
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_reset_password_done", "account_inactive"],
)
def test_pages_for_guests_open(client: Client, shop: Shop, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "style=" not in response.content.decode()


def test_links_in_mails_begin_with_our_own_address(
    client: Client, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.SITE_URL = "https://shop.example"
    make_customer(email="greta@holm.example")
    client.post(reverse("account_reset_password"), {"email": "greta@holm.example"}, HTTP_HOST="localhost:6666")
    body = str(mailoutbox[0].body)
    assert "https://shop.example/account/password/reset/key/" in body
    assert "6666" not in body
