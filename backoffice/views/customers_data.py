"""Merging customers, handing out what is kept about them, erasing it. Managers alone do this."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.merging import owned_by
from accounts.models import Activity, Company, Role, User
from accounts.roles import staff_required
from backoffice.customers import asked, duplicates_of
from backoffice.views.catalogue import person as who
from backoffice.views.catalogue import see
from backoffice.views.customers import customer
from orders import customers, personal
from orders.models import Order
from quoting.models import Part

managers_only = staff_required(Role.MANAGER)
form_page = require_http_methods(["GET", "HEAD", "POST"])
SAID = {
    "same": gettext_lazy("Choose another one: nobody is merged with themselves."),
    "gone": gettext_lazy("One of them was merged or erased meanwhile."),
    "elsewhere": gettext_lazy("They belong to different customers: merge those first."),
    "staff": gettext_lazy("Staff cannot be merged."),
}


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _merged(request: HttpRequest, merge: Callable[..., Any], gone: Model, stays: Model | None) -> tuple[str, int]:
    """What is said against it, and the status of the answer; nothing when it is done."""
    if stays is None or not request.POST.get("sure"):
        return _("Choose the one that stays, and confirm that this cannot be undone."), 422
    try:
        merge(gone.pk, stays.pk, by=who(request))
    except customers.CannotMerge as why:
        return str(SAID[why.code]), 409
    messages.success(request, _("Merged. All of it is here now."))
    return "", 200


@managers_only
@form_page
def bo_company_merge(request: HttpRequest, company: int) -> HttpResponse:
    """Choose the other one, see what moves, confirm. `company` goes away, `into` stays."""
    gone = get_object_or_404(Company, pk=company, merged_into=None, erased_at=None)
    into = _number((request.POST if request.method == "POST" else request.GET).get("into"))
    stays = Company.objects.filter(pk=into, merged_into=None, erased_at=None).exclude(pk=gone.pk).first()
    error, status = "", 200
    if request.method == "POST":
        error, status = _merged(request, customers.merge, gone, stays)
        if not error and stays:
            return see("bo_company", stays.pk)
    q = asked(request.GET.dict())
    moves = [(model._meta.verbose_name_plural, many) for model, _field, many in owned_by(gone) if many]
    context: dict[str, Any] = {"gone": gone, "stays": stays, "moves": moves, "error": error, "q": q}
    if stays is None:
        context["found"] = duplicates_of(gone, q)
    return render(request, "backoffice/customers/merge.html", context, status=status)


@managers_only
@form_page
def bo_person_merge(request: HttpRequest, person: int) -> HttpResponse:
    gone = customer(person)
    others = User.objects.filter(company=gone.company_id, merged_into=None, erased_at=None, roles=[]).exclude(pk=person)
    into = _number((request.POST if request.method == "POST" else request.GET).get("into"))
    stays = others.filter(pk=into).first()
    error, status = "", 200
    if request.method == "POST":
        error, status = _merged(request, customers.merge_people, gone, stays)
        if not error and stays:
            return see("bo_person", stays.pk)
    moves = [
        (_("orders"), Order.objects.filter(customer=gone).count()),
        (_("models"), Part.objects.filter(uploaded_by=gone).count()),
    ]
    context = {
        "gone": gone,
        "stays": stays,
        "moves": moves,
        "found": others.order_by("name", "pk")[:50],
        "error": error,
    }
    return render(request, "backoffice/customers/merge_people.html", context, status=status)


@managers_only
@require_safe
def bo_company_export(request: HttpRequest, company: int) -> Any:
    found = get_object_or_404(Company, pk=company)
    Activity.record(who(request), "data_exported", f"company:{company}")
    return _zip(personal.export(list(found.members.order_by("pk")), found), f"customer-{company}-{slugify(str(found))}")


@managers_only
@require_safe
def bo_person_export(request: HttpRequest, person: int) -> Any:
    found = customer(person)
    Activity.record(who(request), "data_exported", f"person:{person}")
    return _zip(personal.export([found], None), f"person-{person}")


def _zip(made: Any, name: str) -> Any:
    return FileResponse(made, as_attachment=True, filename=f"{name}.zip", content_type="application/zip")


@managers_only
@form_page
def bo_company_erase(request: HttpRequest, company: int) -> HttpResponse:
    found = get_object_or_404(Company, pk=company, merged_into=None, erased_at=None)
    people = list(found.members.filter(erased_at=None))
    do = lambda: personal.erase_company(found, by=who(request), now=timezone.now())  # noqa: E731
    return _erase(request, found, personal.still_open(people, found), do, "bo_company")


@managers_only
@form_page
def bo_person_erase(request: HttpRequest, person: int) -> HttpResponse:
    found = get_object_or_404(User, pk=customer(person).pk, merged_into=None, erased_at=None)
    do = lambda: personal.erase_person(found, by=who(request), now=timezone.now())  # noqa: E731
    return _erase(request, found, personal.still_open([found]), do, "bo_person")


def _erase(request: HttpRequest, found: Any, waiting: list[Order], do: Any, back: str) -> HttpResponse:
    status, error = 200, ""
    if request.method == "POST":
        if not request.POST.get("sure"):
            status, error = 422, _("Confirm that this cannot be undone.")
        else:
            try:
                do()
            except personal.StillOpen:
                status = 409
            else:
                messages.success(request, _("The data are erased. Invoices and what was agreed are kept."))
                return see(back, found.pk)
    context = {"found": found, "waiting": waiting, "error": error, "back": back}
    return render(request, "backoffice/customers/erase.html", context, status=status)
