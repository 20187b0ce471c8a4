"""From a priced draft to an order: who and where to, then everything on one page to look at, then place or submit it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Shop
from orders import drafts, presenting, presenting_lines, pricing
from orders.access import actor_on, draft_for, order_for, price_detail
from orders.forms.checkout import CheckoutForm
from orders.forms.order import OVERTAKEN, PlaceForm
from orders.models import Order
from orders.views.order import done_page, mailed_to, see_other, user_of
from orders.words import say
from orders.workflow import dates
from orders.workflow.actors import customer_may
from orders.workflow.choices import choice
from orders.workflow.deed import Refused
from orders.workflow.door import edit, perform
from quoting.geometry.values import Reason

ENDINGS = {"place", "submit_for_review"}  # what the two buttons send: transitions


def draft_or_elsewhere(request: HttpRequest, public_id: str) -> Order | HttpResponse:
    """The draft, brought up to date; or where to go when there is none (any more)."""
    try:
        order = draft_for(request, public_id)
    except Http404:
        return submitted(request, order_for(request, public_id))
    if order.from_quotation_tool:  # it is the customer who goes through the checkout, once it is offered
        return redirect("quote", public_id=public_id)
    lines = pricing.priced_lines(order)
    if not lines:
        messages.info(request, say(Reason(code="no_lines")))
        return redirect("quote", public_id=public_id)
    if request.method != "POST" and pricing.is_stale(order, lines):
        drafts.refresh(order.pk, actor=actor_on(request, order))
        order = draft_for(request, public_id)
    return order


def submitted(request: HttpRequest, order: Order) -> HttpResponse:
    """It is no draft any more: pressing a button twice leads to the same page as once."""
    key = f"web:{request.POST.get('key', '')}"
    if entry := order.history.filter(key=key, name__in=ENDINGS).first():
        return done_page(order, entry.name)
    if request.method == "POST":
        messages.warning(request, say(Refused("changed_meanwhile")))
    return see_other(reverse("order", args=[order.public_id]))


# --- who and where to


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest, public_id: str) -> HttpResponse:
    order = draft_or_elsewhere(request, public_id)
    if isinstance(order, HttpResponse):
        return order
    user, shop = user_of(request), Shop.get()
    form = CheckoutForm(request.POST if request.method == "POST" else None, order=order, user=user, shop=shop)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                save(order, form, request)
                return see_other(reverse("review", args=[public_id]))
            except Refused as refused:
                status = 409 if refused.code in OVERTAKEN else 422
                order = draft_for(request, public_id)
                form.add_error(None, say(refused))
                form.restate(order)
    return render(request, "portal/checkout.html", {"form": form, **summary(request, order, shop)}, status=status)


def save(order: Order, form: CheckoutForm, request: HttpRequest) -> None:
    version = form.cleaned_data["version"]
    with transaction.atomic():
        with edit(order.pk, actor=actor_on(request, order), version=version, what="details") as locked:
            form.apply(locked)
        form.remember(user_of(request).company)


@login_required
@require_POST
@never_cache
def delivery(request: HttpRequest, public_id: str) -> HttpResponse:
    """The ways of delivery for the country that was just chosen: a fragment for htmx."""
    order = draft_for(request, public_id)
    shop = Shop.get()
    form = CheckoutForm(request.POST, order=order, user=user_of(request), shop=shop)
    seen = pricing.on_terms_of_today(form.as_far_as_known)
    sums = presenting_lines.sums(seen, presenting_lines.line_views(seen))
    context = {"form": form, "order": seen, "sums": sums, "fresh": True, "hidden": presenting.amounts_hidden(order)}
    return render(request, "portal/checkout_delivery_changed.html", {**context, "shop": shop})


def summary(request: HttpRequest, order: Order, shop: Shop) -> dict[str, Any]:
    lines = presenting_lines.line_views(order, price_detail(request))
    return {
        "order": order,
        "hidden": presenting.amounts_hidden(order),
        "lines": lines,
        "sums": presenting_lines.sums(order, lines),
        "ready_on": dates.promised(shop, timezone.now(), order),
    }


# --- everything on one page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    order = draft_or_elsewhere(request, public_id)
    if isinstance(order, HttpResponse):
        return order
    if request.method == "POST":
        return finish(request, order)
    if "contact_incomplete" in standing_codes(request, order):
        return redirect("checkout", public_id=public_id)
    return review_page(request, order, PlaceForm(order=order, terms=Shop.get().terms_version, placing=True))


def finish(request: HttpRequest, order: Order) -> HttpResponse:
    """Place the order or submit it for review, once."""
    name = request.POST.get("do", "")
    if name not in ENDINGS:
        raise Http404
    placing, terms = name == "place", Shop.get().terms_version
    form = PlaceForm(request.POST, order=order, terms=terms, placing=placing)
    if not form.is_valid():
        return review_page(request, order, form, status=422)
    try:
        outcome = perform(
            order.pk,
            name,
            actor=actor_on(request, order),
            key=form.deed_key,
            expected_version=form.cleaned_data["version"],
            now=timezone.now(),
            **form.details(),
        )
    except Refused as refused:
        return not_finished(request, order, form, refused)
    return done_page(outcome.order, name)


def not_finished(request: HttpRequest, order: Order, form: PlaceForm, refused: Refused) -> HttpResponse:
    """The page with the sentence in its place, on the order and prices of now; nothing that was ticked is lost."""
    try:
        drafts.refresh(order.pk, actor=actor_on(request, order))
        fresh = draft_for(request, order.public_id)
    except (Refused, Http404):  # submitted meanwhile
        return submitted(request, order_for(request, order.public_id))
    if refused.code == "contact_incomplete":
        messages.warning(request, say(refused))
        return see_other(reverse("checkout", args=[order.public_id]))
    form.refuse(refused)
    form.renew(fresh, refused)
    return review_page(request, fresh, form, status=409 if refused.code in OVERTAKEN else 422)


def standing_codes(request: HttpRequest, order: Order) -> set[str]:
    """Codes of everything that keeps the order from being submitted, now."""
    return {
        reason.code for reason in presenting.refusals(order, "submit_for_review", actor_on(request, order), Shop.get())
    }


def review_page(request: HttpRequest, order: Order, form: PlaceForm, status: int = 200) -> HttpResponse:
    shop, actor, user = Shop.get(), actor_on(request, order), user_of(request)
    name, days, pickup = presenting_lines.delivery_words(order)
    standing = standing_codes(request, order)
    context = {
        "form": form,
        **summary(request, order, shop),
        "may_place": choice(order, "place", actor, shop=shop) is not None,
        "obstacles": obstacles(request, order),
        "unverified": "email_not_verified" in standing,
        "blocked": sorted(standing & {"still_measuring", "file_refused"}),
        "is_requester": not customer_may(order, user, "place"),
        "delivery": {"name": name, "days": days, "pickup": pickup},
        "mailed": mailed_to(order),
    }
    return render(request, "portal/checkout_review.html", context, status=status)


def obstacles(request: HttpRequest, order: Order) -> list[presenting_lines.Obstacle]:
    found = presenting_lines.obstacles(order)
    if not customer_may(order, user_of(request), "place"):
        found.append(presenting_lines.Obstacle("approver_places", say(Reason(code="approver_places"))))
    if order.price_hidden and not found:
        found.append(presenting_lines.Obstacle("needs_review", gettext("The shop tells you the price.")))
    return found
