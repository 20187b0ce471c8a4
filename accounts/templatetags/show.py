"""One filter each for money, lengths, dates: on every page the same. Built in: no page has to load it."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.countries import COUNTRIES
from accounts.models import Shop

register = template.Library()
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "JPY": "¥"}
SPRITE = "img/icons.svg"


def rounded(value: Decimal | float | str, decimals: int) -> str:
    """number_format cuts off what does not fit; here it is rounded."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return number_format(exact, decimals, force_grouping=True)


@register.filter
def money(amount: Decimal | str | None, currency: str = "EUR") -> str:
    """1234.5 → "1,234.50 €"; nothing → "–"."""
    if amount is None or amount == "":
        return "–"
    return f"{rounded(amount, 2)}\xa0{SYMBOLS.get(currency, currency)}"


@register.filter
def unit_money(amount: Decimal, currency: str = "EUR") -> str:
    """A derived price of one piece, as exact as it is up to four decimals: 17.4950 → "17.495 €"."""
    exact = amount.quantize(Decimal("0.0001")).normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{number_format(exact, places, force_grouping=True)}\u00a0{SYMBOLS.get(currency, currency)}"


@register.filter
def number(value: Decimal | float | str | None, decimals: int = 0) -> str:
    """1234.5 → "1,235"; `number:2` → "1,234.50"."""
    if value is None or value == "":
        return "–"
    return rounded(value, decimals)


@register.filter
def percent(value: Decimal | float | str | None) -> str:
    """19 → "19 %", 7.50 → "7.5 %"."""
    if value is None or value == "":
        return "–"
    exact = Decimal(str(value)).normalize()
    return f"{number_format(exact, max(0, -int(exact.as_tuple().exponent)))}\xa0%"


@register.filter
def mm(length: float | str) -> str:
    """A length in millimetres, as exact as a workshop reads it."""
    value = float(length)
    return rounded(value, 2 if round(value, 2) < 10 else 1)  # 9.9999999 of a STEP file is 10.0


@register.filter
def area(square_mm: float | str) -> str:
    """mm² → "12.3 cm²"."""
    return f"{_three_digits(float(square_mm) / 100)}\xa0cm²"


@register.filter
def volume(cubic_mm: float | str) -> str:
    """mm³ → "12.3 cm³"."""
    return f"{_three_digits(float(cubic_mm) / 1000)}\xa0cm³"


def _three_digits(value: float) -> str:
    return rounded(value, 2 if round(value, 2) < 10 else 1 if round(value, 1) < 100 else 0)


@register.filter
def filesize(count: int | None) -> str:
    """1400000 → "1.4 MB", 209715200 → "200 MB". Counted as operating systems do, in steps of 1024."""
    if count is None:
        return "–"
    size, units = float(count), ["B", "kB", "MB", "GB"]
    while size >= 1000 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{rounded(size, 1 if size < 10 and units[0] != 'B' else 0)}\xa0{units[0]}"


@register.simple_tag(takes_context=True)
def day(context: template.Context, when: date | datetime | None) -> str:
    """{% day order.placed_at %} → <time>3 May 2026</time>, in the shop's zone."""
    return _time(context, when, _("j M Y"))


@register.simple_tag(takes_context=True)
def moment(context: template.Context, when: datetime | None) -> str:
    """{% moment entry.at %} → <time>3 May 2026, 14:05</time>, in the shop's zone."""
    return _time(context, when, _("j M Y, H:i"))


def _time(context: template.Context, when: date | datetime | None, form: str) -> str:
    if when is None:
        return "–"
    if isinstance(when, datetime):
        shop = context.get("shop") or Shop.get()
        when = timezone.localtime(when, ZoneInfo(shop.timezone))
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), date_format(when, form))


@register.filter
def initials(name: str) -> str:
    """ "Ada von Löwe" → "AL"."""
    words = [word for word in str(name).replace("@", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def country(code: str) -> str:
    """ "DE" → "Germany"; what is unknown stays as it is."""
    return str(COUNTRIES.get(code, code))


@register.filter
def control(field: BoundField, extra: str = "") -> SafeString:
    """{{ form.quantity|control:"form-control-num" }}: the control alone, dressed as in partials/field.html."""
    kinds = {"checkbox": "", "radioselect": "", "checkboxselectmultiple": "", "select": "form-select"}
    dress = " ".join(filter(None, [kinds.get(field.widget_type, "form-control"), extra]))
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{dress} {own}".strip()} if dress or own else {})


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """{% icon "truck" %}: decoration, hidden from screen readers. `manage.py icons NAME` adds one to the sprite."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static(SPRITE),
        name,
    )
