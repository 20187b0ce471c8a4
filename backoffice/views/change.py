"""Change the status of an order: the form of one transition, and the deed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import PriceDetail, Shop, User
from accounts.roles import staff_required
from backoffice import words
from backoffice.access import submitted_order
from backoffice.changing import ChangeForm, initial_after, is_grave, obstacle
from backoffice.order_page import EntryView, entry_view
from orders import presenting_lines
from orders.models import OfferRevision, Order, Status
from orders.offers.revisions import changes_since_last
from orders.words import say
from orders.workflow.actors import Actor, acting_role, staff
from orders.workflow.choices import Choice, choice
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, Outcome, perform

TOO_LATE = {"changed_meanwhile", "wrong_status", "key_used"}


@staff_required()
@require_http_methods(["GET", "HEAD", "POST"])
def bo_change(request: HttpRequest, number: int, transition: str) -> HttpResponse:
    if transition not in RULES:
        raise Http404
    assert isinstance(request.user, User)
    actor = staff(request.user)
    if not acting_role(actor, RULES[transition].who):
        raise Http404
    order, shop = submitted_order(number), Shop.get()
    if request.method == "POST" and _was_done(order, transition, request):
        return _back(order)
    found = choice(order, transition, actor, shop=shop)
    if found is None:
        return _conflict(request, order, transition, say_obstacle(order, transition, actor, shop))
    today = local_day(shop, timezone.now())
    if request.method == "POST":
        form = ChangeForm(order, found, shop, today, data=request.POST, files=request.FILES)
        return _press(request, order, found, form, actor)
    return _form(request, order, found, ChangeForm(order, found, shop, today))


def _was_done(order: Order, name: str, request: HttpRequest) -> bool:
    """Pressed twice: the second time finds the first one's entry."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return False
    return order.history.filter(key=f"change:{key}", name=name, actor_id=request.user.pk).exists()


def _press(request: HttpRequest, order: Order, found: Choice, form: ChangeForm, actor: Actor) -> HttpResponse:
    if not form.is_valid():
        return _form(request, order, found, form, status=422)
    cleaned = form.cleaned_data
    try:
        outcome = perform(
            order.pk,
            found.name,
            actor=actor,
            key=f"change:{cleaned['key']}",
            mail_customer=cleaned["mail_customer"],
            expected_version=cleaned["version"],
            **form.details(),
        )
    except Refused as refused:
        if refused.code in TOO_LATE:
            return _too_late(request, order, found, actor, refused)
        form.blame(refused)
        return _form(request, order, found, form, status=422)
    if not outcome.repeated:
        _tell(request, outcome)
    return _back(order)


def _back(order: Order) -> HttpResponse:
    return HttpResponseRedirect(reverse("bo_order", args=[order.number]), status=303)


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    """What the order has become, and whether the customer hears of it."""
    order = outcome.order
    told = {"number": order.number, "status": order.state.label}
    if outcome.entry.mailed_customer:
        messages.success(request, _("Order #%(number)s is now “%(status)s”. The customer gets an e-mail.") % told)
    else:
        messages.success(request, _("Order #%(number)s is now “%(status)s”. The customer gets no e-mail.") % told)
    if outcome.entry.name == "resume" and order.status == Status.FIRM_OFFER_SENT:
        offer = order.offers.filter(state=OfferRevision.State.SENT).first()
        if offer and offer.valid_until and offer.valid_until < local_day(Shop.get(), timezone.now()):
            messages.warning(request, _("Its offer has expired meanwhile. Send a new one if it still stands."))


# --- pages


def _form(request: HttpRequest, order: Order, found: Choice, form: ChangeForm, **more: Any) -> HttpResponse:
    status = more.pop("status", 200)
    context = {
        "order": order,
        "choice": found,
        "verb": words.verb(found.name),
        "target": Status(found.target),
        "is_grave": is_grave(found.target),
        "form": form,
        **(offer_preview(order) if found.name == "send_firm_offer" else {}),
        **more,
    }
    return render(request, "backoffice/change.html", context, status=status)


def offer_preview(order: Order) -> dict[str, Any]:
    """Exactly what the customer will see, with what it changes."""
    lines = presenting_lines.line_views(order, PriceDetail(Shop.get().price_detail))
    return {
        "lines": lines,
        "sums": presenting_lines.sums(order, lines),
        "changes": changes_since_last(order),
        "left_out": order.lines.filter(left_out=True),
    }


def _too_late(request: HttpRequest, order: Order, found: Choice, actor: Actor, refused: Refused) -> HttpResponse:
    """Somebody was faster. Where the deed still makes sense its form comes back, with what was typed."""
    fresh, shop = submitted_order(order.number or 0), Shop.get()
    again = choice(fresh, found.name, actor, shop=shop)
    if again is None:
        return _conflict(request, fresh, found.name, say(refused))
    form = ChangeForm(fresh, again, shop, local_day(shop, timezone.now()))
    for name, value in initial_after(form, request.POST.dict()).items():
        form.fields[name].initial = value
    form.fields["mail_customer"].initial = "mail_customer" in request.POST
    return _form(request, fresh, again, form, status=409, late=say(refused), newest=_newest(fresh))


def say_obstacle(order: Order, transition: str, actor: Actor, shop: Shop) -> str:
    reason = obstacle(order, transition, actor, shop, timezone.now())
    return say(reason) if reason else ""


def _conflict(request: HttpRequest, order: Order, transition: str, sentence: str) -> HttpResponse:
    context = {"order": order, "verb": words.verb(transition), "sentence": sentence, "newest": _newest(order)}
    return render(request, "backoffice/change_conflict.html", context, status=409)


def _newest(order: Order) -> EntryView | None:
    """What the order became last, by whom and when."""
    entry = order.history.select_related("actor").last()
    return entry_view(entry, order.currency) if entry else None
