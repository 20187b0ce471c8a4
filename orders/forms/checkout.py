"""Who gets the order, where it goes and how: asked at checkout, and once more where an offer lacks it."""

import re
from copy import copy
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import customers
from accounts.fields import CountryField, VatIdField
from accounts.models import Activity, Address, Company, Shop, User
from orders.delivery import ShippingOption, options
from orders.models import Order
from orders.workflow.guards import ADDRESS_FIELDS as NEEDED

MOST_ADDRESSES = 10
LABELS = {
    "name": _("Name"),
    "company_name": _("Company"),
    "street": _("Street and number"),
    "extra": _("Address line 2"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "region": _("State or region"),
    "country": _("Country"),
    "phone": _("Phone for the carrier"),
}
# What browsers call these fields, so that they fill them in.
AUTOCOMPLETE = {
    "name": "name",
    "company_name": "organization",
    "street": "address-line1",
    "extra": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
    "country": "country",
    "phone": "tel",
}


def address_fields(kind: str) -> dict[str, forms.Field]:
    """The fields of one address, named like `billing_street`."""
    made: dict[str, forms.Field] = {}
    for name in Address.FIELDS:
        if kind == "billing" and name == "phone":
            continue  # it is asked for under contact
        shared: dict[str, Any] = {"label": LABELS[name], "required": kind == "billing" and name in NEEDED}
        autocomplete = {"autocomplete": f"{kind} {AUTOCOMPLETE[name]}"}
        if name == "country":
            made[f"{kind}_{name}"] = CountryField(**shared)
            made[f"{kind}_{name}"].widget.attrs.update(autocomplete)
        else:
            length = getattr(Address._meta.get_field(name), "max_length", None)
            made[f"{kind}_{name}"] = forms.CharField(max_length=length, widget=forms.TextInput(autocomplete), **shared)
    return made


class DetailsForm(forms.Form):
    """Contact, billing, shipping: without these nothing can be submitted or accepted."""

    contact_name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    contact_email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "email"}))
    contact_phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput({"autocomplete": "tel", "type": "tel"})
    )
    ship_elsewhere = forms.BooleanField(label=_("Deliver to another address"), required=False)
    shipping_method = forms.ChoiceField(
        label=_("Delivery"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how your order reaches you.")},
    )

    def __init__(self, *args: Any, order: Order, user: User, shop: Shop, **kwargs: Any) -> None:
        kwargs["initial"] = {**initial_of(order, user, shop), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.order, self.user, self.shop = order, user, shop
        self.fields.update(address_fields("billing"))
        self.fields.update(address_fields("shipping"))
        methods = order.price_list.catalogue.shipping
        self.fields["shipping_method"].choices = [(method.key, method.name) for method in methods]  # type: ignore[attr-defined]

    def current(self, name: str) -> str:
        """What stands in a field of the page: as sent, or as filled in at first."""
        value = self.data.get(name) if self.is_bound else self.get_initial_for_field(self.fields[name], name)
        return str(value or "")

    @property
    def country(self) -> str:
        """Where the order goes, as far as the page knows."""
        return self.current("shipping_country" if self.current("ship_elsewhere") else "billing_country")

    @cached_property
    def options(self) -> list[ShippingOption]:
        return options(self.order, self.country)

    @property
    def chosen_method(self) -> str:
        return self.current("shipping_method")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        option = next((one for one in self.options if one.key == data.get("shipping_method")), None)
        if option and not option.is_served and any(other.is_served for other in self.options):
            refusal = ValidationError(_("This does not go to your country."), code="not_served")
            self.add_error("shipping_method", refusal)
        if data.get("ship_elsewhere") and not (option and option.pickup):
            for name in NEEDED:
                if not data.get(f"shipping_{name}") and f"shipping_{name}" not in self.errors:
                    self.add_error(f"shipping_{name}", ValidationError(_("This field is required."), code="required"))
        return data

    def address(self, kind: str) -> dict[str, str]:
        return {name: self.cleaned_data.get(f"{kind}_{name}", "") for name in Address.FIELDS}

    @property
    def shipping_address(self) -> dict[str, str]:
        """Nothing where it is picked up."""
        option = next(one for one in self.options if one.key == self.cleaned_data["shipping_method"])
        if option.pickup:
            return {}
        return self.address("shipping" if self.cleaned_data["ship_elsewhere"] else "billing")

    def restate(self, order: Order) -> None:
        """After a refusal: what was filled in stays, on the version of now."""
        data = cast(QueryDict, self.data).copy()
        data["version"] = str(order.version)
        self.data = data

    def apply(self, order: Order) -> None:
        """Write what was filled in to a locked order."""
        data = self.cleaned_data
        order.contact = {name: data[f"contact_{name}"] for name in ("name", "email", "phone")}
        order.billing_address = self.address("billing")
        order.shipping_address = self.shipping_address
        order.shipping_method = data["shipping_method"]


class CheckoutForm(DetailsForm):
    customer_reference = forms.CharField(
        label=_("Your reference"),
        max_length=60,
        required=False,
        help_text=_("A purchase order number or cost centre. It stands on offer and invoice."),
    )
    customer_note = forms.CharField(
        label=_("Notes for us"), max_length=4000, required=False, widget=forms.Textarea({"rows": 3})
    )
    also_notify = forms.CharField(
        label=_("Also keep informed"),
        max_length=1000,
        required=False,
        help_text=_("E-mail addresses, separated by commas."),
        widget=forms.TextInput({"inputmode": "email", "autocomplete": "off"}),
    )
    save_addresses = forms.BooleanField(label=_("Remember these addresses for next time"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
    vat_id = VatIdField(required=False)

    def __init__(self, *args: Any, order: Order, user: User, shop: Shop, **kwargs: Any) -> None:
        super().__init__(*args, order=order, user=user, shop=shop, **kwargs)
        if not (order.company and order.company.is_business):
            del self.fields["vat_id"]

    @property
    def as_far_as_known(self) -> Order:
        """The order with where it goes and whose VAT ID it bears as on the page now; a copy that is not to be saved."""
        seen = copy(self.order)
        kind = "shipping" if self.current("ship_elsewhere") else "billing"
        seen.shipping_address = {name: self.current(f"{kind}_{name}") for name in ("country", "postcode")}
        seen.shipping_method = self.chosen_method
        if seen.company and "vat_id" in self.fields:
            seen.company = copy(seen.company)
            try:
                seen.company.vat_id = self.fields["vat_id"].clean(self.current("vat_id"))
            except ValidationError:
                seen.company.vat_id = ""  # what is wrong with it is said when the page is sent
        return seen

    def clean_also_notify(self) -> list[str]:
        found = list(dict.fromkeys(part for part in re.split(r"[,;\s]+", self.cleaned_data["also_notify"]) if part))
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(
                    _("“%(address)s” is not an e-mail address."), code="not_an_address", params={"address": address}
                ) from None
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(_("At most %(most)s addresses."), code="too_many", params={"most": MOST_ADDRESSES})
        return [address for address in found if address.lower() != self.user.email.lower()]

    def apply(self, order: Order) -> None:
        super().apply(order)
        order.customer_reference = self.cleaned_data["customer_reference"]
        order.customer_note = self.cleaned_data["customer_note"]
        order.also_notify = self.cleaned_data["also_notify"]
        if order.company and "vat_id" in self.fields:
            self._keep_vat_id(order.company)

    def _keep_vat_id(self, company: Company) -> None:
        """On the company, as a new version: staff who edit it meanwhile are told."""
        given = self.cleaned_data["vat_id"]
        if company.vat_id != given:
            company.vat_id, company.version = given, company.version + 1
            company.save(update_fields=["vat_id", "version"])
            Activity.record(self.user, "company_edited", f"company:{company.pk}", fields=["vat_id"])

    def remember(self, company: Company | None) -> None:
        """Keep the addresses for the company's next order, where that was ticked."""
        if company is None or not self.cleaned_data["save_addresses"]:
            return
        shipping = self.shipping_address
        same = shipping == self.address("billing")
        _keep(company, self.address("billing"), is_billing=True, **({"is_shipping": True} if same else {}))
        if shipping and not same:
            _keep(company, shipping, is_shipping=True)


def _keep(company: Company, address: dict[str, str], **use: bool) -> None:
    """Find or add an address and make it the one that is filled in from now on."""
    row = company.addresses.filter(**address).first() or Address(company=company, **address)
    for name in use:
        setattr(row, name, True)
    customers.save_address(row)


def initial_of(order: Order, user: User, shop: Shop) -> dict[str, Any]:
    """What the fields start with: the draft, else what the company used last, else what the account knows."""
    contact = order.contact or {"name": user.name, "email": user.email, "phone": user.phone}
    saved = list(user.company.addresses.order_by("-id")) if user.company else []
    billing = order.billing_address or _saved(saved, "is_billing") or _blank(user, shop)
    shipping = order.shipping_address or _saved(saved, "is_shipping")
    elsewhere = bool(shipping) and not _same(shipping, billing)
    return {
        **{f"contact_{name}": value for name, value in contact.items()},
        **{f"billing_{name}": value for name, value in billing.items()},
        **{f"shipping_{name}": value for name, value in (shipping if elsewhere else {"country": shop.country}).items()},
        "ship_elsewhere": elsewhere,
        "shipping_method": order.shipping_method,
        "customer_reference": order.customer_reference,
        "customer_note": order.customer_note,
        "also_notify": ", ".join(order.also_notify),
        "save_addresses": not saved,
        "vat_id": order.company.vat_id if order.company else "",
        "version": order.version,
    }


def _saved(addresses: list[Address], use: str) -> dict[str, str]:
    found = next((one for one in addresses if getattr(one, use)), None)
    return found.frozen() if found else {}


def _blank(user: User, shop: Shop) -> dict[str, str]:
    company = user.company.name if user.company and user.company.is_business else ""
    return {"name": user.name, "company_name": company, "country": shop.country}


def _same(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(one.get(name, "") == other.get(name, "") for name in Address.FIELDS if name != "phone")
