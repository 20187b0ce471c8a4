"""The quotation tool: its drafts, the customers to choose from, and the form of a new customer."""

from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.fields import CountryField, LocalDecimalField, VatIdField
from accounts.forms import check_business, mark_required
from accounts.models import Role, Shop, User
from accounts.roles import has_role
from orders.models import Order, OrderLine, Status

SHOWN = 20
ADDRESS = ("street", "postcode", "city")


def drafts(search: str = "", owner: User | None = None) -> QuerySet[Order]:
    """Quotes that are not sent yet, newest first, with what the list shows of them."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"), left_out=False)
    counted = lines.order_by().values("order").annotate(count=Count("pk")).values("count")
    found = Order.objects.filter(status=Status.DRAFT, from_quotation_tool=True)
    if owner:
        found = found.filter(owner=owner)
    if search:
        named = lines.filter(name__icontains=search)
        people = ("customer__name", "customer__email", "company__name")
        found = found.filter(Exists(named) | _any(people, search))
    return (
        found.select_related("customer", "company", "owner")
        .defer("breakdown", "billing_address", "shipping_address")
        .annotate(
            first_line=Subquery(lines.order_by("position").values("name")[:1]),
            line_count=Subquery(counted),
            unpriced=Exists(lines.exclude(state="priced")),
        )
        .order_by("-pk")
    )


def customers(search: str = "") -> QuerySet[User]:
    """Whom a quote can be for; newest first."""
    found = User.objects.filter(is_active=True, roles=[]).select_related("company").order_by("-pk")
    return found.filter(_any(("name", "email", "company__name"), search))[:SHOWN] if search else found[:SHOWN]


def _any(fields: tuple[str, ...], search: str) -> Q:
    return Q.create([(f"{field}__icontains", search) for field in fields], connector=Q.OR)


class NewCustomerForm(forms.Form):
    """Company, contacts and terms, entered on the spot. Net days and prepayment are for accounting to grant."""

    name = forms.CharField(label=_("Contact's name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The offer goes to this address."))
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False, widget=forms.TextInput({"type": "tel"}))
    is_business = forms.BooleanField(label=_("A company"), required=False, initial=True)
    company_name = forms.CharField(label=_("Company"), max_length=120, required=False)
    vat_id = VatIdField(required=False)
    billing_contact_name = forms.CharField(label=_("Billing contact"), max_length=120, required=False)
    billing_contact_email = forms.EmailField(
        label=_("E-mail for invoices"), required=False, help_text=_("Gets a copy of offers and invoices.")
    )
    street = forms.CharField(
        label=_("Street and number"),
        max_length=160,
        required=False,
        help_text=_("Without an address the customer gives it when confirming."),
    )
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    country = CountryField()
    price_level_percent = LocalDecimalField(
        label=_("Price level: discount in %"), required=False, min_value=0, max_value=100, decimal_places=2
    )
    net_days = forms.IntegerField(label=_("Net days"), required=False, min_value=0, max_value=365)
    prepayment_percent = forms.IntegerField(label=_("Prepayment in %"), required=False, min_value=0, max_value=100)

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data, initial={"country": Shop.get().country})
        mark_required(self.fields["company_name"])
        if not has_role(user, Role.ACCOUNTING):
            del self.fields["net_days"], self.fields["prepayment_percent"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("There is an account with this address already: choose it above."), "taken")
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_business(self, "company_name")
        if any(data.get(field) for field in ADDRESS):
            for field in ADDRESS:
                if not data.get(field) and field not in self.errors:
                    self.add_error(field, forms.ValidationError(_("The address is incomplete."), code="required"))
        return data
