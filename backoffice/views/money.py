"""Payments and refunds as accounting books them, and the queue of what is to be given back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.roles import staff_required
from accounts.templatetags.show import money
from backoffice.access import submitted_order
from backoffice.money import DueDateForm, PaymentForm, RefundForm
from orders.models import Order, RefundRequest
from orders.payments import ledger, refunds
from orders.payments.providers import ProviderError
from orders.words import say
from orders.workflow.actors import staff
from orders.workflow.deed import Refused
from orders.workflow.tending import move_due_date


@staff_required(Role.ACCOUNTING)
@require_http_methods(["GET", "HEAD", "POST"])
def bo_payment(request: HttpRequest, number: int) -> HttpResponse:
    """A payment that came in by bank transfer or by hand; pressed twice it is booked once."""
    order = submitted_order(number)
    form = PaymentForm(order, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, order, form, _("Book a payment"))
    data = form.cleaned_data
    assert isinstance(request.user, User)
    booked = ledger.confirm(
        order.pk, amount=data["amount"], key=f"hand:{data['key']}", method=data["method"], actor=staff(request.user)
    )
    if booked:
        told = {"amount": money(data["amount"], order.currency)}
        messages.success(request, _("%(amount)s was booked. Customer and shop get their e-mails.") % told)
    return _back(order)


@staff_required(Role.ACCOUNTING)
@require_http_methods(["GET", "HEAD", "POST"])
def bo_refund(request: HttpRequest, number: int) -> HttpResponse:
    order = submitted_order(number)
    form = RefundForm(order, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, order, form, _("Give money back"))
    data, user = form.cleaned_data, request.user
    assert isinstance(user, User)
    try:
        booked = refunds.give_back(
            order,
            data["amount"],
            through=form.payments.get(data["through"]),
            key=f"refund:{data['key']}",
            actor=staff(user),
            now=timezone.now(),
            reduces=data["reduces"],
            note=data["note"],
        )
    except Refused as refused:
        form.add_error("amount", say(refused))
        return _form(request, order, form, _("Give money back"))
    except ProviderError as error:
        told = {"error": str(error)}
        form.add_error(None, _("The payment provider did not do it (%(error)s). Press again: it is done once.") % told)
        return _form(request, order, form, _("Give money back"))
    if booked:
        messages.success(request, _("%(amount)s was given back.") % {"amount": money(data["amount"], order.currency)})
    return _back(order)


@staff_required(Role.ACCOUNTING)
@require_http_methods(["GET", "HEAD", "POST"])
def bo_due_date(request: HttpRequest, number: int) -> HttpResponse:
    order = submitted_order(number)
    form = DueDateForm(order, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, order, form, _("Move the due date"))
    data, user = form.cleaned_data, request.user
    assert isinstance(user, User)
    try:
        move_due_date(
            order.pk,
            data["due"],
            reason=data["reason"],
            actor=staff(user),
            key=f"due_date:{data['key']}",
            version=data["version"],
            now=timezone.now(),
        )
    except Refused as refused:
        fresh = submitted_order(number)
        form.answer_to(fresh)
        form.add_error("due" if refused.code == "due_date_past" else None, say(refused))
        return _form(request, fresh, form, _("Move the due date"))
    messages.success(request, _("Payment is due on %(day)s.") % {"day": date_format(data["due"])})
    return _back(order)


@staff_required(Role.ACCOUNTING)
@require_safe
def bo_refunds(request: HttpRequest) -> HttpResponse:
    """What is still to be given back, the oldest first."""
    found = RefundRequest.objects.filter(state=RefundRequest.State.OPEN).select_related(
        "order__customer", "order__company"
    )
    return render(request, "backoffice/refunds.html", {"requests": found.order_by("created_at")[:200]})


def _form(request: HttpRequest, order: Order, form: DueDateForm | PaymentForm | RefundForm, title: str) -> HttpResponse:
    context = {"order": order, "form": form, "title": title}
    return render(request, "backoffice/money.html", context, status=422 if form.errors else 200)


def _back(order: Order) -> HttpResponse:
    return HttpResponseRedirect(reverse("bo_order", args=[order.number]) + "#payment-title", status=303)
