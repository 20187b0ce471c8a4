"""Who may see what: one helper per kind of object is the only way to it. What is not yours does not exist (404).

A guest is known by a key in the session; who signs in takes along what they made as a guest.
"""

from dataclasses import dataclass
from secrets import token_urlsafe

from allauth.account.adapter import get_adapter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Company, PriceDetail, Role, Shop, User
from accounts.roles import has_role
from orders import drafts, links
from orders.models import Order, Status
from orders.workflow import actors
from orders.workflow.actors import Actor
from quoting.models import Part

GUEST_KEY = "guest_key"  # in the session


@dataclass(frozen=True, slots=True)
class Owner:
    """To whom a new draft and its parts belong: a company and its member, or a guest's key."""

    user: User | None
    company: Company | None
    guest_key: str


def owner_of(request: HttpRequest) -> Owner:
    """Whoever sends this request, as the owner of what they start. A guest is given a key."""
    user = _user(request)
    if user is not None:
        _claim(request, user)
        return Owner(user, user.company, "")
    if GUEST_KEY not in request.session:
        request.session[GUEST_KEY] = token_urlsafe(24)
    return Owner(None, None, request.session[GUEST_KEY])


def actor_of(request: HttpRequest, order: Order) -> Actor:
    """Whoever sends this request, as somebody who acts on an order. Staff are customers where the order is their own."""
    user = _user(request)
    builds = order.is_draft and order.from_quotation_tool
    if user is not None and user.is_staff and (builds or not actors.belongs_to(order, user)):
        return actors.staff(user)
    return actors.customer(user, ip=client_ip(request), user_agent=request.headers.get("User-Agent", ""))


def price_detail(request: HttpRequest) -> PriceDetail:
    """How much of the making of a price is shown to whoever sends this request."""
    user = _user(request)
    return PriceDetail.FORMULAS if user is not None and user.is_staff else PriceDetail(Shop.get().price_detail)


def client_ip(request: HttpRequest) -> str | None:
    """As the log-in's rate limits see it: behind a proxy, what the proxy says."""
    return get_adapter().get_client_ip(request) or None


def draft_for(request: HttpRequest, public_id: str) -> Order:
    return get_object_or_404(drafts_of(request), public_id=public_id)


def draft_or_order_for(request: HttpRequest, public_id: str) -> Order:
    """For the address of a draft, which people keep: it may have become an order."""
    return get_object_or_404(_orders_of(request), public_id=public_id)


def order_for(request: HttpRequest, public_id: str) -> Order:
    """A submitted order: one's own, or one whose link from a mail was opened in this session."""
    order = get_object_or_404(_all_orders().exclude(status=Status.DRAFT), public_id=public_id)
    if links.granted(request, order.pk, timezone.now()):
        return order
    return get_object_or_404(_orders_of(request), pk=order.pk)


def actor_on(request: HttpRequest, order: Order) -> Actor:
    """Whoever sends this request, on the pages of a submitted order: there everybody acts as a customer, staff too.

    Who came by a link in a mail and is nobody else acts for the person to whom it was sent.
    """
    user, by_link = _user(request), False
    if not actors.belongs_to(order, user) and links.granted(request, order.pk, timezone.now()):
        user, by_link = order.customer, True
    agent = request.headers.get("User-Agent", "")
    return actors.customer(user, ip=client_ip(request), user_agent=agent, by_link=by_link)


def part_for(request: HttpRequest, part_id: int) -> Part:
    parts = Part.objects.select_related("file", "measurement__thumbnail")
    user = _user(request)
    if opened := request.session.get(links.GRANTS):
        shown = Order.objects.filter(pk__in=opened, lines__part=part_id).values_list("pk", flat=True)
        if any(links.granted(request, order, timezone.now()) for order in shown):
            return get_object_or_404(parts, pk=part_id)
    if user is None:
        key = request.session.get(GUEST_KEY)
        return get_object_or_404(parts.filter(guest_key=key) if key else parts.none(), pk=part_id)
    _claim(request, user)
    if user.is_staff:
        seen = Order.objects.filter(~Q(status=Status.DRAFT) | Q(from_quotation_tool=True), lines__part=OuterRef("pk"))
        return get_object_or_404(parts.filter(Exists(seen) | _belongs_to(user, "uploaded_by")), pk=part_id)
    return get_object_or_404(parts.filter(_belongs_to(user, "uploaded_by")), pk=part_id)


def builds_quote(request: HttpRequest, order: Order) -> bool:
    """Whether whoever sends this request builds this quote for a customer: then its page has the shop's powers."""
    return order.is_draft and order.from_quotation_tool and actor_of(request, order).is_staff


def asks_to_sign_in(request: HttpRequest, public_id: str) -> bool:
    """Nobody is signed in (any more), and the address is that of a quote that staff are building."""
    quotes = Order.objects.filter(public_id=public_id, status=Status.DRAFT, from_quotation_tool=True)
    return _user(request) is None and quotes.exists()


def parts_of(user: User) -> QuerySet[Part]:
    """What the user or their company uploaded."""
    return Part.objects.select_related("file", "measurement").filter(_belongs_to(user, "uploaded_by"))


def drafts_of(request: HttpRequest) -> QuerySet[Order]:
    return _orders_of(request).filter(status=Status.DRAFT)


def _orders_of(request: HttpRequest) -> QuerySet[Order]:
    orders = _all_orders()
    user = _user(request)
    if user is None:
        key = request.session.get(GUEST_KEY)
        return orders.filter(guest_key=key) if key else orders.none()
    _claim(request, user)
    return orders_of(user)


def orders_of(user: User) -> QuerySet[Order]:
    """Drafts and orders that somebody may see who is known: by a log-in, or by a key."""
    orders, own = _all_orders(), _belongs_to(user, "customer")
    if user.is_staff:
        seen = own | ~Q(status=Status.DRAFT)
        return orders.filter(seen | Q(from_quotation_tool=True) if has_role(user, Role.SALES) else seen)
    # What staff are still building in the quotation tool is nobody else's business yet.
    return orders.filter(own).exclude(status=Status.DRAFT, from_quotation_tool=True)


def _all_orders() -> QuerySet[Order]:
    return Order.objects.select_related("price_list", "company").defer("price_list__payload")


def _belongs_to(user: User, person: str) -> Q:
    """What is the user's own or their company's. A user without a company shares nothing."""
    own = Q(**{person: user})
    return own | Q(company_id=user.company_id) if user.company_id else own


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _claim(request: HttpRequest, user: User) -> None:
    """Take along what was made as a guest before signing in."""
    if key := request.session.pop(GUEST_KEY, ""):
        drafts.claim(key, user)
