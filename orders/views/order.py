"""The page of a submitted order, as its customer sees it, with one URL per button."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import customers
from accounts.models import Shop, User
from notifications.links import ACCEPT, PARAMETER
from orders import drafts, links, presenting, presenting_lines
from orders.access import actor_on, order_for, price_detail
from orders.forms.checkout import DetailsForm
from orders.forms.message import MessageForm
from orders.forms.order import (
    OVERTAKEN,
    AcceptForm,
    CancelForm,
    ChangesForm,
    DeedForm,
    PurchaseOrderForm,
)
from orders.models import Document, Order
from orders.offers.revisions import changes_of_offer
from orders.payments.checkouts import amounts
from orders.talk import shipments_of, thread_of
from orders.workflow.actors import Actor, belongs_to
from orders.workflow.deed import Refused
from orders.workflow.door import Outcome, edit, perform
from orders.workflow.snapshot import as_seen

# What the last part of a URL means; nothing that is posted names a method.
ACTIONS: dict[str, type[DeedForm]] = {
    "accept": AcceptForm,
    "request_changes": ChangesForm,
    "provide_po": PurchaseOrderForm,
    "cancel": CancelForm,
}
URLS = {form.transition: f"order_{action}" for action, form in ACTIONS.items()}
# For the shop's eyes only, or stale as soon as the order changes.
HIDDEN_PAPERS = (Document.Kind.JOB_CARD, Document.Kind.PRO_FORMA)
# Deeds after which the page says that they are done.
DONE = {"place", "submit_for_review", *URLS}


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the order, for who is logged in or came by the link in a mail."""

    @wraps(view)
    def found(request: HttpRequest, public_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated or request.session.get(links.GRANTS):
            try:
                order = order_for(request, public_id)
            except Http404:
                if request.user.is_authenticated:
                    raise
            else:
                return view(request, order, *args, **kwargs)
        return redirect_to_login(reverse("order", args=[public_id]))

    return found


def person(actor: Actor) -> User:
    assert actor.user is not None, "a submitted order has a customer"
    return actor.user


def see_other(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)


def done_page(order: Order, name: str) -> HttpResponse:
    """The same for the second press of a button as for the first."""
    return see_other(f"{reverse('order', args=[order.public_id])}?done={name}")


@require_safe
@never_cache
def order(request: HttpRequest, public_id: str) -> HttpResponse:
    """The key of a link goes out of the address before anything is shown."""
    if PARAMETER in request.GET:
        pk = Order.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
        if not (pk and links.take(request, pk, timezone.now())):
            messages.warning(request, gettext("This link is not valid any more. Please log in to see the order."))
        return see_other(reverse("order", args=[public_id]))
    return order_page(request, public_id)


@opened
def order_page(request: HttpRequest, order: Order) -> HttpResponse:
    return page(request, order)


@require_POST
@never_cache
@opened
def act(request: HttpRequest, order: Order, action: str) -> HttpResponse:
    """One of the customer's transitions, by the form that its button opened."""
    actor, now, shop = actor_on(request, order), timezone.now(), Shop.get()
    if not may_press(request, order, actor, ACTIONS[action].transition):
        raise PermissionDenied
    form = ACTIONS[action](request.POST, request.FILES, order=order)
    details = None
    if action == "accept" and presenting.incomplete(order, actor, shop, now):
        details = DetailsForm(request.POST, order=order, user=person(actor), shop=shop)
    if not form.is_valid() or (details is not None and not details.is_valid()):
        return page(request, order, form=form, details=details, status=422)
    try:
        do(order, form, details, actor)
    except Refused as refused:
        return refusal(request, order, form, details, refused)
    return done_page(order, form.transition)


@require_POST
@login_required
def order_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was canceled, once more: as a draft at today's prices."""
    order, user = order_for(request, public_id), user_of(request)
    if not belongs_to(order, user):
        raise Http404
    return see_other(reverse("quote", args=[drafts.again(order, user).public_id]))


def may_press(request: HttpRequest, order: Order, actor: Actor, transition: str) -> bool:
    """A link lets its reader do less than a log-in."""
    if not actor.by_link:
        return True
    grant = links.granted(request, order.pk, timezone.now())
    return grant is not None and grant.allows(transition, order)


@require_POST
@never_cache
@opened
def set_password(request: HttpRequest, order: Order) -> HttpResponse:
    """For an account that the shop made: its owner has shown that the address is theirs by opening the link."""
    actor = actor_on(request, order)
    if not (actor.by_link and actor.user and lets_set_password(request, order)):
        raise Http404
    return see_other(customers.password_url(actor.user))


def lets_set_password(request: HttpRequest, order: Order) -> bool:
    """The billing contact's copy and links to pay may have gone to others."""
    grant = links.granted(request, order.pk, timezone.now())
    first = grant is not None and grant.purpose == ACCEPT
    return first and order.customer is not None and not order.customer.has_usable_password()


def do(order: Order, form: DeedForm, details: DetailsForm | None, actor: Actor) -> Outcome:
    """The deed, all of it or nothing. Of an acceptance the total must be the one that was seen."""
    now = timezone.now()
    version = form.cleaned_data["version"] if form.checks_version else None
    with transaction.atomic():
        if details is not None:
            with edit(order.pk, actor=actor, version=version, now=now, what="details") as completed:
                details.apply(completed)
            version = completed.version if form.checks_version else None
        outcome = perform(
            order.pk,
            form.transition,
            actor=actor,
            key=form.deed_key,
            expected_version=version,
            now=now,
            **form.details(),
        )
        form.check(outcome)
        seen = form.cleaned_data.get("seen_total")
        if seen is not None and seen != outcome.order.total and not outcome.repeated:
            raise Refused("total_changed", total=str(outcome.order.total))
    return outcome


def refusal(
    request: HttpRequest, order: Order, form: DeedForm, details: DetailsForm | None, refused: Refused
) -> HttpResponse:
    """The page as the order is now, with the sentence beside its field and all that was filled in."""
    fresh = order_for(request, order.public_id)
    actor = actor_on(request, fresh)
    if fresh.history.filter(key=form.deed_key, name=form.transition, actor=actor.user_id).exists():
        return done_page(fresh, form.transition)  # the other press of a double click was faster
    form.refuse(refused)
    form.renew(fresh, refused)
    return page(request, fresh, form=form, details=details, status=409 if refused.code in OVERTAKEN else 422)


def page(
    request: HttpRequest,
    order: Order,
    *,
    form: DeedForm | None = None,
    details: DetailsForm | None = None,
    message_form: MessageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shop, now, actor = Shop.get(), timezone.now(), actor_on(request, order)
    shown, seen = presenting.payment_page(order, actor, shop, now), as_seen(order)
    if actor.by_link:
        may = [one for one in shown.buttons if one.name not in URLS or may_press(request, order, actor, one.name)]
        shown = replace(shown, buttons=tuple(may))
    lines = presenting_lines.line_views(seen, price_detail(request))
    forms = forms_of(order, shown, form, actor.user)
    if details is None and "accept_offer" in forms and presenting.incomplete(order, actor, shop, now):
        details = DetailsForm(order=order, user=person(actor), shop=shop)
    name, days, pickup = presenting_lines.delivery_words(order)
    done = request.GET.get("done", "")
    context: dict[str, Any] = {
        "order": seen,
        "page": shown,
        "lines": lines,
        "sums": presenting_lines.sums(seen, lines),
        "deeds": deeds_of(order, shown, forms, form),
        "is_own": not actor.by_link and belongs_to(order, actor.user),
        "by_link": actor.by_link,
        "old_link": actor.by_link and is_replaced(request, order),
        "lets_set_password": actor.by_link and lets_set_password(request, order),
        "accept": forms.get("accept_offer"),
        "details": details,
        "tried": form,
        "steps": presenting.progress(order),
        "next": presenting.next_step(order, shown, shop),
        "events": presenting.timeline(order, shop),
        "hidden": presenting.amounts_hidden(seen),
        "delivery": {"name": name, "days": days, "pickup": pickup},
        "promised": None if order.is_canceled else order.promised_date,
        "po": order.counting_po,
        "offer": presenting.open_offer(order),
        "changes": changes_of_offer(order),
        "payable": amounts(order) if shown.shows("pay_now") else [],
        "pay_key": uuid4(),
        "documents": order.documents.defer("facts").exclude(kind__in=HIDDEN_PAPERS).order_by("-pk"),
        "done": done if done in DONE and form is None else "",
        "mailed": mailed_to(order),
        "thread": thread_of(order, internal=False),
        "message_form": message_form or MessageForm(),
        "shipments": shipments_of(order),
    }
    return render(request, "portal/order.html", context, status=status)


def is_replaced(request: HttpRequest, order: Order) -> bool:
    """Whether the link that was opened belongs to an offer that another one has replaced."""
    grant = links.granted(request, order.pk, timezone.now())
    offer = presenting.open_offer(order)
    return bool(grant and offer and grant.purpose == ACCEPT and grant.revision != offer.revision)


def forms_of(
    order: Order, shown: presenting.PaymentPage, tried: DeedForm | None, user: User | None
) -> Mapping[str, DeedForm]:
    """A form for each button; the one that was just tried with what was filled in."""
    found: dict[str, DeedForm] = {}
    for form_class in ACTIONS.values():
        name = form_class.transition
        if shown.shows(name) and tried is not None and tried.transition == name:
            found[name] = tried
        elif shown.shows(name):
            found[name] = form_class(order=order, initial={"name": user.name if user else ""})
    return found


def deeds_of(
    order: Order, shown: presenting.PaymentPage, forms: Mapping[str, DeedForm], tried: DeedForm | None
) -> list[dict[str, Any]]:
    """Every button with its form, where that goes and whether it is open."""
    return [
        {
            "button": button,
            "form": forms.get(button.name),
            "url": reverse(URLS[button.name], args=[order.public_id]) if button.name in URLS else "",
            "open": tried is not None and tried.transition == button.name,
        }
        for button in shown.buttons
    ]


def mailed_to(order: Order) -> list[str]:
    """Who gets the mails of this order."""
    first = [order.customer.email] if order.customer else []
    return [*first, *order.also_notify]
