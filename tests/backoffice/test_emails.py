"""The e-mail log: what is in it, what may be seen of a mail, and sending a refused one again."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import OutgoingEmail
from notifications.rendering import render
from orders.models import Order
from tests.backoffice.helpers import signed_in
from tests.factories import advance, make_customer, make_order, make_shop

pytestmark = pytest.mark.django_db
URL = "/backoffice/emails/"
State = OutgoingEmail.State


def mail_of(order: Order, audience: str = "customer", event: str = "placed") -> OutgoingEmail:
    return OutgoingEmail.objects.get(about=f"order:{order.pk}", audience=audience, event=event)


def refused(order: Order) -> OutgoingEmail:
    mail = mail_of(order)
    OutgoingEmail.objects.filter(pk=mail.pk).update(
        state=State.REFUSED, attempts=3, next_try=None, last_error="550 5.1.1 User unknown"
    )
    return mail


def account_mail(state: str = State.SENT) -> OutgoingEmail:
    return OutgoingEmail.objects.create(
        about="user:1",
        event="account",
        audience="account",
        key="account:1",
        to=["new@example.org"],
        facts={"subject": "Reset your password", "body": "Go to http://x/reset/SECRET-LINK"},
        state=state,
        message_id="<1@x>",
    )


@pytest.mark.parametrize("path", ["", "1/", "1/html/"])
def test_only_staff_see_it(path: str) -> None:
    make_order()
    assert Client().get(URL + path).status_code == 302
    assert signed_in(user=make_customer()).get(URL + path).status_code == 404


@pytest.mark.parametrize("role", ["sales", "production", "accounting", "manager"])
def test_every_role_may_look(role: str) -> None:
    client, mail = signed_in(role), mail_of(make_order())
    for path in (URL, f"{URL}{mail.pk}/", f"{URL}{mail.pk}/html/"):
        assert client.get(path).status_code == 200


def test_list_by_state_and_order() -> None:
    client, one, two = signed_in("sales"), make_order(), make_order()
    bad = refused(two)
    found = client.get(URL, {"order": f"#{one.number}"}).context
    assert {row.order_number for row in found["page"].object_list} == {one.number}
    assert found["listing"].counts == {"waiting": 2}
    found = client.get(URL, {"state": "refused"}).context
    assert [row.mail.pk for row in found["page"].object_list] == [bad.pk]
    assert found["listing"].found == 4
    assert len(client.get(URL, {"order": "99999"}).context["page"].object_list) == 0
    assert len(client.get(URL, {"order": "\x00", "state": "x", "page": "-1"}).context["page"].object_list) == 4


def test_as_many_queries_for_many_mails_as_for_one() -> None:
    client = signed_in("sales")
    make_order()
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    for _ in range(10):
        make_order()
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(URL).context["page"].object_list) == 22
    assert len(many) == len(one)


def test_a_mail_is_shown_in_a_frame_without_any_rights() -> None:
    client, order = signed_in("production"), make_order()
    mail = mail_of(order)
    page = client.get(f"{URL}{mail.pk}/").content.decode()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert f'src="{URL}{mail.pk}/html/"' in page
    shown = client.get(f"{URL}{mail.pk}/html/")
    policy = shown["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert str(order.number) in shown.content.decode()


def test_links_that_act_for_the_customer_are_masked() -> None:
    make_shop(prepayment_percent=50)
    client, mail = signed_in("manager"), mail_of(make_order(), event="waiting_for_payment")
    key = re.search(r"key=(\S+)", render(mail).text)
    assert key
    page = client.get(f"{URL}{mail.pk}/").content.decode() + client.get(f"{URL}{mail.pk}/html/").content.decode()
    assert key[1] not in page
    assert "key=•••" in page


def test_mails_of_the_log_in_show_no_body() -> None:
    client, mail = signed_in("manager"), account_mail()
    page = client.get(f"{URL}{mail.pk}/")
    assert page.status_code == 200
    assert "SECRET-LINK" not in page.content.decode()
    assert "Reset your password" in page.content.decode()
    assert client.get(f"{URL}{mail.pk}/html/").status_code == 404


@pytest.mark.parametrize("role", ["sales", "manager"])
def test_a_refused_mail_is_sent_again_once(role: str) -> None:
    client, mail = signed_in(role), refused(make_order())
    assert f"{URL}{mail.pk}/retry/" in client.get(f"{URL}{mail.pk}/").content.decode()
    assert client.post(f"{URL}{mail.pk}/retry/").status_code == 303
    mail.refresh_from_db()
    assert (mail.state, mail.next_try is not None) == (State.WAITING, True)
    OutgoingEmail.objects.filter(pk=mail.pk).update(state=State.SENT)
    assert client.post(f"{URL}{mail.pk}/retry/").status_code == 303
    mail.refresh_from_db()
    assert mail.state == State.SENT  # the second press did nothing


@pytest.mark.parametrize("role", ["production", "accounting"])
def test_other_roles_do_not_send_again(role: str) -> None:
    client, mail = signed_in(role), refused(make_order())
    assert "/retry/" not in client.get(f"{URL}{mail.pk}/").content.decode()
    assert client.post(f"{URL}{mail.pk}/retry/").status_code == 403
    mail.refresh_from_db()
    assert mail.state == State.REFUSED


def test_a_mail_of_the_log_in_is_not_sent_again() -> None:
    """Its text is not kept: it would go out empty."""
    client, mail = signed_in("manager"), account_mail(State.REFUSED)
    assert "/retry/" not in client.get(f"{URL}{mail.pk}/").content.decode()
    client.post(f"{URL}{mail.pk}/retry/")
    mail.refresh_from_db()
    assert mail.state == State.REFUSED


def test_sending_again_is_no_link() -> None:
    assert signed_in("manager").get(f"{URL}{refused(make_order()).pk}/retry/").status_code == 405


def test_the_orders_mails_stand_on_its_page() -> None:
    client, order = signed_in("sales"), make_order()
    advance(order, "start_manufacturing")
    page = client.get(f"/backoffice/orders/{order.number}/").content.decode()
    for mail in OutgoingEmail.objects.filter(about=f"order:{order.pk}"):
        assert f'href="{URL}{mail.pk}/"' in page
