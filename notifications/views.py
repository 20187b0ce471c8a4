"""The demo shop's mailbox: what would have been sent, to be read on this machine."""

from collections.abc import Callable
from functools import wraps
from itertools import chain

from csp.decorators import csp, csp_update
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from notifications import mailbox, rendering
from notifications.models import OutgoingEmail

PER_PAGE = 30
NEWEST = 1000  # a demo shop's; older ones are not searched

# A mail is a page of its own without any rights: no scripts, no forms, nothing from elsewhere, framed by us alone.
# Its links open in a tab of their own, with the rights of any page.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "img-src": ["data:"],
    "style-src": ["'unsafe-inline'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
View = Callable[..., HttpResponseBase]


def only_while_open(view: View) -> View:
    """Elsewhere the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not mailbox.is_open():
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(require_safe(guarded))


@only_while_open
def mailbox_list(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("to", "")
    kept = list(_kept().order_by("-created_at", "-pk")[:NEWEST])
    people = sorted(set(chain.from_iterable(_recipients(row) for row in kept)))
    found = [row for row in kept if not wanted or wanted in _recipients(row)]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"mail": row, "subject": rendering.subject(row)} for row in page]
    return render(request, "emails/mailbox.html", {"rows": rows, "page": page, "people": people, "wanted": wanted})


@only_while_open
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # knows only views without parameters
def mailbox_mail(request: HttpRequest, email: int) -> HttpResponse:
    row = get_object_or_404(_kept(), pk=email)
    return render(request, "emails/mailbox_mail.html", {"mail": row, "shown": rendering.render(row)})


@only_while_open
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]
def mailbox_html(request: HttpRequest, email: int) -> HttpResponse:
    """What the mail looks like, for the frame in its page."""
    row = get_object_or_404(_kept(), pk=email)
    return HttpResponse(rendering.standing_alone(rendering.render(row)).html)


def _kept() -> QuerySet[OutgoingEmail]:
    return OutgoingEmail.objects.filter(state=OutgoingEmail.State.KEPT)


def _recipients(row: OutgoingEmail) -> list[str]:
    return [*row.to, *row.cc]
