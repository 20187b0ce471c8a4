"""What the page of one order shows, read in a fixed number of queries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.templatetags.show import money
from backoffice import words
from notifications.models import OutgoingEmail
from orders.models import Acceptance, Document, HistoryEntry, Order, OrderLine, Status
from orders.presenting_lines import option_words
from orders.words import say, say_where
from quoting import pricing_words
from quoting.geometry.values import Figures, Healing, Reason
from quoting.models import Part
from quoting.pricing.amounts import unit_price
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.contract import Component, TaxLine
from quoting.words import say_repairs

SHOWN_DETAILS = (
    "reason",
    "note",
    "on_behalf",
    "how",
    "comment",
    "po_number",
    "po_total",
    "amount",
    "method",
    "line",
    "shipped",
    "carrier",
    "tracking",
)


@dataclass(frozen=True, slots=True)
class Charge:
    label: str
    formula: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineView:
    line: OrderLine
    options: list[tuple[str, str]]  # what was chosen: kind and name
    figures: Figures | None
    charges: list[Charge]
    reasons: list[str]
    warnings: list[Any]
    days: int

    @property
    def part(self) -> Part | None:
        return self.line.part

    @property
    def repairs(self) -> str:
        """What was repaired in the file before it was measured."""
        result = self.part.measurement.result if self.part else None
        return say_repairs(Healing.model_validate(result["healing"])) if result and result.get("healing") else ""

    @property
    def unit(self) -> Decimal | None:
        return None if self.line.net is None else unit_price(self.line.net, self.line.quantity)

    @property
    def computed(self) -> Decimal | None:
        """What the formulas say, beside a price set by hand."""
        price = self.line.line_price
        known = price is not None and price.computed is not None and price.computed.state == "priced"
        return price.computed.net if known else None  # type: ignore[union-attr]

    @property
    def thumbnail(self) -> str:
        made = getattr(self.part.measurement, "thumbnail", None) if self.part else None
        return made.name if made else ""


@dataclass(frozen=True, slots=True)
class EntryView:
    entry: HistoryEntry
    title: str
    who: str
    role: str
    details: list[tuple[str, str]]

    @property
    def moved(self) -> bool:
        return self.entry.from_status != self.entry.to_status

    @property
    def is_status(self) -> bool:
        return self.entry.kind == HistoryEntry.Kind.STATUS

    @property
    def before(self) -> Status:
        return Status(self.entry.from_status)

    @property
    def after(self) -> Status:
        return Status(self.entry.to_status)


def order_page(order: Order) -> dict[str, Any]:
    catalogue, price = order.price_list.catalogue, order.price
    documents = list(order.documents.defer("facts").order_by("-pk"))
    history = [entry_view(entry, order.currency) for entry in order.history.select_related("actor").order_by("-pk")]
    return {
        "lines": line_views(order, catalogue),
        "components": [charge(component) for component in price.components] if price else [],
        "taxes": list(price.taxes) if price else list[TaxLine](),
        "prices_gross": bool(price and price.prices_gross),
        "is_priced": bool(price and price.state == "priced"),
        "shipping": by_key(catalogue.shipping, order.shipping_method),
        "review_reasons": [say_where(Reason.model_validate(reason)) for reason in order.review_reasons],
        "purchase_orders": order.purchase_orders.select_related("provided_by", "decided_by").order_by("-pk"),
        "ledger": order.ledger.select_related("actor"),
        "checkouts": order.checkouts.exclude(state__in=["closed", "paid"]),
        "disputes": order.provider_events.filter(outcome="disputed"),
        "refund_requests": order.refund_requests.order_by("-pk"),
        "offers": order.offers.defer("snapshot").select_related("created_by").order_by("-revision"),
        "acceptances": acceptances(order),
        "documents": documents,
        "has_invoice": has_invoice(documents),
        "history": history,
        # With which words it came to where it stands.
        "standing": next((view for view in history if view.is_status and view.after == order.status), None),
        "mails": OutgoingEmail.objects.filter(about=f"order:{order.pk}").defer("facts").order_by("-pk"),
        "held_from": Status(order.held_from) if order.held_from else None,
        "canceled_from": Status(order.canceled_from) if order.canceled_from else None,
    }


def has_invoice(documents: list[Document]) -> bool:
    """An invoice that stands: none of which all was credited."""
    invoices = [one for one in documents if one.kind == Document.Kind.INVOICE]
    credited = {one.corrects_id for one in documents if one.corrects_id and one.amount is None}
    return bool(invoices) and invoices[0].pk not in credited


def acceptances(order: Order) -> list[Acceptance]:
    return list(order.acceptances.select_related("by").defer("offer__snapshot").select_related("offer").order_by("-pk"))


# --- lines


def line_views(order: Order, catalogue: Catalogue) -> list[LineView]:
    lines = order.lines.select_related("part__file", "part__measurement__thumbnail").prefetch_related("warnings")
    return [line_view(line, catalogue) for line in lines]


def line_view(line: OrderLine, catalogue: Catalogue) -> LineView:
    price = line.line_price
    refusal = line.part.measurement.refusal if line.part else None
    reasons = [refusal] if refusal else []
    if price:
        reasons += [reason for reason in price.reasons if reason.code not in ("not_measured" if refusal else "",)]
    return LineView(
        line=line,
        options=options(line, catalogue),
        figures=figures(line),
        charges=[charge(component) for component in price.components] if price else [],
        reasons=[say(reason) for reason in reasons],
        warnings=[
            {"warning": warning, "text": say(Reason.model_validate(warning.reason))} for warning in line.warnings.all()
        ],
        days=price.days if price else 0,
    )


def options(line: OrderLine, catalogue: Catalogue) -> list[tuple[str, str]]:
    return list(option_words(line, catalogue)) if line.part else []


def figures(line: OrderLine) -> Figures | None:
    result = line.part.measurement.result if line.part else None
    return Figures.model_validate(result["figures"]) if result else None


def charge(component: Component) -> Charge:
    """A component in words; one whose inputs are incomplete keeps at least its amount."""
    try:
        label, formula = pricing_words.component_label(component), pricing_words.component_formula(component)
    except KeyError:
        label, formula = words.plain(component.code), ""
    return Charge(label, formula, component.amount)


# --- history


def entry_view(entry: HistoryEntry, currency: str) -> EntryView:
    details = entry.details or {}
    return EntryView(
        entry=entry,
        title=words.deed(entry),
        who=str(entry.actor) if entry.actor else words.role(entry.actor_role),
        role=words.role(entry.actor_role),
        details=[
            *(
                (words.detail(name), shown(name, details[name], currency))
                for name in SHOWN_DETAILS
                if details.get(name)
            ),
            *((words.detail(name), f"{was(old)} → {was(new)}") for name, (old, new) in edited(details)),
        ],
    )


def edited(details: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """The fields that an edit changed, each with its old and new value."""
    return list((details.get("changed") or {}).items())


def was(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)


def shown(name: str, value: str, currency: str) -> str:
    if name == "method":
        return words.method(value)
    return money(value, currency) if name in ("amount", "po_total") else value
