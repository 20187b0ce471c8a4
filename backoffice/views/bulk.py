"""Change the status of the orders that were ticked in the list, and say what came of it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import staff_required
from backoffice import words
from backoffice.bulk import BulkForm, change_all, offered, picked
from backoffice.changing import is_grave
from orders.models import Order, Status
from orders.workflow.actors import staff
from orders.workflow.door import TARGETS

KEPT = 5  # results, so that the page can be read again


@staff_required()
@require_http_methods(["GET", "HEAD", "POST"])
def bo_bulk(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    actor, given = staff(request.user), request.POST if request.method == "POST" else request.GET
    name, chosen = given.get("transition", ""), picked(given.getlist("order"))
    if not chosen or not name:
        messages.info(request, _("Tick orders and choose what is to be done with them."))
        return HttpResponseRedirect(reverse("bo_orders"), status=303)
    if name not in offered(actor):
        raise Http404
    form = BulkForm(name, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        key = str(form.cleaned_data["key"])
        kept = {one: result for one, result in request.session.get("bulk", {}).items() if one != key}
        kept[key] = change_all(chosen, name, form, actor)
        request.session["bulk"] = dict([*kept.items()][-KEPT:])
        return HttpResponseRedirect(reverse("bo_bulk_result", args=[key]), status=303)
    orders = Order.objects.filter(number__in=[one.number for one in chosen], position__gt=0)
    context = {
        "form": form,
        "transition": name,
        "chosen": chosen,
        "orders": orders.select_related("customer", "company").defer("breakdown").order_by("-position"),
        "verb": words.verb(name),
        "target": Status(TARGETS[name]) if TARGETS[name] else None,
        "is_grave": is_grave(TARGETS[name]),
    }
    return render(request, "backoffice/bulk.html", context, status=422 if form.errors else 200)


@staff_required()
@require_safe
def bo_bulk_result(request: HttpRequest, key: UUID) -> HttpResponse:
    result = request.session.get("bulk", {}).get(str(key))
    if result is None:
        raise Http404
    numbers = [*result["done"], *(number for number, _why in result["refused"])]
    orders = {
        order.number: order
        for order in Order.objects.filter(number__in=numbers).select_related("customer").defer("breakdown")
    }
    context = {
        "verb": words.verb(result["transition"]),
        "done": [orders[number] for number in result["done"] if number in orders],
        "refused": [(orders[number], why) for number, why in result["refused"] if number in orders],
    }
    return render(request, "backoffice/bulk_result.html", context)
