"""Customers: the list, a company's and a person's page, and editing them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import customers as verbs
from accounts.fields import LocalDecimalField, VatIdField
from accounts.forms import AddressForm, check_business
from accounts.models import Activity, Address, Company, Role, User
from accounts.roles import has_role, staff_required
from backoffice.customers import KINDS, NEWEST, asked, listing, log_of, orders_of
from backoffice.edits import EditForm
from backoffice.views.catalogue import person as who
from backoffice.views.catalogue import see

editors = staff_required(Role.SALES, Role.ACCOUNTING)
form_page = require_http_methods(["GET", "HEAD", "POST"])


class CompanyEdit(EditForm):
    vat_id = VatIdField(required=False)
    price_level_percent = LocalDecimalField(
        label=gettext_lazy("Discount on every price in %"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )

    class Meta:
        model = Company
        fields = [
            "is_business", "name", "vat_id", "tax_exempt", "billing_contact_name", "billing_contact_email",
            "net_days", "prepayment_percent", "price_level_percent", "staff_note",
        ]  # fmt: skip
        labels = {
            "is_business": gettext_lazy("A business"),
            "name": gettext_lazy("Name"),
            "tax_exempt": gettext_lazy("Exempt from tax"),
            "billing_contact_name": gettext_lazy("Billing contact"),
            "billing_contact_email": gettext_lazy("E-mail for invoices"),
            "net_days": gettext_lazy("Net days"),
            "prepayment_percent": gettext_lazy("Prepayment in %"),
            "staff_note": gettext_lazy("Internal note"),
        }
        help_texts = {
            "tax_exempt": gettext_lazy("No tax is charged on their orders."),
            "net_days": gettext_lazy("Empty: no credit, but for accepted purchase orders as in the settings."),
            "prepayment_percent": gettext_lazy("Before production. Empty: as in the settings."),
            "staff_note": gettext_lazy("Customers do not see it."),
        }
        widgets = {"staff_note": forms.Textarea({"rows": 4})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        check_business(self, "name")
        return data


class PersonEdit(EditForm):
    class Meta:
        model = User
        fields = ["name", "phone", "company_role", "staff_note"]
        labels = {
            "name": gettext_lazy("Name"),
            "phone": gettext_lazy("Phone"),
            "company_role": gettext_lazy("Role in the company"),
            "staff_note": gettext_lazy("Internal note"),
        }
        help_texts = {
            "company_role": gettext_lazy(
                "As soon as a company has an approver, only approvers place orders and accept offers."
            ),
            "staff_note": gettext_lazy("Customers do not see it."),
        }
        widgets = {"phone": forms.TextInput({"type": "tel"}), "staff_note": forms.Textarea({"rows": 4})}


@staff_required()
@require_safe
def bo_customers(request: HttpRequest) -> HttpResponse:
    given = request.GET.dict()
    page, rows = listing(given)
    kind = given.get("kind", "") if given.get("kind") in KINDS else ""
    context = {"page": page, "rows": rows, "q": asked(given), "kind": kind}
    return render(request, "backoffice/customers/list.html", context)


def rights(request: HttpRequest) -> dict[str, bool]:
    return {
        "may_edit": has_role(request.user, Role.SALES, Role.ACCOUNTING),
        "may_merge": has_role(request.user, Role.MANAGER),
    }


@staff_required()
@require_safe
def bo_company(request: HttpRequest, company: int) -> HttpResponse:
    found = get_object_or_404(Company, pk=company)
    if found.merged_into_id:
        messages.info(request, _("%(name)s was merged into this customer.") % {"name": found})
        return redirect("bo_company", found.merged_into_id)
    orders, many = orders_of(company=found)
    context = {
        "company": found,
        "people": found.members.filter(merged_into=None).order_by("pk"),
        "addresses": found.addresses.order_by("pk"),
        "orders": orders,
        "many": many,
        "newest": NEWEST,
        "rows": log_of(f"company:{found.pk}"),
        **rights(request),
    }
    return render(request, "backoffice/customers/company.html", context)


@staff_required()
@require_safe
def bo_person(request: HttpRequest, person: int) -> HttpResponse:
    found = customer(person)
    if found.merged_into_id:
        messages.info(request, _("This log-in was merged into the one shown here."))
        return redirect("bo_person", found.merged_into_id)
    orders, many = orders_of(customer=found)
    context = {
        "person": found,
        "orders": orders,
        "many": many,
        "newest": NEWEST,
        "rows": log_of(f"person:{found.pk}"),
        **rights(request),
    }
    return render(request, "backoffice/customers/person.html", context)


def customer(pk: int) -> User:
    return get_object_or_404(User.objects.filter(roles=[]).select_related("company"), pk=pk)


@editors
@form_page
def bo_company_edit(request: HttpRequest, company: int) -> HttpResponse:
    with transaction.atomic():
        found = get_object_or_404(alive(Company), pk=company)
        form = CompanyEdit(request.POST if request.method == "POST" else None, instance=found)
        if form.is_valid():
            form.store(who(request), "company_edited", f"company:{company}")
            messages.success(request, _("The customer is saved."))
            return see("bo_company", company)
    return edited(request, form, {"title": str(Company.objects.get(pk=company)), "back": ("bo_company", company)})


@editors
@form_page
def bo_person_edit(request: HttpRequest, person: int) -> HttpResponse:
    customer(person)
    with transaction.atomic():
        found = get_object_or_404(alive(User), pk=person)
        form = PersonEdit(request.POST if request.method == "POST" else None, instance=found)
        if form.is_valid():
            form.store(who(request), "person_edited", f"person:{person}")
            messages.success(request, _("The person is saved."))
            return see("bo_person", person)
    return edited(request, form, {"title": str(User.objects.get(pk=person)), "back": ("bo_person", person)})


def alive(model: Any) -> Any:
    """Under lock; who was merged away or erased is not edited any more."""
    return model.objects.select_for_update().filter(merged_into=None, erased_at=None)


def edited(request: HttpRequest, form: EditForm, about: dict[str, Any]) -> HttpResponse:
    status = form.status
    if status == 409:
        form.tell_what_stands()
    name, key = about["back"]
    context = {"form": form, "title": about["title"], "back_name": name, "back_key": key}
    return render(request, "backoffice/customers/edit.html", context, status=status)


@editors
@form_page
def bo_company_address(request: HttpRequest, company: int, address: int = 0) -> HttpResponse:
    """A new address, or one that is there."""
    with transaction.atomic():
        found = get_object_or_404(alive(Company), pk=company)
        blank = Address(company=found, country="", company_name=found.name if found.is_business else "")
        row = get_object_or_404(found.addresses, pk=address) if address else blank
        form = AddressForm(request.POST if request.method == "POST" else None, instance=row)
        if form.is_valid():
            verbs.save_address(form.save(commit=False))
            Activity.record(who(request), "company_address_saved", f"company:{company}")
            messages.success(request, _("The address is saved."))
            return see("bo_company", company)
    context = {"form": form, "company": found, "address": address}
    return render(request, "backoffice/customers/address.html", context, status=422 if form.errors else 200)


@editors
@require_POST
def bo_company_address_delete(request: HttpRequest, company: int, address: int) -> HttpResponse:
    found = get_object_or_404(Company, pk=company)
    verbs.delete_address(get_object_or_404(found.addresses, pk=address))
    Activity.record(who(request), "company_address_deleted", f"company:{company}")
    messages.success(request, _("The address is deleted. Orders keep their own copy."))
    return see("bo_company", company)
