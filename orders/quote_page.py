"""What a customer sees of a draft, as plain values for the templates. What is for staff never gets in here.

The page is made of regions (a line's facts, options, price; the total) that are sent again only when they change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import PriceDetail
from accounts.templatetags.show import unit_money
from orders import pricing
from orders.models import LineWarning, Order, OrderLine
from orders.quote_hints import Earlier, UnitScale, ordered_before
from orders.selection import valid
from orders.words import say
from quoting.geometry.values import Figures, Measured, Reason
from quoting.models import Deed, Measurement, Part
from quoting.pricing.amounts import unit_price
from quoting.pricing.catalogue import Catalogue, Material, Process, by_key
from quoting.pricing.contract import (
    WORKING_REASONS,
    Component,
    LinePrice,
    LineRequest,
    OrderBreakdown,
    Selection,
)
from quoting.pricing.job import Job
from quoting.pricing.judge import judge
from quoting.pricing_words import component_formula, component_label
from quoting.services import unit_question
from quoting.words import say_repairs

UNITS = ("mm", "cm", "in")
# What no work of the shop's can mend: such an option is shown with its reason and cannot be chosen.
IMPOSSIBLE = {
    "too_big_for_machine",
    "not_round",
    "no_press",
    "no_mold_base",
    "unreachable",
    "too_many_setups",
    "hole_too_deep",
    "no_stock",
}


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    text: str
    hint: str = ""
    hex: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, with what is offered."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...]

    @property
    def hint(self) -> str:
        return next((option.hint for option in self.options if option.key == self.value), "")


@dataclass(frozen=True, slots=True)
class Item:
    """A component of a price, in words."""

    label: str
    formula: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RiskView:
    """What may go wrong with a line; what is not makeable cannot be accepted."""

    id: int
    text: str
    makeable: bool
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExtraField:
    name: str
    label: str
    help: str
    value: Any
    errors: Sequence[str]


def brief(reason: Reason) -> str:
    """The first sentence of a reason, as it stands behind a name."""
    sentence = say(reason).split(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def items(components: Sequence[Component], detail: PriceDetail) -> list[Item]:
    explained = detail == PriceDetail.FORMULAS
    return [Item(component_label(one), component_formula(one) if explained else "", one.amount) for one in components]


@dataclass
class LineView:
    """A line with a part. `posted` and `errors` are what was filled in and refused."""

    template: ClassVar[str] = "portal/quote/line.html"
    regions: ClassVar[dict[str, str]] = {
        name: f"portal/quote/line_{name}.html" for name in ("facts", "options", "price", "risks", "breakdown")
    }

    line: OrderLine
    catalogue: Catalogue
    shows_prices: bool
    detail: PriceDetail
    posted: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    earlier: Earlier | None = None

    # --- what it is
    @property
    def id(self) -> int:
        return self.line.pk

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def part(self) -> Part:
        assert self.line.part is not None
        return self.line.part

    @property
    def measurement(self) -> Measurement:
        return self.part.measurement

    @cached_property
    def measured(self) -> Measured | None:
        return Measured.model_validate(self.measurement.result) if self.measurement.result else None

    @property
    def figures(self) -> Figures | None:
        return self.measured.figures if self.measured else None

    @property
    def format(self) -> str:
        return self.figures.format.upper() if self.figures else ""

    @property
    def has_picture(self) -> bool:
        return bool(self._thumbnail and self._thumbnail.name)

    @property
    def awaits_picture(self) -> bool:
        return bool(self._thumbnail and self._thumbnail.state in (Deed.State.WAITING, Deed.State.WORKING))

    @property
    def _thumbnail(self) -> Any:
        return getattr(self.measurement, "thumbnail", None)

    # --- where it stands
    @cached_property
    def price(self) -> LinePrice | None:
        return self.line.line_price

    @property
    def stage(self) -> str:
        """measuring, pricing, priced, to_be_quoted, kept (to be quoted without being measured), refused"""
        if self.measurement.is_refused:
            return "kept" if self.line.quote_by_hand else "refused"
        if self.line.state == "working":
            return "pricing" if self.measured else "measuring"
        return self.line.state

    @property
    def is_working(self) -> bool:
        return self.stage in ("measuring", "pricing")

    @property
    def bodies(self) -> int:
        """How many different bodies the file holds, where it can be split."""
        return len(self.figures.distinct_bodies) if self.figures and not self.part.body else 0

    @property
    def repairs(self) -> str:
        return say_repairs(self.measured.healing) if self.measured else ""

    @cached_property
    def unit_question(self) -> UnitScale | None:
        question = unit_question(self.measurement)
        return UnitScale.of(question) if question else None

    @property
    def refusal(self) -> str:
        reason = self.measurement.refusal
        return say(reason) if reason else ""

    @property
    def reasons(self) -> list[str]:
        return [say(reason) for reason in self.price.reasons] if self.price else []

    @cached_property
    def risks(self) -> list[RiskView]:
        level = LineWarning.Level
        return [
            RiskView(
                one.pk, say(Reason.model_validate(one.reason)), one.level == level.REVIEW_AND_ACCEPT, one.accepted_at
            )
            for one in self.line.warnings.all()
        ]

    # --- what it costs
    @property
    def net(self) -> Decimal | None:
        return self.line.net if self.shows_prices else None

    @property
    def unit_price(self) -> str:
        """Up to four decimals; derived, never multiplied back."""
        if self.net is None:
            return ""
        return unit_money(unit_price(self.net, self.line.quantity), self.catalogue.currency)

    @property
    def items(self) -> list[Item]:
        shown = self.price and self.shows_prices and self.detail != PriceDetail.NONE
        return items(self.price.components, self.detail) if self.price and shown else []

    # --- what can be chosen
    @property
    def quantity(self) -> Any:
        return self.posted.get("quantity", self.line.quantity)

    @property
    def note(self) -> Any:
        return self.posted.get("note", self.line.note)

    @property
    def unit(self) -> str:
        return self.measurement.unit or (self.figures.unit if self.figures else "mm")

    @property
    def units(self) -> tuple[str, ...]:
        """A unit is asked for only where the file does not say it."""
        if self.figures:
            return UNITS if self.figures.unit_source != "file" else ()
        refusal = self.measurement.refusal
        return UNITS if refusal and refusal.code == "implausible_size" else ()

    @property
    def unit_is_assumed(self) -> bool:
        return self.figures is not None and self.figures.unit_source == "assumed"

    @cached_property
    def process(self) -> Process | None:
        return by_key(self.catalogue.processes, self.line.choice.process)

    @cached_property
    def choices(self) -> list[Choice]:
        chosen, process = self.line.choice, self.process
        made = [Choice("process", _("Process"), chosen.process, self._judged("process", self.catalogue.processes))]
        if process is None:
            return made
        material = by_key(process.materials, chosen.material)
        made.append(Choice("material", _("Material"), chosen.material, self._judged("material", process.materials)))
        made.append(Choice("finish", _("Finish"), chosen.finish, tuple(map(_named, process.finishes))))
        quality = tuple(Option(one.key, one.name) for one in process.profiles)
        made.append(Choice("profile", _("Print quality"), chosen.profile, quality))
        made.append(Choice("tolerance", _("Tolerance"), chosen.tolerance, tuple(map(_named, process.tolerances))))
        cavities = process.machine.molding.cavities if process.machine.molding else ()
        counts = tuple(Option(str(count), str(count)) for count in cavities)
        made.append(Choice("cavities", _("Cavities of the mold"), str(chosen.cavities), counts))
        made.append(Choice("lead_time", _("Lead time"), chosen.lead_time, self._lead_times(process, material)))
        return [choice for choice in made if choice.options]

    @cached_property
    def extras(self) -> list[ExtraField]:
        """What is counted: threads, inserts and the like."""
        counts = dict(self.line.choice.extras)
        return [
            ExtraField(
                f"extra_{extra.key}",
                extra.name,
                extra.description,
                self.posted.get(f"extra_{extra.key}", counts.get(extra.key, "")),
                self.errors.get(f"extra_{extra.key}", ()),
            )
            for extra in (self.process.extras if self.process else ())
        ]

    @cached_property
    def colours(self) -> Choice | None:
        material = by_key(self.process.materials, self.line.choice.material) if self.process else None
        if material is None or not material.colours:
            return None
        options = tuple(Option(one.key, one.name, hex=one.hex) for one in material.colours)
        return Choice("colour", _("Colour"), self.line.choice.colour, options)

    def _judged(self, name: str, offered: Sequence[Process | Material]) -> tuple[Option, ...]:
        """Each with the first thing that would keep it from being priced once it is chosen."""
        return tuple(self._option(name, item) for item in offered)

    def _option(self, name: str, item: Process | Material) -> Option:
        """What cannot be made cannot be chosen, but for what is chosen already."""
        choice = valid(self.catalogue, self.line.choice.model_copy(update={name: item.key}))
        if reason := self._obstacle(choice):
            impossible = reason.code in IMPOSSIBLE
            text = f"{item.name}: {brief(reason)}" if impossible else _("%(name)s: quoted by us") % {"name": item.name}
            return Option(
                item.key, text, item.description, disabled=impossible and item.key != getattr(self.line.choice, name)
            )
        return Option(item.key, item.name, item.description)

    def _obstacle(self, choice: Selection) -> Reason | None:
        """Why this choice has no price for this part, beside what holds for every choice."""
        if self.measured is None or self.measured.needs_review:
            return None
        request = LineRequest(line=0, file="", measured=self.measured, selection=choice, quantity=1)
        verdict = judge(self.catalogue, request)
        if isinstance(verdict, Job):
            return None
        return next((reason for reason in verdict if reason.code not in WORKING_REASONS), None)

    def _lead_times(self, process: Process, material: Material | None) -> tuple[Option, ...]:
        finish = by_key(process.finishes, self.line.choice.finish)
        extra = (material.lead_days if material else 0) + (finish.lead_days if finish else 0)
        return tuple(Option(one.key, f"{business_days(one.days + extra)} ({one.name})") for one in process.lead_times)


def _named(item: Any) -> Option:
    return Option(item.key, item.name, item.description)


def business_days(days: int) -> str:
    return ngettext("%(count)s business day", "%(count)s business days", days) % {"count": days}


@dataclass
class QuoteView:
    """A draft. Build it with `quote_view`."""

    template: ClassVar[str] = "portal/quote/page.html"
    regions: ClassVar[dict[str, str]] = {
        "undo": "portal/quote/undo.html",
        "total": "portal/quote/total.html",
        "bar": "portal/quote/bar.html",
    }
    is_shops: ClassVar[bool] = False  # with the powers of staff (orders/quote_shop.py)

    order: Order
    lines: Sequence[LineView]
    detail: PriceDetail

    @cached_property
    def price(self) -> OrderBreakdown | None:
        return self.order.price

    @property
    def shows_prices(self) -> bool:
        return not self.order.price_hidden

    @property
    def is_working(self) -> bool:
        return any(line.is_working for line in self.lines)

    @property
    def awaits_pictures(self) -> bool:
        return any(line.awaits_picture for line in self.lines)

    @property
    def without_price(self) -> int:
        return sum(line.stage in ("to_be_quoted", "kept") for line in self.lines)

    @property
    def refused(self) -> list[LineView]:
        return [line for line in self.lines if line.stage == "refused"]

    @property
    def review_reasons(self) -> list[str]:
        """Those that no line shows already."""
        reasons = [Reason.model_validate(reason) for reason in self.order.review_reasons]
        shown = {reason.code for line in self.lines if line.price for reason in line.price.reasons}
        return [say(reason) for reason in reasons if reason.code not in shown]

    @property
    def lines_sum(self) -> Decimal:
        return sum((line.net or Decimal(0) for line in self.price.lines), Decimal(0)) if self.price else Decimal(0)

    @property
    def items(self) -> list[Item]:
        return items(self.price.components, self.detail) if self.price else []

    @property
    def days(self) -> str:
        return business_days(self.price.days) if self.price and self.price.days else ""

    @property
    def checkout_url(self) -> str:
        return reverse("checkout", args=[self.order.public_id])

    @property
    def fingerprint(self) -> str:
        """Changes whenever the page would look different."""
        pictures = "".join("1" if line.has_picture else "0" for line in self.lines)
        return f"{self.order.version}-{int('1' + pictures, 2):x}"


def quote_view(
    order: Order,
    detail: PriceDetail,
    lines: Sequence[OrderLine] | None = None,
    *,
    refused_line: int = 0,
    posted: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> QuoteView:
    """A draft as its page shows it; `posted` and `errors` belong to the line `refused_line`."""
    catalogue, shows = order.price_list.catalogue, not order.price_hidden
    views = []
    found = pricing.priced_lines(order) if lines is None else lines
    before = ordered_before(order, found)
    for line in found:
        view = LineView(line, catalogue, shows, detail, earlier=before.get(line.pk))
        if line.pk == refused_line:
            view.posted, view.errors = posted or {}, errors or {}
        views.append(view)
    return QuoteView(order, views, detail)
