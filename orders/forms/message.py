"""A message about an order, with files."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from orders.forms.order import BEGINNINGS, MOST_BYTES

MOST_FILES = 5


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each judged by how it begins; its name says nothing."""

    widget = FilesInput({"accept": ".pdf,.png,.jpg,.jpeg", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [one for one in data or [] if one]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most 5 files at once."), code="too_many")
        for file in files:
            if (file.size or 0) > MOST_BYTES:
                raise forms.ValidationError(_("A file is larger than 10 MB."), code="too_large")
            head = file.read(16)
            file.seek(0)
            if not any(head.startswith(start) for start in BEGINNINGS):
                raise forms.ValidationError(_("Only PDF, PNG and JPEG files can be attached."), code="wrong_kind")
        return files


class MessageForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    body = forms.CharField(label=_("Message"), max_length=4000, widget=forms.Textarea({"rows": 3}))
    attached = FilesField(
        label=_("Files"), required=False, help_text=_("PDF, PNG or JPEG, up to 5 files of at most 10 MB.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid4()})
        kwargs.setdefault("auto_id", "message-%s")
        super().__init__(*args, **kwargs)

    @property
    def deed_key(self) -> str:
        return f"message:{self.cleaned_data['key']}"


class StaffMessageForm(MessageForm):
    internal = forms.BooleanField(
        label=_("Internal: staff alone read it"), required=False, help_text=_("Nobody gets an e-mail.")
    )
