"""The account's pages. Log-in, passwords and two-factor are allauth's; their templates are ours."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import customers
from accounts.forms import AddressForm, CompanyForm, ProfileForm
from accounts.models import Address, Company, User

form_page = require_http_methods(["GET", "HEAD", "POST"])


class CustomerRequest(HttpRequest):
    user: User
    company: Company


def customers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Staff have no company, so these pages do not exist for them."""

    @login_required
    @wraps(view)
    def guarded(request: CustomerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.company is None:
            raise Http404
        request.company = request.user.company
        return view(request, *args, **kwargs)

    return guarded


def show_form(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """422 when what was typed was refused: the reasons stand beside the fields."""
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


@form_page
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    return show_form(request, "account/profile.html", form)


@form_page
@customers_only
def company(request: CustomerRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, instance=request.company)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your billing details are saved."))
        return redirect("company")
    return show_form(request, "account/company.html", form)


@require_safe
@customers_only
def addresses(request: CustomerRequest) -> HttpResponse:
    return render(request, "account/addresses.html", {"addresses": request.company.addresses.order_by("pk")})


@form_page
@customers_only
def address_add(request: CustomerRequest) -> HttpResponse:
    user = request.user
    return edit_address(request, Address(company=request.company, name=user.name, country=""))


@form_page
@customers_only
def address_edit(request: CustomerRequest, pk: int) -> HttpResponse:
    return edit_address(request, get_object_or_404(request.company.addresses, pk=pk))


def edit_address(request: CustomerRequest, address: Address) -> HttpResponse:
    form = AddressForm(request.POST or None, instance=address)
    if form.is_valid():
        customers.save_address(form.save(commit=False))
        messages.success(request, _("The address is saved."))
        return redirect("addresses")
    return show_form(request, "account/address_form.html", form, address=address)


@form_page
@customers_only
def address_delete(request: CustomerRequest, pk: int) -> HttpResponse:
    address = get_object_or_404(request.company.addresses, pk=pk)
    if request.method != "POST":
        return render(request, "account/address_delete.html", {"address": address})
    customers.delete_address(address)
    messages.success(request, _("The address is deleted."))
    return redirect("addresses")
