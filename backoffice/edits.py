"""Forms over a row that two people may have open at once: who saves second is told, and loses nothing typed."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Activity, User


class EditForm(forms.ModelForm):
    """`instance` is the row under its lock; `version` the one on which the form was filled in."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = self.instance.version
        self.initial["version"] = self.now
        self.meanwhile: list[tuple[str, Any]] = []

    @property
    def is_stale(self) -> bool:
        return self.is_bound and self.cleaned_data.get("version") not in (None, self.now)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "version" not in data:
            self.add_error(None, _("Open this page again, then save."))
        elif self.is_stale:
            self.add_error(None, _("Somebody else has saved this since you opened the page. Compare, then save again."))
        return data

    def tell_what_stands(self) -> None:
        """Shown again beside what the other one saved: what is pressed then has seen it."""
        for name in self.changed_data:
            if name != "version":
                self.meanwhile.append((capfirst(str(self.fields[name].label)), self.initial.get(name)))
        self.data = {**self.data.dict(), "version": str(self.now)}  # type: ignore[attr-defined]

    @property
    def status(self) -> int:
        """Of the answer: what was refused, and whether by what somebody else did."""
        if not self.errors:
            return 200
        return 409 if self.is_stale else 422

    def names_changed(self) -> list[str]:
        return [name for name in self.changed_data if name != "version"]

    def store(self, by: User, code: str, about: str) -> Any:
        """Save what was changed; of people only its names are kept, so that what is erased is erased."""
        changed = self.names_changed()
        row = self.save()
        if changed:
            Activity.record(by, code, about, fields=changed)
        return row
