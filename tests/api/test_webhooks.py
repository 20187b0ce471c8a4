"""Webhooks: who is told what, signed, at least once, with patience; and where they never go."""

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Shop
from api import sweep, tasks
from api.models import Attempt, Delivery, Endpoint
from api.webhooks import addresses, delivery, endpoints, outbox, sending
from notifications.models import OutgoingEmail
from orders.models import Order
from quoting import deeds
from tests import factories
from tests.api.receiver import Receiver, certificate, receiving
from tests.orders.pages import hook, hooks, send

pytestmark = pytest.mark.django_db
NOW = factories.NOON


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(server: Receiver, settings: Any) -> Receiver:
    settings.WEBHOOKS_PRIVATE = True
    server.got.clear()
    server.answers.clear()
    server.location = ""
    server.hangs.clear()
    return server


@pytest.fixture
def order(shop: Shop) -> Order:
    return factories.make_order()


def endpoint(url: str, **more: Any) -> tuple[Endpoint, str]:
    return endpoints.make(url, **{"company": None, "by": factories.make_staff(), "now": NOW, **more})


def at(row: Delivery, seconds: float = 0) -> datetime:
    row.refresh_from_db()
    assert row.next_try is not None
    return row.next_try + timedelta(seconds=seconds)


# --- what is sent


def test_a_change_of_status_is_told_signed(order: Order, receiver: Receiver) -> None:
    secret = endpoint(receiver.url)[1]
    factories.advance(order, "put_on_hold")
    assert sweep.sweep(timezone.now(), announce=False) == 1
    headers, body = receiver.got[0]
    # Checked as standardwebhooks.com describes it, and not with our own code.
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert len(key) == 32
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert (headers["content-type"], headers["host"]) == ("application/json", f"127.0.0.1:{receiver.port}")
    fresh = Order.objects.get(pk=order.pk)
    told = json.loads(body)
    assert told["type"] == "order.status_changed"
    assert told["timestamp"] == fresh.history.last().at.isoformat()  # type: ignore[union-attr]
    assert told["data"] == {
        "order": {
            "id": order.public_id,
            "number": order.number,
            "status": "on_hold",
            "payment_status": "unpaid",
            "version": fresh.version,
        },
        "transition": "put_on_hold",
        "from": "placed",
        "to": "on_hold",
    }
    row = Delivery.objects.get()
    assert (row.state, str(row.uid), row.log.get().status) == ("done", headers["webhook-id"], 204)
    assert sweep.sweep(timezone.now(), announce=False) == 0


def test_the_shop_hears_of_all_and_a_company_of_its_own(order: Order) -> None:
    assert order.company and order.customer
    told = [
        endpoint("https://shop.example.org/")[0],
        endpoint("https://own.example.org/", company=order.company, by=order.customer)[0],
    ]
    stranger = factories.make_customer(company=factories.make_company(name="Other"))
    endpoint("https://stranger.example.org/", company=stranger.company, by=stranger)
    off = endpoint("https://off.example.org/")[0]
    endpoints.switch(off, on=False, now=NOW)
    factories.advance(order, "put_on_hold")
    assert set(Delivery.objects.values_list("endpoint", flat=True)) == {one.pk for one in told}


def test_two_moves_in_one_deed_are_two_messages(shop: Shop) -> None:
    factories.make_shop(prepayment_percent=100)
    endpoint("https://shop.example.org/")
    factories.make_order()
    bodies = [json.loads(row.body)["data"]["to"] for row in Delivery.objects.order_by("pk")]
    assert bodies == ["placed", "waiting_for_payment"]


@pytest.mark.django_db(transaction=True)
def test_a_move_that_is_undone_tells_nobody_and_a_committed_one_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[tuple[str, list[int]]] = []
    monkeypatch.setattr("celery.current_app.announce", lambda task, args: woken.append((task, args)) or True)
    endpoint("https://shop.example.org/")
    order = factories.make_order()
    ours = [args for task, args in woken if task == tasks.deliver.name]
    assert ours == [[Delivery.objects.get().pk]]
    assert deeds.TASKS[Delivery] == tasks.deliver.name
    woken.clear()
    with transaction.atomic():
        factories.advance(order, "put_on_hold")
        assert Delivery.objects.count() == 2 and not woken
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 1 and not woken


# --- when it does not arrive


def test_it_is_tried_again_later_and_later_with_the_same_id(order: Order, receiver: Receiver) -> None:
    endpoint(receiver.url)
    factories.advance(order, "put_on_hold")
    row = Delivery.objects.get()
    receiver.answers = [500, 404, 302]
    receiver.location = receiver.url
    when, waits = at(row), []
    for _ in range(3):
        assert delivery.deliver(row.pk, when)
        assert not delivery.deliver(row.pk, at(row, -1))  # not before its time
        waits.append((at(row) - when).total_seconds())
        when = at(row)
    assert waits == [30, 120, 600]
    assert delivery.deliver(row.pk, when)
    row.refresh_from_db()
    assert (row.state, row.tries, len(receiver.got)) == ("done", 4, 4)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 4
    log = list(Attempt.objects.order_by("pk").values_list("status", "error"))
    assert log == [(500, "status"), (404, "status"), (302, "redirect"), (204, "")]
    assert Endpoint.objects.get().failing_since is None


def test_others_wait_while_an_endpoint_fails(order: Order, receiver: Receiver) -> None:
    endpoint(receiver.url)
    factories.advance(order, "put_on_hold", "resume", "put_on_hold")
    receiver.answers = [503]
    now = timezone.now()
    sweep.sweep(now, announce=False)
    assert (len(receiver.got), Delivery.objects.filter(state="waiting", tries=0).count()) == (1, 2)
    sweep.sweep(now + delivery.PAUSE, announce=False)
    assert (len(receiver.got), Delivery.objects.filter(state="done").count()) == (4, 3)


def test_it_is_given_up_and_the_endpoint_switched_off_with_a_notice(
    order: Order, receiver: Receiver, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"
    owner = factories.make_customer("owner@example.org", company=order.company)
    mine, _ = endpoint(receiver.url, company=order.company, by=owner)
    factories.advance(order, "put_on_hold")
    row, tries = Delivery.objects.get(), 0
    receiver.answers = [500] * 50
    while row.state == "waiting":
        delivery.deliver(row.pk, at(row))
        row.refresh_from_db()
        tries += 1
    assert (row.state, tries) == ("refused", len(delivery.DELAYS) + 1)
    mine.refresh_from_db()
    assert mine.disabled_because == "failing" and not mine.is_on
    mail = OutgoingEmail.objects.get(event="account")
    assert mail.to == ["owner@example.org"]
    assert reverse("account_webhook", args=[mine.pk]) in mail.facts["body"]
    factories.advance(order, "resume")
    assert Delivery.objects.count() == 1
    assert not delivery.send_again(row, NOW)
    endpoints.switch(mine, on=True, now=NOW)
    receiver.answers = []
    row = Delivery.objects.get()
    assert delivery.send_again(row, NOW) and delivery.deliver(row.pk, NOW)
    assert Delivery.objects.get().state == "done"


def test_a_worker_that_dies_loses_nothing(order: Order, receiver: Receiver) -> None:
    endpoint(receiver.url)
    factories.advance(order, "put_on_hold")
    row = Delivery.objects.get()
    now = timezone.now()
    assert deeds.claim(Delivery, row.pk, now)  # and never heard of again
    assert sweep.sweep(now + timedelta(seconds=5), announce=False) == 0
    assert sweep.sweep(now + deeds.LEASE, announce=False) == 1
    assert len(receiver.got) == 1


def test_a_receiver_that_never_answers_is_left(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.3)
    receiver.hangs.set()
    with pytest.raises(sending.NotDelivered) as failure:
        sending.post(receiver.url, b"{}", {})
    assert failure.value.code == "timeout"
    assert deeds.LEASE.total_seconds() > sending.SECONDS + sending.CONNECT_SECONDS


def test_nobody_listens(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.WEBHOOKS_PRIVATE = True
    with pytest.raises(sending.NotDelivered) as failure:
        sending.post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert failure.value.code == "connection"


def test_over_tls_the_name_must_be_in_a_certificate_that_is_trusted(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    pem = certificate("localhost", tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    trusting = ssl.create_default_context(cafile=str(pem))
    with receiving(server) as receiver:

        def outcome(host: str) -> str:
            try:
                return str(sending.post(f"https://{host}:{receiver.port}/hook", b"{}", {}))
            except sending.NotDelivered as failure:
                return failure.code

        assert outcome("localhost") == "tls"
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        assert outcome("127.0.0.1") == "tls"
        assert outcome("localhost") == "204"
        assert len(receiver.got) == 1


# --- where it never goes


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("http://example.org/", "not_https"),
        ("https://127.0.0.1/", "address_refused"),
        ("https://127.1/", "address_refused"),
        ("https://2130706433/", "address_refused"),
        ("https://0x7f000001/", "address_refused"),
        ("https://0177.0.0.1/", "address_refused"),
        ("https://localhost/", "address_refused"),
        ("https://LOCALHOST./", "address_refused"),
        ("https://broker/", "address_refused"),
        ("https://nas.local/", "address_refused"),
        ("https://metadata.google.internal/", "address_refused"),
        ("https://169.254.169.254/latest/meta-data/", "address_refused"),
        ("https://10.0.0.5/", "address_refused"),
        ("https://172.16.0.1/", "address_refused"),
        ("https://192.168.1.1/", "address_refused"),
        ("https://100.64.0.1/", "address_refused"),
        ("https://0.0.0.0/", "address_refused"),
        ("https://224.0.0.1/", "address_refused"),
        ("https://[::1]/", "address_refused"),
        ("https://[::ffff:127.0.0.1]/", "address_refused"),
        ("https://[64:ff9b::7f00:1]/", "address_refused"),
        ("https://[2002:7f00:1::]/", "address_refused"),
        ("https://[fe80::1]/", "address_refused"),
        ("https://[fd00::1]/", "address_refused"),
        ("https://user:secret@example.org/", "has_credentials"),
        ("https://example.org@127.0.0.1/", "has_credentials"),
        ("https://example.org\\@127.0.0.1/", "not_a_url"),
        ("https://example.org/\r\nHost: x", "not_a_url"),
        ("https://example.org:99999/", "not_a_url"),
        ("https://[::1/", "not_a_url"),
        ("file:///etc/passwd", "not_a_url"),
        ("gopher://example.org/", "not_a_url"),
        ("https:///x", "not_a_url"),
        ("", "not_a_url"),
    ],
)
def test_addresses_that_are_refused(url: str, refusal: str) -> None:
    with pytest.raises(addresses.Refusal) as refused:
        addresses.judged(url)
    assert refused.value.code == refusal


@pytest.mark.parametrize("url", ["https://example.org", "https://a.example.org:8443/x?y=1", "https://93.184.216.34/"])
def test_public_addresses_are_taken(url: str) -> None:
    assert addresses.judged(url).scheme == "https"


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["fe80::1%eth0"], []])
def test_a_name_that_leads_inside_is_never_connected_to(found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: answers)

    def connect(*args: Any, **more: Any) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(sending.NotDelivered) as failure:
        sending.post("https://innocent.example.org/", b"{}", {})
    assert failure.value.code == ("address_refused" if found else "unknown_host")


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that says something else the second time it is asked is asked once only."""
    asked: list[Any] = []
    connected: list[Any] = []

    def resolve(*args: Any, **more: Any) -> list[Any]:
        asked.append(args)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", 443))]

    def connect(address: Any, **more: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(sending.NotDelivered):
        sending.post("https://rebinding.example.org/", b"{}", {})
    assert (connected, len(asked)) == ([("93.184.216.34", 443)], 1)


def test_every_special_block_is_private() -> None:
    blocks = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.168.0.0/16"
    blocks += (
        " 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4 ::1/128 ::/128 fc00::/7 fe80::/10 fec0::/10 ff00::/8 2001:db8::/32"
    )
    for block in map(ipaddress.ip_network, blocks.split()):
        assert not addresses.is_public(block[0]) and not addresses.is_public(block[-1]), block


# --- the pages


def test_a_customer_adds_tests_and_removes_a_webhook(order: Order, client: Client, receiver: Receiver) -> None:
    assert order.customer
    client.force_login(order.customer)
    url = reverse("account_api")
    made = send(client, url, client.get(url), "webhook", **{"webhook-url": receiver.url, "do": "webhook"})
    secret = hook(made, "secret")
    mine = Endpoint.objects.get()
    assert (mine.company, secret[:6]) == (order.company, "whsec_")
    page = reverse("account_webhook", args=[mine.pk])
    look = client.get(page)
    assert secret not in look.content.decode()
    send(client, page, look, "webhook", do="test")
    sweep.sweep(timezone.now(), announce=False)
    assert json.loads(receiver.got[0][1])["type"] == "ping"
    row = Delivery.objects.get()
    log = reverse("account_delivery", args=[row.pk])
    assert hooks(client.get(log), "attempt") == [""]
    assert send(client, log, client.get(log), "replay").status_code == 303
    sweep.sweep(timezone.now(), announce=False)
    assert hooks(client.get(log), "attempt") == ["", ""]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    renewed = hook(send(client, page, client.get(page), "webhook", do="secret"), "secret")
    assert renewed != secret
    send(client, page, client.get(page), "webhook", do="off")
    assert not Endpoint.objects.get().is_on
    send(client, page, client.get(page), "webhook", do="remove")
    assert not Endpoint.objects.exists()


def test_a_webhook_into_the_house_is_refused_at_the_form(order: Order, client: Client) -> None:
    assert order.customer
    client.force_login(order.customer)
    url = reverse("account_api")
    made = send(client, url, client.get(url), "webhook", **{"webhook-url": "https://10.0.0.1/", "do": "webhook"})
    assert made.status_code == 422
    assert not Endpoint.objects.exists()


def test_a_manager_sees_all_webhooks_and_replays(order: Order, client: Client, receiver: Receiver) -> None:
    assert order.customer
    endpoint(receiver.url, company=order.company, by=order.customer)
    factories.advance(order, "put_on_hold")
    sweep.sweep(timezone.now(), announce=False)
    row = Delivery.objects.get()
    client.force_login(factories.make_staff("manager"))
    listed = client.get(reverse("bo_api")).content.decode()
    assert reverse("bo_webhook", args=[row.endpoint_id]) in listed
    assert f"#{order.number}" in client.get(reverse("bo_webhook", args=[row.endpoint_id])).content.decode()
    url = reverse("bo_delivery", args=[row.pk])
    assert client.post(url).status_code == 303
    sweep.sweep(timezone.now(), announce=False)
    assert len(receiver.got) == 2
    client.force_login(factories.make_staff("sales"))
    assert client.post(reverse("bo_api"), {"do": "webhook", "webhook-url": "https://example.org/"}).status_code == 404


def test_the_log_costs_the_same_with_many_rows(
    order: Order, client: Client, django_assert_max_num_queries: Any
) -> None:
    mine, _ = endpoint("https://example.org/")
    client.force_login(factories.make_staff("manager"))
    url = reverse("bo_webhook", args=[mine.pk])
    outbox.ping(mine, NOW)
    client.get(url)
    for name in ("put_on_hold", "resume") * 5:
        factories.advance(order, name)
    with django_assert_max_num_queries(9):
        client.get(url)
