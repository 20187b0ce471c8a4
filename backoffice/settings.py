"""The shop's settings, a form per section; each setting lives in one place, the Shop row or the price list."""

import re
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import logo
from accounts.fields import CountryField, LocalDecimalField, VatIdField
from accounts.models import Activity, ReviewMode, Shop, User
from accounts.second_factor import has_second_factor
from backoffice.edits import EditForm
from orders.documents.issuing import SERIES
from orders.models import Document, Order

HIGHEST_NUMBER = 90_000_000
LONG = (forms.Textarea,)


class SettingsForm(EditForm):
    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def store_settings(self, section: str) -> None:
        """Save and note what was changed; of long texts that they were."""
        changed = self.names_changed()
        before = {name: self.initial.get(name) for name in changed}
        self.save()
        if not changed:
            return
        short = [name for name in changed if not isinstance(self.fields[name].widget, (*LONG, forms.FileInput))]
        changes = {name: [_plain(before[name]), _plain(getattr(self.instance, name, ""))] for name in short}
        rest = [name for name in changed if name not in short]
        Activity.record(self.by, "settings_changed", f"settings:{section}", changes=changes, fields=rest)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, str)) or value is None else str(value)


class IdentityForm(SettingsForm):
    country = CountryField()
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=lambda: [(zone, zone) for zone in sorted(available_timezones())]
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of e-mails and papers for customers who have chosen none."),
    )
    upload = forms.FileField(
        label=gettext_lazy("New logo"),
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg"}),
        help_text=gettext_lazy("PNG or JPEG up to 200 kB. It stands on pages, e-mails and papers."),
    )
    no_logo = forms.BooleanField(label=gettext_lazy("Without a logo"), required=False)

    class Meta:
        model = Shop
        fields = ["name", "legal_name", "tagline", "address", "phone", "country", "timezone", "language"]
        labels = {
            "name": gettext_lazy("Name"),
            "legal_name": gettext_lazy("Legal name"),
            "tagline": gettext_lazy("Line below the name"),
            "address": gettext_lazy("Address on papers"),
            "phone": gettext_lazy("Phone"),
        }
        widgets = {"address": forms.Textarea({"rows": 4}), "phone": forms.TextInput({"type": "tel"})}

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload:
            try:
                self.instance.logo = logo.store(upload)
            except logo.NoPicture:
                raise forms.ValidationError(_("This is no PNG or JPEG of at most 200 kB.")) from None
        return upload

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data.get("no_logo") and not self.cleaned_data.get("upload"):
            self.instance.logo = ""
        return super().save(commit)


class ReviewForm(SettingsForm):
    review_order_value = LocalDecimalField(
        label=gettext_lazy("Orders from this value"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    review_line_value = LocalDecimalField(
        label=gettext_lazy("Lines from this value"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    holidays = forms.CharField(
        label=gettext_lazy("Days on which nobody works"),
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy("A date a line, as 2027-12-24. Saturdays and Sundays are free anyway."),
    )

    class Meta:
        model = Shop
        fields = [
            "review_mode", "review_order_value", "review_line_value", "review_quantity", "price_detail",
            "offer_valid_days", "cutoff_hour", "holidays",
        ]  # fmt: skip
        labels = {
            "review_mode": gettext_lazy("When the shop looks before an order is placed"),
            "review_quantity": gettext_lazy("Lines from this quantity"),
            "price_detail": gettext_lazy("What customers see of a price's making"),
            "offer_valid_days": gettext_lazy("Offers are valid for (days)"),
            "cutoff_hour": gettext_lazy("Orders until this hour count for the day"),
        }
        help_texts = {"price_detail": "", "cutoff_hour": gettext_lazy("0 to 23, in the shop's time zone.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["holidays"] = "\n".join(self.instance.holidays)

    def clean_holidays(self) -> list[str]:
        days = self.cleaned_data["holidays"].split()
        for text in days:
            try:
                date.fromisoformat(text)
            except ValueError:
                raise forms.ValidationError(
                    _("“%(text)s” is no date. Write 2027-12-24.") % {"text": text[:20]}
                ) from None
        return sorted(set(days))

    def names_changed(self) -> list[str]:
        same = self.cleaned_data.get("holidays") == sorted(set(self.initial["holidays"].split()))
        return [name for name in super().names_changed() if name != "holidays" or not same]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        triggers = ("review_order_value", "review_line_value", "review_quantity")
        if data.get("review_mode") == ReviewMode.THRESHOLD and not any(
            data.get(name) is not None or name in self.errors for name in triggers
        ):
            self.add_error("review_order_value", _("Give at least one value or quantity from which the shop looks."))
        return data


class PaymentForm(SettingsForm):
    class Meta:
        model = Shop
        fields = [
            "prepayment_percent", "net_days", "terms_trigger", "post_payment_status", "bank_details",
            "terms_text", "terms_version",
        ]  # fmt: skip
        labels = {
            "prepayment_percent": gettext_lazy("Prepayment in %"),
            "net_days": gettext_lazy("Net days on an accepted purchase order"),
            "terms_trigger": gettext_lazy("Net days count from"),
            "post_payment_status": gettext_lazy("A paid order goes by itself to"),
            "bank_details": gettext_lazy("Bank account on invoices"),
            "terms_text": gettext_lazy("Terms and conditions"),
            "terms_version": gettext_lazy("Version of the terms"),
        }
        help_texts = {
            "prepayment_percent": gettext_lazy("Of the total, before production. Customers may have their own."),
            "net_days": "",
            "post_payment_status": gettext_lazy("Empty: somebody releases it by hand."),
            "bank_details": "",
            "terms_version": gettext_lazy(
                "Kept with every order that is placed. Orders agreed before stay as they were."
            ),
        }
        widgets = {"bank_details": forms.Textarea({"rows": 3}), "terms_text": forms.Textarea({"rows": 10})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if (
            "terms_text" in self.changed_data
            and "terms_version" not in self.changed_data
            and self.initial["terms_text"]
        ):
            self.add_error("terms_version", _("The terms are new: give them a new version."))
        return data


class TaxForm(SettingsForm):
    vat_id = VatIdField(required=False)

    class Meta:
        model = Shop
        fields = ["vat_id", "consumer_vat"]
        labels = {"consumer_vat": gettext_lazy("Consumers in other countries of the EU pay the VAT of")}


class NumbersForm(SettingsForm):
    class Meta:
        model = Shop
        fields = ["next_order_number", "invoice_series", "credit_note_series", "receipt_series", "number_digits"]
        labels = {
            "next_order_number": gettext_lazy("Number of the next order"),
            "invoice_series": gettext_lazy("Invoices begin with"),
            "credit_note_series": gettext_lazy("Credit notes begin with"),
            "receipt_series": gettext_lazy("Receipts begin with"),
            "number_digits": gettext_lazy("Digits"),
        }
        help_texts = {
            "invoice_series": gettext_lazy(
                "The year follows. A new beginning starts a new series at 1, without gaps in the old one."
            ),
            "number_digits": gettext_lazy("Shorter numbers get zeros in front."),
        }

    def clean_next_order_number(self) -> int:
        wanted: int = self.cleaned_data["next_order_number"]
        lowest = (Order.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1
        if wanted < lowest:
            raise forms.ValidationError(
                _("Numbers up to %(last)s are given: %(lowest)s at least.") % {"last": lowest - 1, "lowest": lowest}
            )
        if wanted > HIGHEST_NUMBER:
            raise forms.ValidationError(_("At most %(most)s.") % {"most": HIGHEST_NUMBER})
        return wanted

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        taken: dict[str, str] = {}
        for kind, name in SERIES.items():
            series = data.get(name, "")
            if name in self.errors:
                continue
            if not re.fullmatch(r"[A-Z][A-Z-]{0,7}", series):
                self.add_error(name, _("One to eight capital letters or hyphens, a letter first."))
            elif series in taken:
                self.add_error(name, _("Each kind of paper needs a beginning of its own."))
            elif name in self.changed_data and _used_by_others(series, kind):
                self.add_error(name, _("Another kind of paper has had numbers with this beginning."))
            taken[series] = name
        return data


def _used_by_others(series: str, kind: str) -> bool:
    return Document.objects.filter(series__regex=rf"^{series}[0-9]{{4}}$").exclude(kind=kind).exists()


class NotificationsForm(SettingsForm):
    class Meta:
        model = Shop
        fields = ["email", "order_email"]
        labels = {
            "email": gettext_lazy("Customers write to"),
            "order_email": gettext_lazy("E-mails about orders go to"),
        }
        help_texts = {
            "email": gettext_lazy("Answers to our e-mails come here; it stands in their foot and on papers."),
            "order_email": gettext_lazy("New orders, offers that were accepted, payments: whatever the shop is told."),
        }


class SecurityForm(SettingsForm):
    class Meta:
        model = Shop
        fields = ["second_factor_required"]
        labels = {"second_factor_required": gettext_lazy("All staff need a second factor")}
        help_texts = {
            "second_factor_required": gettext_lazy(
                "Who has none is led to its set-up before the back office opens: an app with codes, or a passkey."
            )
        }

    def clean_second_factor_required(self) -> bool:
        wanted: bool = self.cleaned_data["second_factor_required"]
        if wanted and not self.instance.second_factor_required and not has_second_factor(self.by):
            raise forms.ValidationError(_("Set up your own first, in your account: else you would be locked out next."))
        return wanted


SECTIONS: dict[str, tuple[Any, type[SettingsForm] | None]] = {
    "identity": (gettext_lazy("Identity"), IdentityForm),
    "review": (gettext_lazy("Orders and review"), ReviewForm),
    "payment": (gettext_lazy("Payment and terms"), PaymentForm),
    "tax": (gettext_lazy("Tax and currency"), TaxForm),
    "delivery": (gettext_lazy("Delivery"), None),
    "numbers": (gettext_lazy("Numbers"), NumbersForm),
    "notifications": (gettext_lazy("Notifications"), NotificationsForm),
    "security": (gettext_lazy("Security"), SecurityForm),
}
