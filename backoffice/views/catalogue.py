"""The price lists: which one holds, the draft, publishing, comparing, going back."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import ValidationError

from accounts.models import Role, User
from accounts.roles import staff_required
from backoffice.catalogue import words
from backoffice.catalogue.diff import Difference, differences
from backoffice.catalogue.pages import LISTS, SECTIONS
from quoting import drafts, services
from quoting.models import PriceListVersion
from quoting.pricing.catalogue import Catalogue

managers_only = staff_required(Role.MANAGER)
MOST_LISTS = 50
MOST_BYTES = 5_000_000


def see(name: str, *args: object, fragment: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=args) + fragment, status=303)


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def on_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the draft. Where there is none (any more) the way leads to the price lists."""

    @managers_only
    @wraps(view)
    def found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = drafts.draft()
        if draft is not None:
            return view(request, draft, *args, **kwargs)
        messages.info(request, _("There is no draft: it was published or thrown away. Start a new one."))
        return see("bo_catalogue")

    return found


@managers_only
@require_safe
def bo_catalogue(request: HttpRequest) -> HttpResponse:
    services.current_price_list()  # a new shop gets its first
    published = PriceListVersion.objects.filter(state=PriceListVersion.State.PUBLISHED)
    rows = published.defer("payload").select_related("published_by").order_by("-number")[:MOST_LISTS]
    context = {"lists": rows, "draft": drafts.draft()}
    return render(request, "backoffice/catalogue/lists.html", context)


@managers_only
@require_POST
def bo_draft_start(request: HttpRequest) -> HttpResponse:
    drafts.start(person(request))
    return see("bo_draft")


@on_draft
@require_safe
def bo_draft(request: HttpRequest, draft: PriceListVersion) -> HttpResponse:
    return draft_page(request, draft)


def draft_page(request: HttpRequest, draft: PriceListVersion, *, status: int = 200, **more: Any) -> HttpResponse:
    document = draft.payload
    changed = changes(draft)
    context = {
        "draft": draft,
        "document": document,
        "processes": [_process(row) for row in document["processes"]],
        "changes": changed,
        **more,
    }
    return render(request, "backoffice/catalogue/draft.html", context, status=status)


def _process(row: dict[str, Any]) -> dict[str, Any]:
    fits = row["technology"]
    return {
        "row": row,
        "sections": [one for one in SECTIONS if not one.technologies or fits in one.technologies],
        "lists": [
            {"name": name, "title": title, "rows": row[name]}
            for name, (title, _model, technologies) in LISTS.items()
            if not technologies or fits in technologies
        ],
    }


def changes(draft: PriceListVersion) -> list[Difference]:
    base = PriceListVersion.objects.filter(number=draft.based_on or 0).first()
    return differences(base.payload, draft.payload) if base else []


@on_draft
@require_POST
def bo_draft_publish(request: HttpRequest, draft: PriceListVersion) -> HttpResponse:
    note = " ".join(request.POST.get("note", "").split())[:200]
    try:
        row = drafts.publish_draft(person(request), request.POST.get("seen", ""), note)
    except drafts.Outdated:
        error = _("The draft was changed by somebody else since you opened this page. Look at it again, then publish.")
        return draft_page(request, draft, status=409, error=error, note=note)
    messages.success(request, _("Price list %(number)s holds from now on.") % {"number": row.number})
    return see("bo_catalogue")


@on_draft
@require_POST
def bo_draft_discard(request: HttpRequest, draft: PriceListVersion) -> HttpResponse:
    try:
        drafts.discard(person(request), request.POST.get("seen", ""))
    except drafts.Outdated:
        error = _("The draft was changed by somebody else since you opened this page: it is still there.")
        return draft_page(request, draft, status=409, error=error)
    messages.success(request, _("The draft is gone. Nothing has changed for customers."))
    return see("bo_catalogue")


@managers_only
@require_safe
def bo_price_list(request: HttpRequest, number: int) -> HttpResponse:
    """A published one beside another: what has changed from the earlier to this."""
    found = _published(number)
    wanted = request.GET.get("with", "")
    other = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else number - 1
    compared = PriceListVersion.objects.filter(number=other, state=PriceListVersion.State.PUBLISHED).first()
    context = {
        "list": found,
        "other": compared,
        "changes": differences(compared.payload, found.payload) if compared else [],
        "numbers": PriceListVersion.objects.filter(state=PriceListVersion.State.PUBLISHED)
        .exclude(pk=found.pk)
        .order_by("-number")
        .values_list("number", flat=True)[:MOST_LISTS],
        "current": services.current_price_list(),
    }
    return render(request, "backoffice/catalogue/list.html", context)


def _published(number: int) -> PriceListVersion:
    return get_object_or_404(PriceListVersion, number=number, state=PriceListVersion.State.PUBLISHED)


@managers_only
@require_POST
def bo_price_list_again(request: HttpRequest, number: int) -> HttpResponse:
    """Go back: an old price list holds again, under the next number."""
    old = _published(number)
    row = drafts.publish_again(person(request), old, _("As price list %(number)s") % {"number": number})
    messages.success(
        request,
        _("Price list %(number)s holds from now on, the same as %(old)s.") % {"number": row.number, "old": number},
    )
    return see("bo_catalogue")


@managers_only
@require_safe
def bo_price_list_json(request: HttpRequest, number: int) -> HttpResponse:
    """The whole document; number 0 is the draft."""
    row = get_object_or_404(PriceListVersion, number=number)
    text = json.dumps(row.payload, indent=2, ensure_ascii=False)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"price-list-{number}.json" if number else "price-list-draft.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@on_draft
@require_http_methods(["GET", "HEAD", "POST"])
def bo_draft_import(request: HttpRequest, draft: PriceListVersion) -> HttpResponse:
    """Put a whole document in place of the draft: a file, or text that is given back when it is refused."""
    if request.method != "POST":
        return render(request, "backoffice/catalogue/import.html", {"draft": draft})
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) <= MOST_BYTES:
        text = file.read().decode("utf-8", "replace")
    else:
        text = request.POST.get("text", "")
    try:
        catalogue = Catalogue.model_validate(json.loads(text))
        drafts.change(person(request), lambda _old: catalogue.model_dump(mode="json"), request.POST.get("seen", ""))
    except ValidationError as found:
        errors = [(" › ".join(map(str, one["loc"])) or "–", words.error(one)) for one in found.errors()[:50]]
        return _refused(request, draft, text, errors, 422)
    except ValueError as found:  # no JSON
        return _refused(request, draft, text, [("JSON", str(found))], 422)
    except drafts.Outdated:
        errors = [("–", _("The draft was changed by somebody else meanwhile. Import again to replace that."))]
        return _refused(request, drafts.draft() or draft, text, errors, 409)
    messages.success(request, _("The draft is what you imported. Below is what differs."))
    return see("bo_draft")


def _refused(
    request: HttpRequest, draft: PriceListVersion, text: str, errors: list[tuple[str, str]], status: int
) -> HttpResponse:
    context = {"draft": draft, "text": text, "errors": errors}
    return render(request, "backoffice/catalogue/import.html", context, status=status)
