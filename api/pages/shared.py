"""Keys and webhooks as pages: the same in the customer's account and in the back office, in the frame of each.

Each page takes what is done on it as a POST to its own address, named by the button.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from api import keys, scopes
from api.forms import EndpointForm, KeyForm
from api.keys import PER_MINUTE
from api.models import ApiKey, Delivery, Endpoint
from api.webhooks import delivery, endpoints, outbox
from api.words import ERRORS, EVENTS
from orders.models import Order

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Frame:
    """Whose pages these are, and what they show."""

    name: str  # account or bo: the names of its pages begin with it
    user: User
    company: Company | None  # to whom a new endpoint belongs; None: the shop
    keys: QuerySet[ApiKey]
    endpoints: QuerySet[Endpoint]
    webhooks: bool = True  # False: none of this person's business

    @property
    def template(self) -> str:
        return f"api/in_{self.name}.html"

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"{self.name}_{page}", args=args)


def overview(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Keys and endpoints; a new one's secret is on the answer to the POST that made it, and never again."""
    now, doing = timezone.now(), request.POST.get("do", "") if request.method == "POST" else ""
    if request.method == "POST" and doing not in ("key", "webhook"):
        return _overview(request, frame, KeyForm(request.POST, user=frame.user), None, status=422)
    key_form = KeyForm(request.POST if doing == "key" else None, user=frame.user)
    hook_form = EndpointForm(request.POST if doing == "webhook" else None, company=frame.company)
    if doing == "webhook" and not frame.webhooks:
        raise Http404
    if key_form.is_valid():
        made = key_form.cleaned_data
        secret = keys.make(frame.user, made["name"], made["scopes"], now=now, expires_at=key_form.expires_at(now))
        return _overview(request, frame, None, None, new_key=secret)
    if hook_form.is_valid():
        endpoint, secret = endpoints.make(hook_form.cleaned_data["url"], company=frame.company, by=frame.user, now=now)
        return _webhook(request, frame, endpoint, secret=secret)
    return _overview(request, frame, key_form, hook_form, status=422 if key_form.errors or hook_form.errors else 200)


def _overview(
    request: HttpRequest,
    frame: Frame,
    key_form: KeyForm | None,
    hook_form: EndpointForm | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "frame": frame,
        "keys": [{"key": key, "url": frame.url("key", key.pk), "state": key_state(key)} for key in frame.keys[:200]],
        "endpoints": [
            {"endpoint": one, "url": frame.url("webhook", one.pk)} for one in frame.endpoints.select_related("company")
        ],
        "key_form": key_form or KeyForm(user=frame.user),
        "hook_form": hook_form or EndpointForm(company=frame.company),
        "per_minute": PER_MINUTE,
        **more,
    }
    return secretive(render(request, "api/overview.html", context, status=status))


def key_state(key: ApiKey) -> str:
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= timezone.now() else "works"


def key_page(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    key = get_object_or_404(frame.keys, pk=pk)
    if request.method == "POST":
        keys.revoke(key, frame.user, timezone.now())
        messages.success(request, _("The key is revoked: it opens nothing any more."))
        return see_other(frame.url("key", pk))
    context = {
        "frame": frame,
        "back": frame.url("api"),
        "key": key,
        "state": key_state(key),
        "scopes": scopes.in_words(key.scopes),
        "calls": list(key.log.order_by("-pk")[:SHOWN]),
    }
    return render(request, "api/key.html", context)


def webhook_page(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(frame.endpoints.select_related("company", "created_by"), pk=pk)
    if request.method != "POST":
        return _webhook(request, frame, endpoint)
    now, doing = timezone.now(), request.POST.get("do", "")
    if doing == "secret":
        secret = endpoints.new_secret(endpoint)
        return _webhook(request, frame, endpoint, secret=secret)
    if doing == "remove":
        endpoint.delete()
        messages.success(request, _("The webhook is removed."))
        return see_other(frame.url("api"))
    if doing == "test" and endpoint.is_on:
        outbox.ping(endpoint, now)
        messages.success(request, _("A test is on its way."))
    elif doing in ("on", "off"):
        endpoints.switch(endpoint, on=doing == "on", now=now)
    return see_other(frame.url("webhook", pk))


def _webhook(request: HttpRequest, frame: Frame, endpoint: Endpoint, secret: str = "") -> HttpResponse:
    state = request.GET.get("state", "")
    found = endpoint.deliveries.order_by("-pk").defer("body")
    if state in Delivery.State.values:
        found = found.filter(state=state)
    rows = list(found[:SHOWN])
    context = {
        "frame": frame,
        "back": frame.url("api"),
        "endpoint": endpoint,
        "secret": secret,
        "here": frame.url("webhook", endpoint.pk),
        "rows": [{**one, "url": frame.url("delivery", one["row"].pk)} for one in described(rows)],
        "state": state,
        "states": Delivery.State.choices,
    }
    return secretive(render(request, "api/webhook.html", context))


def described(rows: list[Delivery]) -> list[dict[str, Any]]:
    """With the number of the order that each is about."""
    about = {row.pk: int(row.about.removeprefix("order:")) for row in rows if row.about.startswith("order:")}
    numbers = dict(Order.objects.filter(pk__in=set(about.values())).values_list("pk", "number"))
    return [
        {"row": row, "event": EVENTS.get(row.event, row.event), "number": numbers.get(about.get(row.pk, 0))}
        for row in rows
    ]


def delivery_page(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    found = Delivery.objects.select_related("endpoint__company").filter(endpoint__in=frame.endpoints)
    row = get_object_or_404(found, pk=pk)
    if request.method == "POST":
        if delivery.send_again(row, timezone.now()):
            messages.success(request, _("It is sent again in a moment."))
        elif not row.endpoint.is_on:
            messages.warning(request, _("Switch the webhook on first."))
        else:
            messages.info(request, _("It is waiting to be sent anyway: nothing was changed."))
        return see_other(frame.url("delivery", pk))
    context = {
        "frame": frame,
        "back": frame.url("api"),
        "up": frame.url("webhook", row.endpoint_id),
        **described([row])[0],
        "attempts": [{"attempt": one, "text": ERRORS.get(one.error, one.error)} for one in row.log.all()],
        "pretty": json.dumps(json.loads(row.body), indent=2, ensure_ascii=False),
        "may_replay": row.endpoint.is_on and row.state in (Delivery.State.DONE, Delivery.State.REFUSED),
    }
    return render(request, "api/delivery.html", context)


def see_other(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)


def secretive(response: HttpResponse) -> HttpResponse:
    """A page that may hold a secret is kept by nobody."""
    response["Cache-Control"] = "private, no-store"
    return response
