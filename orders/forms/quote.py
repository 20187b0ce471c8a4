"""What a customer fills in on the quote page. Choices are checked against the shop's catalogue, never trusted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.drafts import MORE_UNITS, UNITS, Bulk
from quoting.names import shown_name
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.cheaper import KINDS
from quoting.pricing.contract import MAX_QUANTITY, Selection
from quoting.pricing.machines import Extra

KEYS = ("process", "material", "finish", "colour", "profile", "lead_time", "tolerance")
MAX_NOTE = 2000


def quantity_field(**more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        min_value=1,
        max_value=MAX_QUANTITY,
        error_messages={
            "required": _("How many do you need?"),
            "invalid": _("Enter a whole number."),
            "min_value": _("At least one."),
            "max_value": _("At most %(limit_value)s at a time. Ask us for more."),
        },
        **more,
    )


class LineForm(forms.Form):
    """One line. What its process does not have is replaced by the draft's verb, so only the process must exist."""

    process = forms.CharField(max_length=60)
    material = forms.CharField(max_length=60, required=False)
    finish = forms.CharField(max_length=60, required=False)
    colour = forms.CharField(max_length=60, required=False)
    profile = forms.CharField(max_length=60, required=False)
    lead_time = forms.CharField(max_length=60, required=False)
    tolerance = forms.CharField(max_length=60, required=False)
    cavities = forms.IntegerField(min_value=0, max_value=64, required=False)
    quantity = quantity_field()
    note = forms.CharField(max_length=MAX_NOTE, required=False)

    def __init__(self, data: Any, catalogue: Catalogue) -> None:
        super().__init__(data)
        self.catalogue = catalogue
        process = by_key(catalogue.processes, (data or {}).get("process", ""))
        self.extras = process.extras if process else ()
        for extra in self.extras:
            self.fields[extra_name(extra)] = forms.IntegerField(
                min_value=0,
                max_value=extra.most,
                required=False,
                error_messages={
                    "invalid": _("Enter a whole number."),
                    "max_value": _("At most %(limit_value)s of these. Ask us for more."),
                },
            )

    def clean_process(self) -> str:
        key: str = self.cleaned_data["process"]
        if by_key(self.catalogue.processes, key) is None:
            raise forms.ValidationError(_("This process is not offered any more. Choose another one."), code="gone")
        return key

    @property
    def choice(self) -> Selection:
        data = self.cleaned_data
        counted = [(extra.key, data.get(extra_name(extra)) or 0) for extra in self.extras]
        return Selection(
            **{key: data[key] for key in KEYS},
            extras=tuple(sorted((key, count) for key, count in counted if count)),
            cavities=data["cavities"] or 0,
        )


def extra_name(extra: Extra) -> str:
    return f"extra_{extra.key}"


class UnitForm(forms.Form):
    unit = forms.ChoiceField(choices=[(unit, unit) for unit in (*UNITS, *MORE_UNITS)])


class CellForm(forms.Form):
    """A cell of the table of quantities and lead times."""

    quantity = quantity_field()
    lead_time = forms.CharField(max_length=60)


class CheaperForm(forms.Form):
    """One of the things that would make a line cheaper."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    key = forms.CharField(max_length=130)


class RiskForm(forms.Form):
    """A risk that is accepted, or one of which that is taken back."""

    accept = forms.IntegerField(required=False)
    take_back = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("accept") is None) == (data.get("take_back") is None):
            raise forms.ValidationError("one of them", code="nothing")
        return data


class BulkForm(forms.Form):
    """The same choice for the lines that are ticked. What is left empty stays as it is."""

    lines = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": _("Tick the parts first.")})
    process = forms.ChoiceField(label=_("Process"), required=False)
    material = forms.ChoiceField(label=_("Material"), required=False)
    finish = forms.ChoiceField(label=_("Finish"), required=False)
    lead_time = forms.ChoiceField(label=_("Lead time"), required=False)
    quantity = quantity_field(label=_("Quantity"), required=False)

    def __init__(self, data: Any, catalogue: Catalogue, line_ids: list[int]) -> None:
        super().__init__(data)
        offered = {
            "process": [(one.key, one.name) for one in catalogue.processes],
            "material": [(m.key, f"{m.name} ({one.name})") for one in catalogue.processes for m in one.materials],
            "finish": [(f.key, f"{f.name} ({one.name})") for one in catalogue.processes for f in one.finishes],
            "lead_time": [(t.key, t.name) for one in catalogue.processes for t in one.lead_times],
        }
        for name, choices in offered.items():
            unique = list({key: (key, text) for key, text in choices}.values())
            self.fields[name].choices = [("", _("Leave as it is")), *unique]  # type: ignore[attr-defined]
        self.fields["lines"].choices = [(str(pk), str(pk)) for pk in line_ids]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(
            data.get(name) for name in ("process", "material", "finish", "lead_time", "quantity")
        ):
            raise forms.ValidationError(_("Choose what is to be the same for them."), code="nothing")
        return data

    @property
    def bulk(self) -> Bulk:
        return Bulk(**{name: value for name, value in self.cleaned_data.items() if name != "lines"})


DRAWINGS = (".pdf", ".png", ".jpg", ".jpeg")
MOST_BYTES_OF_A_DRAWING = 20 * 1024 * 1024


def is_drawing(head: bytes) -> bool:
    """Judged by how the file begins; its name says nothing."""
    return head.startswith((b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


class DrawingForm(forms.Form):
    drawing = forms.FileField(label=_("2D drawing"), error_messages={"required": _("Choose a file first.")})

    def clean_drawing(self) -> bytes:
        upload = self.cleaned_data["drawing"]
        if (upload.size or 0) > MOST_BYTES_OF_A_DRAWING:
            raise forms.ValidationError(_("The drawing is larger than 20 MB."), code="too_large")
        content: bytes = upload.read()
        if not is_drawing(content[:16]):
            raise forms.ValidationError(_("This is not a PDF, PNG or JPEG file."), code="wrong_kind")
        self.shown_name = shown_name(upload.name or "")
        return content


class PromoForm(forms.Form):
    promo_code = forms.CharField(label=_("Promo code"), max_length=40, required=False)
