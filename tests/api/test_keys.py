"""Keys: who gets in with which, what each scope opens, what is counted, kept and repeated."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Shop, User
from api import keys, sweep
from api.models import Answered, ApiCall, ApiKey
from orders.models import HistoryEntry, Order
from quoting.models import Part
from tests import factories
from tests.api.client import Program, code, key_for
from tests.api.test_road import DELIVERY
from tests.orders.pages import hook, send

pytestmark = pytest.mark.django_db

# Every operation, the scope that it asks for, and whom it is for. Written by hand.
OPERATIONS = [
    ("GET", "catalogue", "orders:read"),
    ("POST", "parts", "quotes:write"),
    ("GET", "parts/{part}", "orders:read"),
    ("GET", "quotes", "orders:read"),
    ("POST", "quotes", "quotes:write"),
    ("GET", "quotes/{draft}", "orders:read"),
    ("POST", "quotes/{draft}/lines", "quotes:write"),
    ("PATCH", "quotes/{draft}/lines/{line}", "quotes:write"),
    ("DELETE", "quotes/{draft}/lines/{line}", "quotes:write"),
    ("PUT", "quotes/{draft}/delivery", "quotes:write"),
    ("POST", "quotes/{draft}/place", "orders:place"),
    ("POST", "quotes/{draft}/submit", "orders:place"),
    ("GET", "orders", "orders:read"),
    ("GET", "orders/{order}", "orders:read"),
    ("GET", "orders/{order}/transitions", "orders:move"),
    ("POST", "orders/{order}/transitions/put_on_hold", "orders:move"),
]
SCOPES = ["orders:read", "quotes:write", "orders:place", "orders:move"]
# What is about nothing in particular: others get it too, about theirs.
GENERAL = {"catalogue", "parts", "quotes", "orders"}


@pytest.fixture
def owner(shop: Shop) -> User:
    return factories.make_customer("own@example.org")


@pytest.fixture
def places(owner: User) -> dict[str, Any]:
    draft, order = factories.make_draft(owner), factories.make_order(owner)
    line = draft.lines.get()
    return {"draft": draft.public_id, "order": order.public_id, "line": line.pk, "part": line.part_id}


def body_for(path: str, places: dict[str, Any]) -> dict[str, Any]:
    draft = Order.objects.get(public_id=places["draft"])
    lines = {"lines": [{"part": places["part"], "process": "sls"}]}
    return {
        "place": {"total": str(draft.total), "terms": "1"},
        "delivery": DELIVERY,
        "put_on_hold": {"reason": "x", "note": "y"},
        "quotes": lines,
        "lines": lines,
    }.get(path.rpartition("/")[2], {})


def test_the_table_is_whole() -> None:
    from api.main import schema

    described = {
        (method.upper(), path.removeprefix("/api/v1/").replace("{name}", "put_on_hold"), operation["x-scope"])
        for path, operations in schema()["paths"].items()
        for method, operation in operations.items()
    }
    names = {"quote_id": "draft", "order_id": "order", "part_id": "part", "line_id": "line"}
    assert described == {
        (method, path.format(**{short: "{" + long + "}" for long, short in names.items()}), scope)
        for method, path, scope in OPERATIONS
    }


@pytest.mark.parametrize("kind", ["none", "nonsense", "revoked", "expired", "inactive", "scopeless", "stranger"])
def test_who_gets_in(kind: str, owner: User, places: dict[str, Any]) -> None:
    """Each kind of key × every operation. Nothing of it changes anything."""
    person = factories.make_customer() if kind == "stranger" else owner
    programs = {scope: Program(key_for(person, scope)) for scope in SCOPES[:3]}
    if kind == "stranger":
        programs["orders:move"] = Program(key_for(factories.make_staff(), "orders:read"))
    secret = key_for(owner)
    row = ApiKey.objects.latest("pk")
    expected = {
        "none": (401, "not_authenticated"),
        "nonsense": (401, "key_invalid"),
        "revoked": (401, "key_revoked"),
        "expired": (401, "key_expired"),
        "inactive": (401, "key_revoked"),
        "scopeless": (403, "scope_missing"),
    }
    if kind == "revoked":
        keys.revoke(row, owner, timezone.now())
    elif kind == "expired":
        ApiKey.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    elif kind == "inactive":
        User.objects.filter(pk=owner.pk).update(is_active=False)
    secrets = {"none": "", "nonsense": secret[:-1] + ("a" if secret[-1] != "a" else "b")}
    before = (HistoryEntry.objects.count(), Order.objects.count(), Part.objects.count())
    wrong = []
    for method, pattern, scope in OPERATIONS:
        path = pattern.format(**places)
        if kind == "stranger":
            if pattern in GENERAL:
                continue
            program, right = programs[scope], (403, "scope_missing") if scope == "orders:move" else (404, "not_found")
        else:
            right = expected[kind]
            other = next(one for one in SCOPES[:3] if one != scope)
            program = Program(key_for(owner, other) if kind == "scopeless" else secrets.get(kind, secret))
        answer = program.call(method, path, None if method == "GET" else body_for(path, places))
        if code(answer) != right:
            wrong.append((method, path, code(answer)))
    assert not wrong
    assert (HistoryEntry.objects.count(), Order.objects.count(), Part.objects.count()) == before


def test_each_scope_opens_what_it_says(owner: User, places: dict[str, Any]) -> None:
    staff = factories.make_staff("manager")
    for method, pattern, scope in OPERATIONS:
        path = pattern.format(**places)
        program = Program(key_for(staff if scope == "orders:move" else owner, scope))
        if pattern == "parts":
            answer = program.upload(SimpleUploadedFile("a.stl", b"solid x"))
        elif pattern.endswith("submit") or method == "DELETE":
            continue  # the draft is placed above, and its only line is needed there
        else:
            answer = program.call(method, path, None if method == "GET" else body_for(path, places))
        assert answer.status_code in (200, 201), (method, path, answer.content)


def test_a_key_may_no_more_than_its_person(owner: User, places: dict[str, Any]) -> None:
    """Scopes that the person cannot have are not given; roles and staff are asked for anew at every call."""
    assert ApiKey.objects.count() == 0
    key_for(owner, "orders:move", "orders:read")
    assert ApiKey.objects.get().scopes == ["orders:read"]
    url = f"orders/{places['order']}/transitions/accept_po"
    clerk = factories.make_staff("production")
    program = Program(key_for(clerk))
    assert code(program.post(url)) == (403, "not_allowed")
    assert code(program.post(url.replace("accept_po", "fly"))) == (404, "no_such_transition")
    assert code(program.post(url.replace("accept_po", "deliver"))) == (409, "wrong_status")
    hold = url.replace("accept_po", "put_on_hold")
    wrong = program.post(hold, {"reason": "x", "note": ""})
    assert (code(wrong), wrong.json()["errors"][0]["field"]) == ((422, "invalid"), "note")
    assert code(program.post(hold, {"reason": "x", "note": "y", "carrier": "DHL"})) == (422, "detail_not_taken")
    assert code(program.post(hold, {"reason": "x", "note": "y", "version": 99})) == (409, "changed_meanwhile")
    User.objects.filter(pk=clerk.pk).update(roles=[])
    assert code(program.post(hold, {"reason": "x", "note": "y"})) == (403, "not_staff")
    assert Order.objects.get(public_id=places["order"]).status == "placed"


def test_staff_read_all_orders_and_draft_none(owner: User, places: dict[str, Any]) -> None:
    program = Program(key_for(factories.make_staff("sales")))
    assert program.get(f"orders/{places['order']}").status_code == 200
    assert [row["id"] for row in program.get("orders").json()["items"]] == [places["order"]]
    assert code(program.get(f"quotes/{places['draft']}")) == (404, "not_found")
    assert code(program.get("quotes")) == (403, "no_company")


def test_only_the_hash_is_kept_and_the_use_is_seen(owner: User, client: Client) -> None:
    secret = key_for(owner)
    row = ApiKey.objects.get()
    assert row.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.startswith(row.prefix) and len(secret) - len(row.prefix) > 40
    with connection.cursor() as cursor:
        cursor.execute("select * from api_apikey")
        assert secret not in str(cursor.fetchall())
    assert row.last_used_at is None
    answer = Program(secret).get("orders/nothing")
    row.refresh_from_db()
    assert row.last_used_at is not None
    call = ApiCall.objects.get()
    assert (call.method, call.operation, call.status) == ("GET", "api_order", 404)
    assert call.request_id == answer["X-Request-ID"] == answer.json()["request_id"]
    client.force_login(owner)
    assert "api_order" in client.get(reverse("account_key", args=[row.pk])).content.decode()


def test_the_limit_is_by_key_and_minute(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "PER_MINUTE", 3)
    one, other = Program(key_for(owner)), Program(key_for(owner))
    with time_machine.travel(factories.NOON, tick=False) as clock:
        left = [one.get("orders")["RateLimit-Remaining"] for _ in range(3)]
        refused = one.get("orders")
        assert left == ["2", "1", "0"]
        assert (code(refused), refused["Retry-After"]) == ((429, "rate_limited"), "60")
        assert other.get("orders").status_code == 200
        clock.shift(60)
        assert one.get("orders").status_code == 200


# --- sent again


def test_sent_again_it_happens_once(owner: User) -> None:
    program = Program(key_for(owner))
    part = factories.make_part(owner)
    wanted = {"lines": [{"part": part.pk, "process": "sls"}]}
    first, again = program.post("quotes", wanted, idem="a"), program.post("quotes", wanted, idem="a")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content and again["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == 1
    assert code(program.post("quotes", {"lines": [{"part": part.pk}]}, idem="a")) == (422, "idempotency_key_reused")
    assert Program(key_for(owner)).post("quotes", wanted, idem="a").status_code == 201  # of another key
    assert program.post("quotes", wanted, idem="b").json()["id"] != first.json()["id"]
    for bad in ("x" * 201, "a b"):
        assert code(program.post("quotes", wanted, idem=bad)) == (422, "idempotency_key_invalid")
    assert Order.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_sent_many_times_at_once_it_happens_once() -> None:
    factories.make_shop()
    owner = factories.make_customer()
    secret, wanted = key_for(owner), {"lines": [{"part": factories.make_part(owner).pk, "process": "sls"}]}
    factories.make_price_list()

    def send_it(_: int) -> tuple[int, bytes]:
        try:
            answer = Program(secret).post("quotes", wanted, idem="once")
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(send_it, range(6)))
    assert [status for status, _ in answers] == [201]
    assert Order.objects.count() == 1
    assert ApiKey.objects.get().calls == 6


def test_what_was_refused_may_be_sent_again(owner: User) -> None:
    program = Program(key_for(owner))
    draft = factories.make_draft(owner)
    url, agreed = f"quotes/{draft.public_id}/place", {"total": str(draft.total), "terms": "1"}
    factories.make_shop(review_mode="manual")
    assert code(program.post(url, agreed, idem="k")) == (422, "needs_review")
    factories.make_shop(review_mode="instant")
    placed, again = program.post(url, agreed, idem="k"), program.post(url, agreed, idem="k")
    assert (placed.status_code, again.status_code) == (201, 201)
    assert placed.content == again.content
    assert HistoryEntry.objects.filter(name="place").count() == 1


def test_a_move_is_done_once_even_when_the_answer_was_forgotten(owner: User, places: dict[str, Any]) -> None:
    program = Program(key_for(factories.make_staff()))
    url, why = f"orders/{places['order']}/transitions/put_on_hold", {"reason": "x", "note": "y"}
    assert program.post(url, why, idem="k").status_code == 200
    Answered.objects.all().delete()
    assert program.post(url, why, idem="k").status_code == 200
    assert HistoryEntry.objects.filter(name="put_on_hold").count() == 1


def test_the_same_upload_is_one_part(owner: User) -> None:
    program = Program(key_for(owner))
    sent = [program.upload(SimpleUploadedFile("a.stl", b"solid x"), idem="u") for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].json() == sent[1].json() and Part.objects.count() == 1
    other = program.upload(SimpleUploadedFile("a.stl", b"solid y"), idem="u")
    assert code(other) == (422, "idempotency_key_reused")


def test_what_is_kept_for_a_while_goes(owner: User) -> None:
    program = Program(key_for(owner))
    program.post("quotes", {"lines": [{"part": factories.make_part(owner).pk}]}, idem="a")
    sweep.sweep(timezone.now() + timedelta(days=6))
    assert (ApiCall.objects.count(), Answered.objects.count()) == (1, 1)
    sweep.sweep(timezone.now() + timedelta(days=8))
    assert (ApiCall.objects.count(), Answered.objects.count()) == (1, 0)
    sweep.sweep(timezone.now() + timedelta(days=31))
    assert ApiCall.objects.count() == 0


# --- the pages


def test_a_customer_makes_and_revokes_a_key(owner: User, client: Client) -> None:
    client.force_login(owner)
    url = reverse("account_api")
    filled = {"key-name": "ERP", "key-scopes": ["orders:read", "quotes:write"], "key-lasts": "30", "do": "key"}
    made = send(client, url, client.get(url), "key", **filled)
    secret = hook(made, "secret")
    assert made["Cache-Control"] == "private, no-store"
    assert secret not in client.get(url).content.decode()
    row = ApiKey.objects.get()
    assert (row.name, row.scopes) == ("ERP", ["orders:read", "quotes:write"])
    assert row.expires_at is not None and timedelta(days=29) < row.expires_at - timezone.now() < timedelta(days=31)
    assert Program(secret).get("orders").status_code == 200
    page = reverse("account_key", args=[row.pk])
    assert send(client, page, client.get(page), "revoke").status_code == 303
    assert code(Program(secret).get("orders")) == (401, "key_revoked")
    for wrong in ({"key-name": ""}, {"key-scopes": []}, {"key-scopes": ["orders:move"]}, {"key-lasts": "9999"}):
        assert send(client, url, client.get(url), "key", **{**filled, **wrong}).status_code == 422
    assert ApiKey.objects.count() == 1


def test_staff_see_their_own_keys_and_a_manager_all(owner: User, client: Client) -> None:
    clerk, manager = factories.make_staff("sales"), factories.make_staff("manager")
    for person in (owner, clerk):
        key_for(person)
    mine, theirs = ApiKey.objects.get(user=clerk), ApiKey.objects.get(user=owner)
    client.force_login(clerk)
    assert client.get(reverse("bo_key", args=[mine.pk])).status_code == 200
    assert client.post(reverse("bo_key", args=[theirs.pk])).status_code == 404
    client.force_login(manager)
    assert client.post(reverse("bo_key", args=[theirs.pk])).status_code == 303
    theirs.refresh_from_db()
    assert (theirs.revoked_by, theirs.revoked_at is not None) == (manager, True)
