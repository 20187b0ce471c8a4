"""Pages of the back office through HTTP, as somebody of the staff sees them."""

import re
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications.models import OutgoingEmail
from orders.models import Order
from tests.factories import make_staff


def signed_in(*roles: str, user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or make_staff(*roles))
    return client


def order_url(order: Order) -> str:
    return reverse("bo_order", args=[order.number])


def change_url(order: Order, transition: str) -> str:
    return reverse("bo_change", args=[order.number, transition])


def change(client: Client, order: Order, transition: str, *, mail: bool = True, **fields: Any) -> HttpResponse:
    """Press the button of a transition's form, as the page would send it now."""
    version = Order.objects.values_list("version", flat=True).get(pk=order.pk)
    data = {"key": str(uuid4()), "version": version, **({"mail_customer": "on"} if mail else {}), **fields}
    return client.post(change_url(order, transition), data)


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def menu(client: Client, order: Order) -> dict[str, str]:
    """What Change offers: each transition with the address of its form."""
    page = client.get(order_url(order)).content.decode()
    return {name: href for href, name in re.findall(r'href="([^"]+)" data-transition="(\w+)"', page)}


def form_of(response: HttpResponse) -> Any:
    return response.context["form"]  # type: ignore[attr-defined]


def errors(response: HttpResponse) -> dict[str, Any]:
    return dict(form_of(response).errors)


def mails(order: Order, event: str) -> list[str]:
    found = OutgoingEmail.objects.filter(about=f"order:{order.pk}", event=event)
    return sorted(found.values_list("audience", flat=True))
