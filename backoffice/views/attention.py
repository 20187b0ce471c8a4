"""What is stuck or waits too long, and what each e-mail looks like before anybody gets it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Shop
from accounts.roles import staff_required
from backoffice.attention import attention
from backoffice.views.emails import MAIL_POLICY
from notifications.matrix import EVENTS
from notifications.models import OutgoingEmail
from notifications.rendering import Rendered, preview, subject
from orders.models import Order, Status
from orders.workflow.facts import facts


@staff_required()
@require_safe
@never_cache
def bo_attention(request: HttpRequest) -> HttpResponse:
    return render(request, "backoffice/attention.html", {"kinds": attention(timezone.now())})


@staff_required()
@require_safe
def bo_previews(request: HttpRequest) -> HttpResponse:
    """Every mail that is owed, as it would look about the newest order."""
    order = sample_order()
    rows = (
        [] if order is None else [sample_row(order, name, who) for name, one in EVENTS.items() for who in one.audiences]
    )
    mails = [{"event": row.event, "audience": row.audience, "subject": subject(row)} for row in rows]
    return render(request, "backoffice/previews.html", {"mails": mails, "order": order})


@staff_required()
@require_safe
def bo_preview(request: HttpRequest, event: str, audience: str) -> HttpResponse:
    """One of them, for the frame in the page; `text` shows the plain twin."""
    order = sample_order()
    if order is None or event not in EVENTS or audience not in EVENTS[event].audiences:
        raise Http404
    mail: Rendered = preview(sample_row(order, event, audience))
    if "text" in request.GET:
        return HttpResponse(mail.text, content_type="text/plain; charset=utf-8")
    response = HttpResponse(mail.html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def sample_order(number: str = "") -> Order | None:
    """The order that is asked for, else the newest that everything can be said of."""
    found = Order.objects.exclude(status=Status.DRAFT).exclude(customer=None).select_related("customer", "company")
    digits = number.strip().removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 10 and (one := found.filter(number=int(digits)).first()):
        return one
    return found.order_by("-number").first()


def sample_row(order: Order, event: str, audience: str) -> OutgoingEmail:
    """A mail that is in no outbox: with a note, and an amount where it needs one."""
    shop = Shop.get()
    after = event if event in Status.values else order.status
    told = facts(
        order,
        audience,
        shop.language,
        before=Status.PLACED if after != Status.PLACED else Status.DRAFT,
        after=after,
        note="",
        amount=str(order.total),
    )
    to = [order.customer.email if order.customer and audience == "customer" else shop.order_email]
    return OutgoingEmail(
        event=event,
        audience=audience,
        language=shop.language,
        to=to,
        facts=told,
        message_id="<preview@localhost>",
        created_at=timezone.now(),
    )
