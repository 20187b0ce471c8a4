"""Money, percentages and days as every page shows them: by the project's filters, under the names templates know.

This room imports no other, and a second filter for the same thing would soon differ.
"""

from datetime import date
from functools import cache

from django.template import Context, Template, engines
from django.utils.formats import date_format
from django.utils.translation import gettext as _


@cache
def _template(source: str) -> Template:
    return engines["django"].engine.from_string(source)  # type: ignore[attr-defined]


def money(amount: str, currency: str) -> str:
    return _template("{{ amount|money:currency }}").render(Context({"amount": amount, "currency": currency}))


def percent(rate: str) -> str:
    return _template("{{ rate|percent }}").render(Context({"rate": rate}))


def day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), _("j F Y")) if iso else ""
