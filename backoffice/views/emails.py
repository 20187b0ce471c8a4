"""The e-mail log: every mail, its state, what it says; a refused one can be sent again."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.roles import has_role, staff_required
from backoffice.mails import MailListing, MailWish, listing, order_key
from notifications.delivery import send_again
from notifications.matrix import ACCOUNT_EVENT
from notifications.models import OutgoingEmail
from notifications.outbox import wake
from notifications.rendering import preview, subject
from orders.models import Order

# A mail is a page of its own without any rights: no scripts, no forms, nothing from elsewhere, framed by us alone.
MAIL_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@staff_required()
@require_safe
def bo_emails(request: HttpRequest) -> HttpResponse:
    found = listing(MailWish.read(request.GET.dict()))
    context = {
        "listing": found,
        "wish": found.wish,
        "page": found.page,
        "chips": _chips(found),
        "sends": bool(settings.SMTP_URL),
    }
    return render(request, "backoffice/emails.html", context)


def _chips(found: MailListing) -> list[dict[str, object]]:
    return [
        {
            "label": state.label,
            "count": found.counts.get(state, 0),
            "url": found.wish.link(state=state.value),
            "is_current": found.wish.state == state,
        }
        for state in OutgoingEmail.State
    ]


@staff_required()
@require_safe
def bo_email(request: HttpRequest, email: int) -> HttpResponse:
    mail = get_object_or_404(OutgoingEmail, pk=email)
    order = Order.objects.only("number").filter(pk=order_key(mail) or 0).first()
    refused = mail.state == OutgoingEmail.State.REFUSED
    context = {
        "mail": mail,
        "order": order,
        "subject": subject(mail),
        "shown": None if is_private(mail) else preview(mail),
        "may_retry": refused and not is_private(mail) and has_role(request.user, Role.SALES),
    }
    return render(request, "backoffice/email.html", context)


@staff_required()
@require_safe
def bo_email_html(request: HttpRequest, email: int) -> HttpResponse:
    """What the mail looks like, for the frame in its page. Links that act for the customer are masked."""
    mail = get_object_or_404(OutgoingEmail, pk=email)
    if is_private(mail):
        raise Http404
    response = HttpResponse(preview(mail).html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, no-store"
    return response


def is_private(mail: OutgoingEmail) -> bool:
    """Mails of the log-in hold links that sign somebody in: staff never see them, and their text is not kept."""
    return mail.event == ACCOUNT_EVENT


@staff_required(Role.SALES)
@require_POST
def bo_email_retry(request: HttpRequest, email: int) -> HttpResponse:
    mail = get_object_or_404(OutgoingEmail, pk=email)
    if not is_private(mail) and send_again(mail.pk, timezone.now()):
        wake([mail])
        messages.success(request, _("The e-mail will be sent again in a moment."))
    else:
        messages.info(request, _("This e-mail is not refused (any more): nothing was changed."))
    return HttpResponseRedirect(reverse("bo_email", args=[mail.pk]), status=303)
