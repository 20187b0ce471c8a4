"""What the customer's buttons on the page of an order ask for. One form per transition; each is good for one deed."""

from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, ClassVar, cast
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.fields import LocalDecimalField
from accounts.templatetags.show import money
from orders.models import Order, OrderLine
from orders.presenting_lines import option_words
from orders.words import say
from orders.workflow.deed import Refused
from orders.workflow.door import Outcome
from orders.workflow.snapshot import alternatives, as_seen

MOST_BYTES = 10 * 1024 * 1024
# How a file of each kind begins; its name says nothing.
BEGINNINGS = {b"%PDF-": ".pdf", b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}
# Somebody was faster, or the order is no longer what the page showed: 409.
OVERTAKEN = {
    "changed_meanwhile",
    "wrong_status",
    "total_changed",
    "offer_not_current",
    "offer_expired",
    "already_released",
    "nothing_to_pay",
    "too_late_to_cancel",
    "lines_fixed",
}


class DeedForm(forms.Form):
    """`key` names the deed, so that a double click does it once; `version` tells whether somebody was faster."""

    transition: ClassVar[str]
    # Where a refusal is shown: the field beside which its sentence stands.
    places: ClassVar[dict[str, str]] = {}
    # An offer names its revision: what the shop works on meanwhile is nobody else's business.
    checks_version: ClassVar[bool] = True

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        first = {"key": str(uuid4()), "version": order.version, **self.first_values(order)}
        kwargs["initial"] = {**first, **kwargs.get("initial", {})}
        kwargs.setdefault("auto_id", f"{self.transition}-%s")
        super().__init__(*args, **kwargs)
        self.order = order

    def first_values(self, order: Order) -> dict[str, Any]:
        return {}

    def clean(self) -> dict[str, Any]:
        """What the page put there itself must be whole; nobody sees an error beside a hidden field."""
        data = super().clean() or {}
        if any(name in self.errors for name, field in self.fields.items() if field.widget.is_hidden):
            self.add_error(None, ValidationError(say(Refused("key_used")), code="key_used"))
        return data

    @property
    def deed_key(self) -> str:
        return f"web:{self.cleaned_data['key']}"

    def details(self) -> dict[str, Any]:
        """What goes to `perform`."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "version")}

    def check(self, outcome: Outcome) -> None:
        """What only shows once the deed is done, in its transaction; raises Refused, which undoes it."""

    def refuse(self, refused: Refused) -> None:
        """Put a refusal beside its field."""
        place = self.places.get(refused.code)
        if refused.code == "missing":
            place = next((name for name in refused.params["fields"].split(",") if name in self.fields), None)
        params = dict(refused.params)
        if "total" in params:
            params["total"] = money(params["total"], self.order.currency)
        self.add_error(place, ValidationError(say(Refused(refused.code, **params)), code=refused.code))

    def renew(self, order: Order, refused: Refused) -> None:
        """After a refusal: what was filled in stays, what the page stands on is the order as it is now."""
        data = cast(QueryDict, self.data).copy()
        values = {**self.first_values(order), "version": order.version}
        if refused.code == "total_changed":
            values["seen_total"] = refused.params["total"]
        for name, value in values.items():
            if self.fields[name].widget.is_hidden:
                data[name] = str(value)
        if refused.code == "terms_changed":
            data.pop("accept_terms", None)
        self.data = data


class AcceptForm(DeedForm):
    transition = "accept_offer"
    checks_version = False
    places: ClassVar[dict[str, str]] = {"choose_one_per_group": "consent"}

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("It is kept with the offer that you confirm."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    consent = forms.BooleanField(
        label=_("I confirm this offer and accept the terms. This is a binding order."),
        error_messages={"required": _("Tick this to confirm the offer.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    seen_total = forms.DecimalField(max_digits=14, decimal_places=2, widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        self.groups = alternatives(order)
        for group, lines in self.groups.items():
            self.fields[f"choice_{group}"] = forms.ChoiceField(
                label=_("Choose one"),
                choices=[(str(line.pk), str(line)) for line in lines],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of these.")},
            )

    def first_values(self, order: Order) -> dict[str, Any]:
        offer = order.offers.filter(state="sent").first()
        return {"revision": offer.revision if offer else 0, "seen_total": as_seen(order).total}

    @property
    def choice_rows(self) -> list[tuple[forms.BoundField, list[tuple[OrderLine, bool, str]]]]:
        """Each group of alternatives: its field, and its lines with whether they are chosen, and what was chosen for them."""
        rows = []
        catalogue = as_seen(self.order).price_list.catalogue

        def words(line: OrderLine) -> str:
            return " · ".join(name for _label, name in option_words(line, catalogue))

        for group, lines in self.groups.items():
            field = self[f"choice_{group}"]
            rows.append((field, [(line, str(field.value()) == str(line.pk), words(line)) for line in lines]))
        return rows

    def details(self) -> dict[str, Any]:
        data = self.cleaned_data
        choices = {group: data[f"choice_{group}"] for group in self.groups}
        return {"name": data["name"], "consent": True, "revision": str(data["revision"]), "choices": choices}


class ChangesForm(DeedForm):
    transition = "request_changes"
    checks_version = False

    comment = forms.CharField(
        label=_("What should be different?"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        self.lines = {f"line_{line.pk}": line for line in as_seen(order).offered_lines}
        for name, line in self.lines.items():
            widget = forms.Textarea({"rows": 1})
            self.fields[name] = forms.CharField(label=line.name, required=False, max_length=1000, widget=widget)

    def first_values(self, order: Order) -> dict[str, Any]:
        offer = order.offers.filter(state="sent").first()
        return {"revision": offer.revision if offer else 0}

    @property
    def line_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.lines]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not any(data.get(name) for name in ("comment", *self.lines)):
            self.add_error("comment", ValidationError(_("Say what should be different."), code="required"))
        return data

    def details(self) -> dict[str, Any]:
        """One text for the mail, each line's words under its name, and the same by line for the shop's page."""
        data = self.cleaned_data
        by_line = {str(line.pk): data[name] for name, line in self.lines.items() if data.get(name)}
        said = [data["comment"]] if data["comment"] else []
        said += [f"{line.position}. {line.name}: {data[name]}" for name, line in self.lines.items() if data.get(name)]
        return {"comment": "\n".join(said), "comments": by_line}

    def check(self, outcome: Outcome) -> None:
        """The comment is about the offer that was on the page; another one may have been sent meanwhile."""
        last = outcome.order.offers.last()
        if not outcome.repeated and (last is None or last.revision != self.cleaned_data["revision"]):
            raise Refused("offer_not_current")


class PurchaseOrderForm(DeedForm):
    transition = "provide_po"
    places: ClassVar[dict[str, str]] = {"nothing_to_pay": "po_number", "already_released": "po_number"}

    po_number = forms.CharField(label=_("PO number"), max_length=60)
    po_file = forms.FileField(
        label=_("PO document"),
        required=False,
        help_text=_("PDF, PNG or JPEG, up to 10 MB."),
        widget=forms.FileInput({"accept": ".pdf,.png,.jpg,.jpeg"}),
    )
    po_total = LocalDecimalField(
        label=_("Total on the PO"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        help_text=_("With tax, if it stands on the purchase order."),
    )

    def clean_po_file(self) -> UploadedFile | None:
        """Judged by its content, and kept under a name of ours."""
        file: UploadedFile | None = self.cleaned_data["po_file"]
        if not file:
            return None
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."), code="too_large")
        head = file.read(16)
        file.seek(0)
        ending = next((ending for start, ending in BEGINNINGS.items() if head.startswith(start)), None)
        if ending is None:
            raise ValidationError(_("This is not a PDF, PNG or JPEG file."), code="wrong_kind")
        file.name = str(PurePosixPath(uuid4().hex).with_suffix(ending))
        return file


class CancelForm(DeedForm):
    transition = "cancel_by_customer"

    reason = forms.CharField(label=_("Why do you cancel?"), max_length=1000, widget=forms.Textarea({"rows": 3}))


class PlaceForm(DeedForm):
    """The review page: place the order, or have the shop look at it."""

    transition = "place"
    places: ClassVar[dict[str, str]] = {"terms_changed": "accept_terms"}

    seen_total = forms.DecimalField(max_digits=14, decimal_places=2, widget=forms.HiddenInput, required=False)
    terms = forms.CharField(max_length=20, widget=forms.HiddenInput, required=False)
    accept_terms = forms.BooleanField(
        label=_("I accept the terms"),
        required=False,
        error_messages={"required": _("Please accept the terms to place the order.")},
    )

    def __init__(self, *args: Any, order: Order, terms: str, placing: bool, **kwargs: Any) -> None:
        self.terms_version = terms
        super().__init__(*args, order=order, **kwargs)
        self.fields["accept_terms"].required = placing

    def first_values(self, order: Order) -> dict[str, Any]:
        return {"seen_total": order.total, "terms": self.terms_version}

    def details(self) -> dict[str, Any]:
        if not self.fields["accept_terms"].required:
            return {}  # submitted for review: nothing is agreed yet
        # Where the page had no total and no terms to agree to, the guards say why it cannot be placed.
        return {"seen_total": str(self.cleaned_data["seen_total"] or 0), "terms": self.cleaned_data["terms"] or "-"}
