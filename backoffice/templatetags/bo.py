"""Words and figures that only the back office shows."""

import re
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.templatetags.show import number
from backoffice import words
from orders.models.order import new_public_id

register = template.Library()
register.filter("event_word", words.event)
register.filter("role_word", words.role)
register.filter("method_word", words.method)
register.filter("because_word", words.because)
register.filter("audience_word", words.audience)


@register.simple_tag
def new_key() -> str:
    """Names the deed of a form whose button makes a new quote: pressed twice it makes one."""
    return new_public_id()


@register.filter
def age(when: datetime | None) -> str:
    """How long ago: its largest unit alone, "3 days"."""
    now = timezone.now()
    if when is None:
        return "–"
    return timesince(when, now, depth=1) if (now - when).total_seconds() >= 60 else _("now")


@register.filter
def capped(count: int, most: int) -> str:
    """A count that ends at `most`: "10,000+"."""
    return f"{number(most)}+" if count > most else number(count)


@register.filter
def breakable(address: str) -> SafeString:
    """An e-mail address that a narrow column breaks at its signs, never within a word."""
    return mark_safe(re.sub(r"([@._-])", r"<wbr>\1", escape(address)))
