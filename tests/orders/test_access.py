"""The helpers that are the only way to objects, where the table of URLs does not reach."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from orders import access, drafts
from orders.workflow.actors import customer
from orders.workflow.deed import Refused
from tests import factories

pytestmark = pytest.mark.django_db


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    return request


def test_staff_see_the_model_of_an_order_and_not_of_somebodys_draft() -> None:
    factories.make_shop()
    staff, owner = factories.make_staff("production"), factories.make_customer()
    ordered = factories.make_order(owner).lines.get().part_id
    drafted = factories.make_draft(owner).lines.get().part_id
    assert ordered and drafted
    assert access.part_for(request_of(staff), ordered).pk == ordered
    with pytest.raises(Http404):
        access.part_for(request_of(staff), drafted)
    assert access.part_for(request_of(owner), drafted).pk == drafted
    for stranger in (factories.make_customer(), AnonymousUser()):
        with pytest.raises(Http404):
            access.part_for(request_of(stranger), ordered)


def test_a_draft_has_a_most_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_LINES", 2)
    factories.make_shop()
    owner = factories.make_customer()
    draft = factories.make_draft(owner, lines=2)
    with pytest.raises(Refused, match="too_many_lines"):
        drafts.add_parts(draft.pk, [factories.make_part(owner)], actor=customer(owner))
    with pytest.raises(Refused, match="too_many_lines"):
        drafts.duplicate_line(draft.pk, draft.lines.all()[0].pk, actor=customer(owner))
    assert draft.lines.count() == 2


def test_private_pages_are_kept_by_nobody() -> None:
    factories.make_shop()
    client = Client()
    client.force_login(factories.make_staff("manager"))
    for name in ("bo_orders", "bo_emails", "profile"):
        assert client.get(reverse(name))["Cache-Control"] == "private, no-store"
