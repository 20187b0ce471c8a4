"""The quotation tool: drafts of the shop, for whom they are, and what can be done with one as a whole.

The quote itself is built on the quote page (orders/views/quote.py and quote_shop.py).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import customers
from accounts.models import Role, User
from accounts.roles import staff_required
from backoffice.quotation import NewCustomerForm, drafts
from backoffice.quotation import customers as to_choose_from
from orders import quotation
from orders.models import Order, Status
from orders.models.order import new_public_id
from orders.words import say
from orders.workflow.actors import Actor, staff
from orders.workflow.deed import Refused

PER_PAGE = 50


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    return staff(user_of(request))


def see(url_name: str, *args: object) -> HttpResponse:
    return HttpResponseRedirect(reverse(url_name, args=args), status=303)


def quote_of(public_id: str) -> Order:
    """A quote of the tool, sent or not."""
    orders = Order.objects.select_related("customer", "company", "price_list")
    return get_object_or_404(orders.filter(from_quotation_tool=True), public_id=public_id)


def on_quote(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets a quote that is still a draft; what was sent meanwhile is looked at as the order that it is."""

    @staff_required(Role.SALES)
    @never_cache
    @wraps(view)
    def found(request: HttpRequest, public_id: str) -> HttpResponse:
        order = quote_of(public_id)
        if order.is_draft:
            return view(request, order)
        if request.method == "POST":
            messages.error(request, say(Refused("lines_fixed", status=order.status)))
        return see("bo_order", order.number)

    return found


@staff_required(Role.SALES)
@require_safe
def bo_quotations(request: HttpRequest) -> HttpResponse:
    search = _search(request)
    mine = request.GET.get("mine") == "1"
    found = drafts(search, user_of(request) if mine else None)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "backoffice/quotation/list.html", {"page": page, "q": search, "mine": mine})


@staff_required(Role.SALES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bo_quotation_new(request: HttpRequest) -> HttpResponse:
    """For whom: somebody who is known, or a new customer entered on the spot. Pressed twice it makes one quote."""
    key = request.POST.get("key", "")
    if Order.objects.filter(public_id=key, from_quotation_tool=True, owner=user_of(request)).exists():
        return see("quote", key)

    def begin(customer: User) -> HttpResponse:
        order = quotation.start(customer, actor=actor_of(request), key=key)
        return see("quote", order.public_id)

    return _choosing(request, begin, key=key or new_public_id())


@on_quote
@require_http_methods(["GET", "HEAD", "POST"])
def bo_quotation_customer(request: HttpRequest, order: Order) -> HttpResponse:
    """The quote is for somebody else."""

    def change(customer: User) -> HttpResponse:
        quotation.set_customer(order.pk, customer, actor=actor_of(request))
        messages.success(request, _("The quote is for %(name)s now.") % {"name": customer})
        return see("quote", order.public_id)

    return _choosing(request, change, order=order)


def _choosing(request: HttpRequest, then: Callable[[User], HttpResponse], **more: Any) -> HttpResponse:
    """The page that asks for the customer, and what happens with the one chosen or entered."""
    posted = request.POST if request.method == "POST" else None
    chosen = request.POST.get("customer", "")
    form = NewCustomerForm(None if chosen else posted, user_of(request))
    status = 200
    if posted is not None:
        try:
            if chosen:
                return then(_customer(chosen))
            if form.is_valid():
                return then(customers.open_account(form.cleaned_data))
            status = 422
        except Refused as refused:
            messages.error(request, say(refused))
            status = 409
    search = _search(request)
    context = {"form": form, "people": to_choose_from(search), "q": search, **more}
    return render(request, "backoffice/quotation/customer.html", context, status=status)


def _customer(pk: str) -> User:
    if not (pk.isascii() and pk.isdigit() and len(pk) < 10):
        raise Http404
    found = User.objects.filter(is_active=True, roles=[]).select_related("company")
    return get_object_or_404(found, pk=int(pk))


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", " ").strip()[:100]


@on_quote
@require_safe
def bo_quotation_save(request: HttpRequest, order: Order) -> HttpResponse:
    """Everything is kept as it is typed: this is the way back to the list, which says so."""
    messages.success(request, _("The quote for %(name)s is saved as a draft.") % {"name": order.customer})
    return leave(request, see("bo_quotations"))


def leave(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Go on to another page, also where htmx asks, which it does once all that was typed is saved."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    return answer


@staff_required(Role.SALES)
@require_POST
def bo_quotation_copy(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new quote like this one, or like an order of any status."""
    sources = Order.objects.filter(status=Status.DRAFT, from_quotation_tool=True) | Order.objects.exclude(
        status=Status.DRAFT
    )
    source = get_object_or_404(sources.select_related("customer__company"), public_id=public_id)
    try:
        order = quotation.copy(source, actor=actor_of(request), key=request.POST.get("key", ""))
    except Refused as refused:
        messages.error(request, say(refused))
        return see("bo_quotations")
    messages.success(request, _("This is a new quote, at today's prices. Prices set by hand came along."))
    return see("quote", order.public_id)


@on_quote
@require_POST
def bo_quotation_discard(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        quotation.discard(order.pk)
    except Refused as refused:
        messages.error(request, say(refused))
    else:
        messages.success(request, _("The quote for %(name)s is discarded.") % {"name": order.customer})
    return see("bo_quotations")
