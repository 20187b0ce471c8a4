"""Staff: invitations, roles, leaving, the second factor; and the log of what was done."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import staff
from accounts.models import Activity, Invitation, User
from tests import factories
from tests.backoffice.helpers import signed_in

pytestmark = pytest.mark.django_db


def invite(client: Client, email: str = "new@example.org", roles: tuple[str, ...] = ("sales",)) -> Any:
    return client.post(reverse("bo_staff"), {"name": "Neu", "email": email, "roles": list(roles)})


def link() -> str:
    letter = mail.outbox[-1]
    assert letter.to == ["new@example.org"]
    found = re.search(r"http://[^/]+(/\S+)", str(letter.body))
    assert found
    return found[1]


def test_who_is_invited_joins_by_the_link_and_works_at_once(shop: Any) -> None:
    assert invite(signed_in("manager")).status_code == 303
    guest = Client()
    assert guest.get(link()).status_code == 200
    assert guest.post(link(), {"name": "Neu", "password": "12345"}).status_code == 422
    assert guest.post(link(), {"name": "Neue Kollegin", "password": factories.PASSWORD}).status_code == 302
    user = User.objects.get(email="new@example.org")
    assert (user.roles, user.name, user.has_verified_email) == (["sales"], "Neue Kollegin", True)
    assert guest.get(reverse("bo_orders")).status_code == 200
    assert guest.get(link()).status_code == 404  # once
    assert {"staff_invited", "invitation_accepted"} == set(Activity.objects.values_list("code", flat=True))


def test_a_link_ends_when_it_is_old_withdrawn_or_sent_again(shop: Any) -> None:
    client = signed_in("manager")
    invite(client)
    one, first = Invitation.objects.get(), link()
    client.post(reverse("bo_invitation_again", args=[one.pk]))
    assert Client().get(first).status_code == 404 and Client().get(link()).status_code == 200
    with time_machine.travel(factories.NOON + timedelta(days=8)):
        assert Client().get(link()).status_code == 404
    client.post(reverse("bo_invitation_withdraw", args=[one.pk]))
    assert Client().get(link()).status_code == 404
    assert invite(client).status_code == 303  # may be invited anew


@pytest.mark.parametrize("email", ["new@example.org", "customer@example.org"])
def test_nobody_is_invited_twice_or_over_an_account(email: str, shop: Any) -> None:
    factories.make_customer("customer@example.org")
    client = signed_in("manager")
    invite(client)
    answer = invite(client, email)
    assert answer.status_code == 422 and "email" in answer.context["form"].errors
    assert invite(client, "else@example.org", ()).status_code == 422


def test_roles_are_saved_once_and_told_to_the_second(shop: Any) -> None:
    colleague, client = factories.make_staff("sales"), signed_in("manager")
    path = reverse("bo_colleague", args=[colleague.pk])
    sent = {"version": colleague.version, "roles": ["production", "accounting"]}
    assert client.post(path, sent).status_code == 303
    assert User.objects.get(pk=colleague.pk).roles == ["production", "accounting"]
    assert client.post(path, {**sent, "roles": ["manager"]}).status_code == 409


def test_the_last_manager_stays(shop: Any) -> None:
    boss = factories.make_staff("manager")
    client, path = signed_in(user=boss), reverse("bo_colleague", args=[boss.pk])
    assert client.post(path, {"version": boss.version, "roles": ["sales"]}).status_code == 422
    client.post(reverse("bo_colleague_deactivate", args=[boss.pk]))
    boss.refresh_from_db()
    assert boss.is_active and boss.roles == ["manager"]
    other = factories.make_staff("manager")
    client.post(reverse("bo_colleague_deactivate", args=[other.pk]))
    assert client.post(path, {"version": boss.version, "roles": ["sales"]}).status_code == 422  # the other one has left


def test_who_leaves_is_signed_out_everywhere_for_good(shop: Any) -> None:
    colleague, client = factories.make_staff("sales"), signed_in("manager")
    theirs = signed_in(user=colleague)
    assert theirs.get(reverse("bo_orders")).status_code == 200
    client.post(reverse("bo_colleague_deactivate", args=[colleague.pk]))
    assert theirs.get(reverse("bo_orders")).status_code == 302
    client.post(reverse("bo_colleague_reactivate", args=[colleague.pk]))
    assert User.objects.get(pk=colleague.pk).is_active
    assert theirs.get(reverse("bo_orders")).status_code == 302  # the old session does not come back to life


def test_the_second_factor_is_asked_of_staff_alone_once_the_shop_wants_it(shop: Any) -> None:
    boss = factories.make_staff("manager")
    client, path = signed_in(user=boss), reverse("bo_settings", args=["security"])
    shop.refresh_from_db()
    sent = {"version": shop.version, "second_factor_required": "on"}
    assert client.post(path, sent).status_code == 422  # would lock out who asks for it
    Authenticator.objects.create(user=boss, type=Authenticator.Type.TOTP, data={})
    assert client.post(path, sent).status_code == 303
    assert client.get(reverse("bo_orders")).status_code == 200
    without = signed_in("sales")
    for name in ("bo_orders", "bo_customers", "home"):
        assert without.get(reverse(name))["Location"] == reverse("second_factor")
    assert without.get(reverse("second_factor")).status_code == 200
    assert without.get(reverse("mfa_index")).status_code == 200
    customer = Client()
    customer.force_login(factories.make_customer())
    assert customer.get(reverse("home")).status_code == 200


def test_the_log_is_filtered_and_takes_constant_queries(shop: Any) -> None:
    boss, other = factories.make_staff("manager"), factories.make_staff("sales")
    client, path = signed_in(user=boss), reverse("bo_activity")
    customer = factories.make_customer()
    Activity.record(boss, "company_edited", f"company:{customer.company_id}", fields=["name"])
    Activity.record(other, "person_edited", f"person:{customer.pk}")
    Activity.record(boss, "settings_changed", "settings:numbers", changes={"number_digits": [5, 6]})

    def count() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    few = count()
    assert few <= 8
    for number in range(30):
        Activity.record(boss, "company_edited", f"company:{factories.make_company(name=str(number)).pk}")
    assert count() == few

    def found(**asked: Any) -> set[str]:
        return {row.entry.code for row in client.get(path, asked).context["rows"]}

    assert found(who=other.pk) == {"person_edited"}
    assert found(what="settings") == {"settings_changed"}
    today = factories.NOON.date()
    assert found(since=today + timedelta(days=1)) == set() and found(until=today - timedelta(days=1)) == set()
    assert found(since=today, until=today) == {"company_edited", "person_edited", "settings_changed"}
    assert found(about=f"person:{customer.pk}") == {"person_edited"}
    assert "5 → 6" in client.get(path, {"what": "settings"}).content.decode()


def test_the_list_of_staff_takes_constant_queries(shop: Any) -> None:
    client = signed_in("manager")

    def count() -> int:
        client.get(reverse("bo_staff"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("bo_staff"))
        return len(seen)

    staff.invite("a@example.org", "A", ["sales"], by=factories.make_staff("manager"), now=factories.NOON)
    few = count()
    for number in range(30):
        factories.make_staff("sales")
        by = User.objects.exclude(roles=[])[0]
        staff.invite(f"b{number}@example.org", "B", ["sales"], by=by, now=factories.NOON)
    assert count() == few
