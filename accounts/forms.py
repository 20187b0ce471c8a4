"""Forms about people, companies and addresses."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import customers
from accounts.fields import CountryField, VatIdField
from accounts.models import Address, Company, User

AUTOCOMPLETE = {
    "name": "name",
    "email": "email",
    "phone": "tel",
    "company_name": "organization",
    "street": "address-line1",
    "extra": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
}


def mark_required(field: forms.Field) -> None:
    """For a field that is only needed under a condition: its label bears the mark, the form's clean() sees to it."""
    field.required_when_shown = True  # type: ignore[attr-defined]


def help_browsers(form: forms.BaseForm) -> None:
    """Says what a field is for, so that browsers can fill it in (WCAG 1.3.5); placeholders only repeat the labels."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in AUTOCOMPLETE:
            field.widget.attrs["autocomplete"] = AUTOCOMPLETE[name]


def check_business(form: forms.BaseForm, name_field: str) -> None:
    """Who orders for a company says its name. The field is shown when that is ticked."""
    if form.cleaned_data.get("is_business") and not form.cleaned_data.get(name_field):
        form.add_error(name_field, forms.ValidationError(_("Please give the company's name."), code="required"))


class OurWords:
    """What allauth's forms call their fields, in the words of our own."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("login", "email"):
            if name in self.fields:
                self.fields[name].label = _("E-mail address")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(OurWords, allauth.LoginForm):
    pass


class ResetPasswordForm(OurWords, allauth.ResetPasswordForm):
    pass


class AddEmailForm(OurWords, allauth.AddEmailForm):
    pass


class SignupForm(allauth.SignupForm):
    """Contact and billing information, in one go."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False, widget=forms.TextInput({"type": "tel"}))
    is_business = forms.BooleanField(label=_("I order for a company"), required=False)
    company_name = forms.CharField(label=_("Company"), max_length=120, required=False)
    vat_id = VatIdField(required=False)
    billing_contact_name = forms.CharField(
        label=_("Billing contact"), max_length=120, required=False, help_text=_("If invoices go to somebody else.")
    )
    billing_contact_email = forms.EmailField(label=_("E-mail for invoices"), required=False)
    street = forms.CharField(label=_("Street and number"), max_length=160)
    extra = forms.CharField(label=_("Address line 2"), max_length=160, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20)
    city = forms.CharField(label=_("City"), max_length=80)
    region = forms.CharField(label=_("State or region"), max_length=80, required=False)
    country = CountryField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["password1"].help_text = _("At least 8 characters, and not one that many people use.")
        mark_required(self.fields["company_name"])
        help_browsers(self)

    def clean(self) -> dict[str, Any]:
        super().clean()
        check_business(self, "company_name")
        return self.cleaned_data

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        customers.register(user, self.cleaned_data)


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "phone"]
        widgets = {"phone": forms.TextInput({"type": "tel"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_browsers(self)


class CompanyForm(forms.ModelForm):
    vat_id = VatIdField(required=False)

    class Meta:
        model = Company
        fields = ["is_business", "name", "vat_id", "billing_contact_name", "billing_contact_email"]
        labels = {
            "is_business": _("We order as a company"),
            "name": _("Company"),
            "billing_contact_name": _("Billing contact"),
            "billing_contact_email": _("E-mail for invoices"),
        }
        help_texts = {
            "billing_contact_name": _("If invoices go to somebody else."),
            "billing_contact_email": _("Invoices and payment reminders go to this address too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mark_required(self.fields["name"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        check_business(self, "name")
        return self.cleaned_data


class AddressForm(forms.ModelForm):
    country = CountryField()

    class Meta:
        model = Address
        fields = [*Address.FIELDS, "is_shipping", "is_billing"]
        labels = {
            "is_shipping": _("Ship to this address by default"),
            "is_billing": _("Bill to this address by default"),
        }
        help_texts = {"is_shipping": "", "is_billing": ""}
        widgets = {"phone": forms.TextInput({"type": "tel"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_browsers(self)
