"""Uploading models: the front door and the "add more parts" of a draft. One bad file never blocks the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orders import drafts
from orders.access import Owner, actor_of, draft_for, drafts_of, owner_of
from orders.front_page import front_page
from orders.models import Order
from orders.uploads import FILES_FIELD, dropped_files, takes_models
from orders.words import say
from orders.workflow.deed import Refused
from quoting.geometry.values import Reason
from quoting.models import Part
from quoting.names import ENDINGS, FORMATS, obstacle, shown_name
from quoting.services import current_price_list, receive


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file was not taken in."""

    name: str
    text: str
    status: int


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return _front_door(request)


def _front_door(request: HttpRequest, status: int = 200) -> HttpResponse:
    context = {
        "front": front_page(current_price_list().catalogue),
        "open_draft": drafts_of(request)
        .filter(from_quotation_tool=False)
        .order_by("-created_at")
        .exclude(lines=None)
        .first(),
        **upload_context(reverse("quote_start")),
    }
    return render(request, "portal/quote/home.html", context, status=status)


def upload_context(action: str) -> dict[str, Any]:
    """What templates/partials/upload.html needs."""
    return {
        "action": action,
        "accept": ",".join(ENDINGS),
        "formats": FORMATS,
        "max_bytes": settings.MAX_UPLOAD_BYTES,
    }


@takes_models
@require_POST
def quote_start(request: HttpRequest) -> HttpResponse:
    """Files at the front door make a new draft."""
    owner = owner_of(request)
    parts, problems = take_in(request, owner)
    if not parts:
        return _nothing(request, problems)
    order = drafts.start(company=owner.company, user=owner.user, guest_key=owner.guest_key)
    drafts.add_parts(order.pk, parts, actor=actor_of(request, order))
    return _added(request, order, problems, to_page=True)


@takes_models
@require_POST
def quote_upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """More files for a draft. They belong to whom the draft belongs."""
    order = draft_for(request, public_id)
    user = owner_of(request).user
    parts, problems = take_in(request, Owner(user, order.company, order.guest_key))
    if not parts:
        return _nothing(request, problems, order)
    try:
        drafts.add_parts(order.pk, parts, actor=actor_of(request, order))
    except Refused as refused:
        return _nothing(request, [Problem(parts[0].name, say(refused), 409)])
    return _added(request, order, problems)


@takes_models
@require_POST
def line_replace(request: HttpRequest, public_id: str, line_id: int) -> HttpResponse:
    """Another file for a line; what was chosen for it stays."""
    order = draft_for(request, public_id)
    user = owner_of(request).user
    parts, problems = take_in(request, Owner(user, order.company, order.guest_key))
    if not parts:
        return _nothing(request, problems, order)
    try:
        drafts.replace_part(order.pk, line_id, parts[0], actor=actor_of(request, order))
    except Refused as refused:
        return _nothing(request, [Problem(parts[0].name, say(refused), 409)], order)
    return redirect(reverse("quote", args=[public_id]) + f"#line-{line_id}")


def take_in(request: HttpRequest, owner: Owner, field: str = FILES_FIELD) -> tuple[list[Part], list[Problem]]:
    """Parts of the files that can be used, and a sentence for each of the others."""
    parts, problems = [], []
    for upload in request.FILES.getlist(field):
        name = upload.name or ""
        if reason := obstacle(name, upload.size):
            problems.append(Problem(shown_name(name), say(reason), 422))
            continue
        try:
            part = receive(
                upload,
                name=name,
                company=owner.company,
                user=owner.user,
                guest_key=owner.guest_key,
                now=timezone.now(),
            )
        except OSError:
            problems.append(_no_room(name))
        else:
            parts.append(part)
    too_large, no_room = dropped_files(request)
    limit = Reason(code="too_large", params={"limit_mb": str(settings.MAX_UPLOAD_BYTES // 1024**2)})
    problems += [Problem(shown_name(name), say(limit), 413) for name in too_large]
    problems += [_no_room(name) for name in no_room]
    return parts, problems


def _no_room(name: str) -> Problem:
    return Problem(shown_name(name), _("There is no room for the file at the moment. Please try again later."), 507)


def _added(request: HttpRequest, order: Order, problems: Sequence[Problem], to_page: bool = False) -> HttpResponse:
    """Some files were taken in. Scripts send one file at a time, so that there are no problems beside it."""
    if _wants_json(request):
        answer = {"ok": True, "upload": reverse("quote_upload", args=[order.public_id])}
        if to_page:
            answer["location"] = reverse("quote", args=[order.public_id])
        return JsonResponse(answer)
    _tell(request, problems)
    return redirect("quote", order.public_id)


def _nothing(request: HttpRequest, problems: Sequence[Problem], order: Order | None = None) -> HttpResponse:
    """No file was taken in: why."""
    problems = problems or [Problem("", _("Choose a file first."), 422)]
    if _wants_json(request):
        return JsonResponse({"ok": False, "message": " ".join(one.text for one in problems)}, status=problems[0].status)
    _tell(request, problems)
    if order is not None:
        return redirect("quote", order.public_id)
    return _front_door(request, status=problems[0].status)


def _tell(request: HttpRequest, problems: Sequence[Problem]) -> None:
    for one in problems:
        messages.error(request, f"{one.name}: {one.text}" if one.name else one.text)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
