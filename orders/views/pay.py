"""Paying online: the button, the way back, the provider's webhook, and the demo shop's page that imitates a provider."""

import json
import logging
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.models import Checkout, Order
from orders.payments import checkouts, demo, events
from orders.payments.providers import ProviderError, provider
from orders.payments.stripe_checkout import Stripe, verify
from orders.views.order import opened, see_other
from orders.words import say
from orders.workflow.deed import Refused

log = logging.getLogger("partwright.payments")

MOST_BYTES = 1_000_000  # of a webhook's body


@require_POST
@never_cache
@opened
def order_pay(request: HttpRequest, order: Order) -> HttpResponse:
    """To the provider's page. Pressed twice it is the same checkout."""
    page = reverse("order", args=[order.public_id])
    try:
        key = f"pay:{UUID(request.POST.get('key', ''))}"
    except ValueError:
        messages.error(request, say(Refused("key_used")))
        return see_other(page)
    what = "asked" if request.POST.get("what") == "asked" else "balance"
    try:
        checkout = checkouts.start(order.pk, what, key=key, now=timezone.now())
    except Refused as refused:
        messages.error(request, say(refused))
        return see_other(page)
    except ProviderError as error:
        log.error("order=%s no checkout: %s", order.pk, error)
        messages.error(
            request, _("The payment page cannot be reached at the moment. Nothing was paid; try again in a minute.")
        )
        return see_other(page)
    return see_other(checkout.url)


@require_safe
@never_cache
@opened
def order_paid(request: HttpRequest, order: Order, checkout_id: int) -> HttpResponse:
    """The way back: it pays nothing by itself, it only asks the provider how the checkout stands."""
    checkout = get_object_or_404(order.checkouts, pk=checkout_id)
    try:
        checkout = checkouts.settle(checkout.pk, timezone.now())
    except ProviderError as error:
        log.info("checkout=%s: %s", checkout.pk, error)
    if checkout.state == Checkout.State.PAID:
        messages.success(request, _("Thank you: your payment has arrived."))
    elif checkout.state == Checkout.State.FAILED:
        messages.error(request, _("The payment did not go through. Nothing was charged; please try again."))
    elif checkout.state != Checkout.State.CLOSED:
        messages.info(request, _("Your payment is being processed. We tell you as soon as it is through."))
    return see_other(reverse("order", args=[order.public_id]))


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Signed by Stripe; stored before it is judged. Unknown kinds are fine, what is not signed leaves a line in the log."""
    if not settings.STRIPE_KEY:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        log.warning("webhook refused: too large")
        return HttpResponse(status=413)
    try:
        verify(request.body, request.headers.get("Stripe-Signature", ""))
        body = json.loads(request.body)
        if not isinstance(body, dict) or not body.get("id"):
            raise ValueError("no event")
    except ValueError as error:
        log.warning("webhook refused: %s", error)
        return HttpResponse(status=400)
    events.store(Stripe.name, body, timezone.now())
    return HttpResponse(status=200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demo_pay(request: HttpRequest, session: str) -> HttpResponse:
    """Imitates a provider's page. Not there as soon as there is a real one."""
    using = provider()
    checkout = Checkout.objects.filter(session=session, provider=demo.Demo.name).select_related("order").first()
    if using is None or using.name != demo.Demo.name or checkout is None:
        raise Http404
    back = reverse("order_paid", args=[checkout.order.public_id, checkout.pk])
    if request.method == "POST":
        choice = request.POST.get("choice", "")
        if choice not in demo.CHOICES:
            return see_other(reverse("order", args=[checkout.order.public_id]))
        if demo.choose(session, choice):
            kind = "checkout.session.completed"
            body = {"id": f"evt_{session}_{choice}", "type": kind, "data": {"object": {"id": session}}}
            events.store(demo.Demo.name, body, timezone.now())
        return see_other(back)
    is_open = checkout.told.get("demo", "open") in ("open", "processing")
    context = {"checkout": checkout, "order": checkout.order, "is_open": is_open, "back": back}
    return render(request, "portal/demo_pay.html", context)
