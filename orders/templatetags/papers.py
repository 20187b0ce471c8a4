"""What only papers need: their facts are plain strings."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def on(day: str) -> str:
    """ "2026-05-03" → "3 May 2026"."""
    return date_format(date.fromisoformat(day), _("j M Y")) if day else "–"


@register.filter
def oneline(text: str) -> str:
    """Several lines as one."""
    return ", ".join(line.strip() for line in text.splitlines() if line.strip())
