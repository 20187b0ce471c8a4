"""Send a quote to its customer: exactly what they will see, and the form of the transition."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Role, Shop
from accounts.roles import staff_required
from backoffice.changing import ChangeForm, initial_after, obstacle
from backoffice.views.change import TOO_LATE, offer_preview
from backoffice.views.quotation import actor_of, leave, quote_of, see
from orders import drafts, pricing
from orders.models import Order
from orders.words import say
from orders.workflow.choices import Choice, choice
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import perform

NAME = "send_firm_offer"


@staff_required(Role.SALES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bo_quotation_send(request: HttpRequest, public_id: str) -> HttpResponse:
    order = quote_of(public_id)
    if not order.is_draft:
        return _sent_already(request, order)
    if request.method != "POST":
        if request.headers.get("HX-Request") == "true":
            return leave(request, see("bo_quotation_send", public_id))
        if pricing.is_stale(order, pricing.priced_lines(order)):
            drafts.refresh(order.pk, actor=actor_of(request))
            order = quote_of(public_id)
    shop, now = Shop.get(), timezone.now()
    found = choice(order, NAME, actor_of(request), shop=shop, now=now)
    if found is None:
        reason = obstacle(order, NAME, actor_of(request), shop, now)
        messages.error(request, say(reason) if reason else _("This quote cannot be sent."))
        return see("quote", public_id)
    today = local_day(shop, now)
    if request.method != "POST":
        return _page(request, order, ChangeForm(order, found, shop, today))
    form = ChangeForm(order, found, shop, today, data=request.POST)
    if not form.is_valid():
        return _page(request, order, form, status=422)
    return _send(request, order, form, found)


def _send(request: HttpRequest, order: Order, form: ChangeForm, found: Choice) -> HttpResponse:
    cleaned = form.cleaned_data
    try:
        outcome = perform(
            order.pk,
            NAME,
            actor=actor_of(request),
            key=f"change:{cleaned['key']}",
            mail_customer=cleaned["mail_customer"],
            expected_version=cleaned["version"],
            **form.details(),
        )
    except Refused as refused:
        if refused.code not in TOO_LATE:
            form.blame(refused)
            return _page(request, order, form, status=422)
        fresh = quote_of(order.public_id)
        if not fresh.is_draft:
            return _sent_already(request, fresh)
        messages.warning(request, say(refused))
        shop = Shop.get()
        again = ChangeForm(fresh, found, shop, local_day(shop, timezone.now()))
        for name, value in initial_after(form, request.POST.dict()).items():
            again.fields[name].initial = value
        return _page(request, fresh, again, status=409)
    told = {"number": outcome.order.number, "name": order.customer}
    if cleaned["mail_customer"]:
        messages.success(request, _("Firm offer #%(number)s is sent to %(name)s.") % told)
    else:
        messages.success(request, _("Firm offer #%(number)s is ready. %(name)s gets no e-mail.") % told)
    return see("bo_order", outcome.order.number)


def _sent_already(request: HttpRequest, order: Order) -> HttpResponse:
    """Pressed twice: the second time leads where the first one led. By somebody else: they are told."""
    try:
        own = order.history.filter(key=f"change:{UUID(request.POST.get('key', ''))}", name=NAME).exists()
    except ValueError:
        own = False
    if request.method == "POST" and not own:
        messages.warning(request, say(Refused("changed_meanwhile", status=order.status)))
    return leave(request, see("bo_order", order.number))


def _page(request: HttpRequest, order: Order, form: ChangeForm, status: int = 200) -> HttpResponse:
    context = {"order": order, "form": form, **offer_preview(order)}
    return render(request, "backoffice/quotation/send.html", context, status=status)
