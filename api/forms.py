"""Keys and endpoints, as people make them."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from api import scopes
from api.models import ApiKey
from api.webhooks import addresses, endpoints
from api.words import URL_REFUSALS

MOST_KEYS = 20
FOR_EVER = "for_ever"
LASTS = {"30": _("30 days"), "90": _("90 days"), "365": _("A year"), FOR_EVER: _("Until it is revoked")}


class KeyForm(forms.Form):
    prefix = "key"

    name = forms.CharField(
        label=_("What it is for"), max_length=60, help_text=_("The program or machine that uses it.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )
    lasts = forms.ChoiceField(label=_("How long it works"), choices=list(LASTS.items()), initial="365")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["scopes"].choices = scopes.in_words(scopes.offered(user))  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if ApiKey.objects.filter(user=self.user, revoked_at=None).count() >= MOST_KEYS:
            text = _("You have %(most)s keys. Revoke one first.")
            raise ValidationError(text, code="too_many", params={"most": MOST_KEYS})
        return name

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["lasts"]
        return None if days == FOR_EVER else now + timedelta(days=int(days))


class EndpointForm(forms.Form):
    prefix = "webhook"

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput({"placeholder": "https://", "autocomplete": "off"}),
        help_text=_("It gets a signed POST for every change of status."),
    )

    def __init__(self, *args: Any, company: Company | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            addresses.judged(url)
        except addresses.Refusal as refusal:
            raise ValidationError(str(URL_REFUSALS[refusal.code]), code=refusal.code) from None
        mine = endpoints.of_company(self.company)
        if mine.filter(url=url).exists():
            raise ValidationError(_("This address is there already."), code="there_already")
        if mine.count() >= endpoints.MOST:
            text = _("At most %(most)s addresses.")
            raise ValidationError(text, code="too_many", params={"most": endpoints.MOST})
        return url
