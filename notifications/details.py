"""The tables of a mail about an order: what stands where, what is left out, what is hidden."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from notifications.facts import Facts, Line
from notifications.matrix import EVENTS
from notifications.pictures import Album
from notifications.show import day, money, percent

PAYMENT_EVENTS = {"paid", "payment_problem"}  # besides those whose link leads to payment
OFFER_EVENTS = {"firm_offer_sent", "offer_expired"}
SHIPPING_EVENTS = {"shipped", "part_shipped", "ready_for_pickup", "delivered"}
OVER = {"shipped", "part_shipped", "delivered", "canceled_by_customer", "canceled_by_admin", "refund"}


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class LineRow:
    name: str
    options: str  # process, material, finish, colour
    quantity: int
    price: str
    cid: str  # of the thumbnail, "" where there is none


@dataclass(frozen=True, slots=True)
class Totals:
    rows: list[Row]
    total: Row | None


def order_rows(event: str, facts: Facts) -> list[Row]:
    """Order number, status, payment, and what belongs to this event."""
    previous = facts.get("from_label", "")
    if facts.get("from") == facts.get("to") or facts.get("from_quotation_tool"):
        previous = ""
    found = [
        Row(_("Order"), f"#{facts.get('number', '')}"),
        Row(_("Status"), facts.get("to_label", "")),
        Row(_("Previous status"), previous),
        Row(_("Payment"), facts.get("payment_status", "")),
        *_money_rows(event, facts),
        *_day_rows(event, facts),
        Row(_("Purchase order"), facts.get("po_number", "")),
        Row(_("Reference"), facts.get("reference", "")),
    ]
    if event in SHIPPING_EVENTS:
        found += [Row(_("Carrier"), facts.get("carrier", "")), Row(_("Tracking number"), facts.get("tracking", ""))]
    return [row for row in found if row.value]


def _money_rows(event: str, facts: Facts) -> Iterator[Row]:
    pays = _is_about_payment(event)
    if event == "refund":
        yield Row(_("Refunded"), amount(facts, facts.get("amount")))
    elif pays:
        yield Row(_("Received"), amount(facts, facts.get("amount")))
    if event == "waiting_for_payment":
        yield Row(_("Asked for now"), amount(facts, facts.get("amount_asked")))
    if pays and event != "paid":
        yield Row(_("Still open"), amount(facts, facts.get("balance")))


def _day_rows(event: str, facts: Facts) -> Iterator[Row]:
    if _is_about_payment(event) and event != "paid":
        yield Row(_("Payment due"), day(facts.get("due", "")))
    if event in OFFER_EVENTS:
        yield Row(_("Revision"), str(facts.get("revision") or ""))
        yield Row(_("Valid until"), day(facts.get("valid_until", "")))
    if event not in OVER:
        yield Row(_("Promised for"), day(facts.get("promised", "")))


def _is_about_payment(event: str) -> bool:
    return event in PAYMENT_EVENTS or EVENTS[event].link == "payment"


def amount(facts: Facts, value: str | None) -> str:
    """ "" for nothing: a row that says 0.00 € says nothing."""
    if value is None or not str(value).strip("0.,-"):
        return ""
    return _hidden() if facts.get("price_hidden") else money(str(value), facts.get("currency", "EUR"))


def _hidden() -> str:
    return _("to be determined")


def line_rows(facts: Facts, album: Album) -> list[LineRow]:
    return [
        LineRow(
            name=line.get("name", ""),
            options=" · ".join(filter(None, _options(line))),
            quantity=line.get("quantity", 1),
            price=_line_price(line, facts),
            cid=album.thumbnail(line.get("thumbnail", "")),
        )
        for line in facts.get("lines", [])
    ]


def _options(line: Line) -> tuple[str | None, ...]:
    return line.get("process"), line.get("material"), line.get("finish"), line.get("colour")


def _line_price(line: Line, facts: Facts) -> str:
    price = line.get("price")
    if price is not None and not facts.get("price_hidden"):
        return money(price, facts.get("currency", "EUR"))
    words = {"working": _("being calculated"), "to_be_quoted": _("to be quoted"), "part": ""}
    return words.get(line.get("state", ""), _hidden()) if not facts.get("price_hidden") else _hidden()


def totals(facts: Facts) -> Totals:
    """Shipping, what concerns the whole order, net, tax per rate, total."""
    shipping = facts.get("shipping") or {}
    way = _("Shipping (%(name)s)") % {"name": shipping.get("name")} if shipping.get("name") else _("Shipping")
    if facts.get("price_hidden") or _one_is_hidden(facts):
        rows = [Row(way, _hidden())] if shipping else []
        return Totals(rows, Row(_("Total"), _hidden()))
    currency = facts.get("currency", "EUR")
    rows = [Row(item["label"], money(item["amount"], currency)) for item in facts.get("components", [])]
    if shipping:
        price = shipping.get("price")
        rows.append(Row(way, money(price, currency) if price is not None else _hidden()))
    if net := facts.get("net"):
        rows.append(Row(_("Net"), money(net, currency)))
    rows += _tax_rows(facts, currency)
    total = facts.get("total")
    incomplete = any(line.get("price") is None and line.get("state") != "part" for line in facts.get("lines", []))
    label = _("Total so far") if incomplete else _("Total")
    return Totals(rows, Row(label, money(total, currency)) if total else None)


def _one_is_hidden(facts: Facts) -> bool:
    """A price without a figure that is neither being made nor to be quoted is hidden: a total would give it away."""
    return any(line.get("price") is None and line.get("state", "priced") == "priced" for line in facts.get("lines", []))


def _tax_rows(facts: Facts, currency: str) -> list[Row]:
    if taxes := facts.get("taxes"):
        return [Row(_("VAT %(rate)s") % {"rate": percent(tax["rate"])}, money(tax["tax"], currency)) for tax in taxes]
    tax = facts.get("tax")
    return [Row(_("VAT"), money(tax, currency))] if tax else []
