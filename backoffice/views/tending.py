"""What staff do on an order beside moving it: write, keep its facts, say how far a line is, send a part of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role, User
from accounts.roles import staff_required
from backoffice.access import submitted_order
from backoffice.tending import ShipForm, TendForm, WorkForm
from backoffice.views.order import page
from orders.attachments import as_download
from orders.forms.message import StaffMessageForm
from orders.models import Attachment, Order
from orders.words import say
from orders.workflow import tending
from orders.workflow.actors import Actor, staff
from orders.workflow.deed import Refused
from orders.workflow.letters import write
from orders.workflow.shipments import open_quantities


@staff_required()
@require_POST
def bo_message(request: HttpRequest, number: int) -> HttpResponse:
    order = submitted_order(number)
    form = StaffMessageForm(request.POST, {"attached": request.FILES.getlist("attached")})
    if not form.is_valid():
        return page(request, order, message_form=form, status=422)
    data = form.cleaned_data
    write(
        order.pk,
        data["body"],
        actor=_actor(request),
        key=form.deed_key,
        now=timezone.now(),
        internal=data["internal"],
        files=data["attached"],
    )
    return _back(order, "thread")


@staff_required()
@require_safe
def bo_attachment(request: HttpRequest, number: int, attachment: int) -> HttpResponse:
    return as_download(get_object_or_404(Attachment, pk=attachment, message__order=submitted_order(number)))


@staff_required()
@require_POST
def bo_tend(request: HttpRequest, number: int) -> HttpResponse:
    order = submitted_order(number)
    form = TendForm(order, data=request.POST)
    if not form.is_valid():
        return page(request, order, tend_form=form, status=422)
    data = form.cleaned_data
    try:
        tending.tend(
            order.pk,
            form.values(),
            actor=_actor(request),
            key=f"tend:{data['key']}",
            version=data["version"],
            now=timezone.now(),
        )
    except Refused as refused:
        fresh = submitted_order(number)
        form.answer_to(fresh)
        form.blame(refused)
        return page(request, fresh, tend_form=form, status=409)
    return _back(order, "facts-title")


@staff_required(Role.PRODUCTION)
@require_POST
def bo_work(request: HttpRequest, number: int, line_id: int) -> HttpResponse:
    """How far a line is: saved as it stands, whoever was last."""
    order, form = submitted_order(number), WorkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This could not be saved. Check what you entered."))
        return _back(order, "lines")
    data = form.cleaned_data
    try:
        tending.tend_line(
            order.pk,
            line_id,
            work=data["work"],
            note=data["work_note"],
            actor=_actor(request),
            key=f"work:{data['key']}",
            now=timezone.now(),
        )
    except Refused as refused:
        messages.error(request, say(refused))
    return _back(order, "lines")


@staff_required(Role.PRODUCTION)
@require_http_methods(["GET", "HEAD", "POST"])
def bo_ship_part(request: HttpRequest, number: int) -> HttpResponse:
    order = submitted_order(number)
    if request.method == "POST" and order.history.filter(key=f"part:{request.POST.get('key', '')}").exists():
        return _back(order, "shipments")
    left = open_quantities(order)
    form = ShipForm(order, left, data=request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            tending.ship_part(
                order.pk,
                form.quantities(),
                carrier=data["carrier"],
                tracking=data["tracking"],
                actor=_actor(request),
                key=f"part:{data['key']}",
                version=data["version"],
                now=timezone.now(),
                mail_customer=data["mail_customer"],
            )
        except Refused as refused:
            form.answer_to(submitted_order(number))
            form.blame(refused)
        else:
            messages.success(request, _("The shipment is recorded."))
            return _back(order, "shipments")
    if form.errors:
        status = 422
    may_ship = tending.may_ship_part(order, _actor(request))
    if not may_ship and request.method != "POST":
        messages.error(request, say(Refused("wrong_status", status=order.status)))
        return _back(order, "shipments")
    return render(request, "backoffice/ship_part.html", {"order": order, "form": form}, status=status)


def _actor(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)
    return staff(request.user)


def _back(order: Order, where: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("bo_order", args=[order.number]) + f"#{where}", status=303)
