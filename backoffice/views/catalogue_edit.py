"""A page of the draft: one form, judged by the contract of the whole catalogue while somebody types and when saved."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import ValidationError

from backoffice.catalogue import form, posted, words
from backoffice.catalogue.diff import differences
from backoffice.catalogue.pages import Page, find, place_of
from backoffice.views.catalogue import draft_page, on_draft, person, see
from quoting import drafts
from quoting.models import PriceListVersion
from quoting.pricing.catalogue import Catalogue

MORE_ROWS = 5


def page_of(draft: PriceListVersion, where: str) -> Page:
    page = find(draft.payload, where)
    if page is None:
        raise Http404
    return page


@on_draft
@require_http_methods(["GET", "HEAD", "POST"])
def bo_draft_page(request: HttpRequest, draft: PriceListVersion, where: str) -> HttpResponse:
    page = page_of(draft, where)
    if request.method != "POST":
        return show(request, draft, page, posted.shown(page.fields, page.node(draft.payload)))
    entered = posted.typed(page.fields, request.POST.dict())
    if asked := request.POST.get("rows", ""):
        return show(request, draft, page, rearranged(entered, asked), blanks=MORE_ROWS if asked == "more" else 1)
    return _save(request, draft, page, entered)


def _save(request: HttpRequest, draft: PriceListVersion, page: Page, entered: posted.Typed) -> HttpResponse:
    values, seen = posted.cleaned(page.fields, entered), request.POST.get("seen", "")

    def edit(document: dict[str, Any]) -> dict[str, Any]:
        now = find(document, page.where)
        if now is None or now.seen(document) != seen:
            raise drafts.Outdated
        return now.put(document, values)

    try:
        drafts.change(person(request), edit)
    except ValidationError as found:
        return show(request, draft, page, entered, form.judged(found, page.loc, entered), status=422)
    except drafts.Outdated:
        return _overtaken(request, page, entered, values)
    messages.success(request, _("Saved in the draft. Customers see it once it is published."))
    return see("bo_draft_page", page.where)


def _overtaken(request: HttpRequest, page: Page, entered: posted.Typed, values: dict[str, Any]) -> HttpResponse:
    """Somebody else was faster: what is typed stays, and what differs from theirs is shown above it."""
    fresh = drafts.draft()
    now = find(fresh.payload, page.where) if fresh else None
    if fresh is None or now is None:
        context = {"page": page, "values": posted_lines(entered)}
        return render(request, "backoffice/catalogue/gone.html", context, status=409)
    try:
        document = Catalogue.model_validate(now.put(fresh.payload, values)).model_dump(mode="json")
        errors: form.Errors = {}
    except ValidationError as found:
        document, errors = fresh.payload, form.judged(found, now.loc, entered)
    theirs = differences(fresh.payload, document)
    return show(request, fresh, now, entered, errors, status=409, theirs=theirs, overtaken=True)


def posted_lines(entered: posted.Typed, inside: str = "") -> list[str]:
    """What was typed, as lines to be copied from: its place is gone."""
    lines: list[str] = []
    for name, value in entered.items():
        if isinstance(value, dict):
            lines += posted_lines(value, f"{inside}{name}.")
        elif isinstance(value, list):
            for place, row in enumerate(value, 1):
                lines += posted_lines(row, f"{inside}{name}.{place}.")
        elif value:
            lines.append(f"{inside}{name}: {value}")
    return lines


def show(
    request: HttpRequest,
    draft: PriceListVersion,
    page: Page,
    entered: posted.Typed,
    errors: form.Errors | None = None,
    *,
    status: int = 200,
    blanks: int = 1,
    **more: Any,
) -> HttpResponse:
    found, currency = errors or {}, draft.payload["currency"]
    context = {
        "draft": draft,
        "page": page,
        "seen": page.seen(draft.payload) if status != 422 else request.POST.get("seen", ""),
        "controls": form.controls(page.fields, entered, found, currency, blanks=blanks),
        "errors": found.get((), []),
        "has_errors": bool(found),
        **more,
    }
    if request.POST.get("rows"):  # what others did since then is told when it is saved
        context["seen"] = request.POST.get("seen", "")
    return render(request, "backoffice/catalogue/page.html", context, status=status)


def rearranged(entered: posted.Typed, asked: str) -> posted.Typed:
    """Rows moved or dropped in the form, before anything is saved: "up:lead_times.2", "drop:lead_times.0"."""
    deed, _colon, path = asked.partition(":")
    name, _point, place = path.rpartition(".")
    owner: Any = entered
    for step in name.split(".")[:-1]:
        owner = owner.get(step) if isinstance(owner, dict) else None
    rows = owner.get(name.split(".")[-1]) if isinstance(owner, dict) else None
    index = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    if isinstance(rows, list) and 0 <= index < len(rows):
        row = rows.pop(index)
        if deed == "up":
            rows.insert(max(0, index - 1), row)
    return entered


# --- members of the lists that have pages


@on_draft
@require_POST
def bo_draft_copy(request: HttpRequest, draft: PriceListVersion, where: str) -> HttpResponse:
    """A new process, material, print profile or way of shipping, as a copy of one that is there."""
    name = " ".join(request.POST.get("name", "").split())[:80]
    key = slugify(name).replace("-", "_")[:60]
    made: list[str] = []

    def edit(document: dict[str, Any]) -> dict[str, Any]:
        rows, _place = member(document, where)
        place = place_of(rows, where.split("/")[-1])
        assert place is not None
        made.append(free_key(rows, key))
        return with_rows(document, where, [*rows, {**rows[place], "key": made[-1], "name": name}])

    if not key:
        return draft_page(request, draft, status=422, error=_("Give the copy a name."), copying=where)
    try:
        drafts.change(person(request), edit)
    except ValidationError as found:
        return draft_page(request, draft, status=422, error=words.error(found.errors()[0]), copying=where)
    except drafts.Outdated:
        return see("bo_catalogue")
    messages.success(request, _("“%(name)s” is in the draft: see what it says.") % {"name": name})
    inside = where.split("/")[:-1]
    if not inside:
        return see("bo_draft_page", f"{made[0]}/basics")
    return see("bo_draft_page", "/".join([*inside, made[0]]))


@on_draft
@require_POST
def bo_draft_remove(request: HttpRequest, draft: PriceListVersion, where: str) -> HttpResponse:
    def edit(document: dict[str, Any]) -> dict[str, Any]:
        rows, place = member(document, where)
        return with_rows(document, where, [*rows[:place], *rows[place + 1 :]])

    try:
        drafts.change(person(request), edit)
    except ValidationError as found:
        return draft_page(request, draft, status=422, error=words.error(found.errors()[0]))
    except drafts.Outdated:
        return see("bo_catalogue")
    messages.success(request, _("It is gone from the draft. Price lists that hold or held it keep it."))
    return see("bo_draft")


def member(document: dict[str, Any], where: str) -> tuple[list[dict[str, Any]], int]:
    """The list that something is in, and its place: "fdm", "shipping/dhl", "fdm/materials/pla"."""
    rows = rows_of(document, where)
    place = place_of(rows, where.split("/")[-1])
    if place is None:
        raise Http404
    return rows, place


def rows_of(document: dict[str, Any], where: str) -> list[dict[str, Any]]:
    match where.split("/"):
        case [_process]:
            return list(document["processes"])
        case ["shipping", _method]:
            return list(document["shipping"])
        case [process, ("materials" | "profiles") as name, _key]:
            place = place_of(document["processes"], process)
            if place is not None:
                return list(document["processes"][place][name])
    raise Http404


def with_rows(document: dict[str, Any], where: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    match where.split("/"):
        case [_process]:
            return {**document, "processes": rows}
        case ["shipping", _method]:
            return {**document, "shipping": rows}
        case [process, name, _key]:
            processes = [{**one, name: rows} if one["key"] == process else one for one in document["processes"]]
            return {**document, "processes": processes}
    raise Http404


def free_key(rows: list[dict[str, Any]], key: str) -> str:
    taken = {row["key"] for row in rows}
    numbered = (f"{key[:56]}_{number}" for number in range(2, 1000))
    return key if key not in taken else next(one for one in numbered if one not in taken)
