"""Words and figures that only the back office shows."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.money import CENT
from accounts.templatetags.show import SYMBOLS
from backoffice import words

register = template.Library()
register.filter("event_word", words.event)
register.filter("role_word", words.role)
register.filter("method_word", words.method)
register.filter("because_word", words.because)
register.filter("audience_word", words.audience)


@register.filter
def age(when: datetime | None) -> str:
    """How long ago: its largest unit alone, "3 days"."""
    now = timezone.now()
    if when is None:
        return "–"
    return timesince(when, now, depth=1) if (now - when).total_seconds() >= 60 else _("now")


@register.filter
def per_copy(amount: Decimal | None, currency: str = "EUR") -> str:
    """A price per copy, with up to four places where cents do not tell it exactly."""
    if amount is None:
        return "–"
    places = 2 if amount == amount.quantize(CENT) else 4
    return f"{number_format(amount, places, force_grouping=True)}\xa0{SYMBOLS.get(currency, currency)}"
