"""Orders, quotes and parts as the API shows them: what their customer sees on the pages, and nothing else."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import PriceDetail, Shop
from api.schemas import (
    ComponentOut,
    DeliveryOut,
    EventOut,
    LineOut,
    OrderOut,
    OrderRow,
    PartOut,
    PaymentOut,
    PriceOut,
    QuoteOut,
    QuoteRow,
    ReasonOut,
    TaxOut,
)
from orders import presenting, presenting_lines
from orders.models import Order, OrderLine
from orders.words import say
from orders.workflow.actors import Actor
from orders.workflow.snapshot import as_seen
from quoting.geometry.values import Reason
from quoting.models import Part
from quoting.pricing.contract import Component
from quoting.pricing_words import component_formula, component_label


def page_url(name: str, order: Order) -> str:
    return settings.SITE_URL + reverse(name, args=[order.public_id])


def part_out(part: Part) -> PartOut:
    measurement = part.measurement
    measured, refusal = measurement.measured, measurement.refusal
    figures = measured.figures if measured else None
    return PartOut(
        id=part.pk,
        name=part.name,
        state="refused" if measurement.is_refused else "measured" if figures else "measuring",
        unit=figures.unit if figures else measurement.unit,
        size_mm=list(figures.size_mm) if figures else None,
        volume_mm3=figures.volume_mm3 if figures else None,
        area_mm2=figures.area_mm2 if figures else None,
        bodies=figures.bodies if figures else None,
        refusal=reason_out(refusal) if refusal else None,
        review=[reason_out(one) for one in measured.needs_review] if measured else [],
        created_at=part.created_at,
    )


def reason_out(reason: Reason) -> ReasonOut:
    return ReasonOut(code=reason.code, message=say(reason), line=reason.params.get("line", ""))


# --- lines and sums


def line_outs(order: Order, shop: Shop) -> tuple[list[LineOut], PriceOut | None]:
    """The lines, and what they come to; None where an amount is hidden. As much of the prices' making as the shop shows."""
    detail = PriceDetail(shop.price_detail)
    views = presenting_lines.line_views(order, detail)
    sums = presenting_lines.sums(order, views)
    lines = {line.pk: line for line in order.offered_lines}
    made = [_line_out(lines[view.pk], view, detail) for view in views]
    price = order.price
    if sums.hidden or price is None:
        return made, None
    return made, PriceOut(
        state=price.state,
        currency=order.currency,
        includes_tax=price.prices_gross,
        components=_components(price.components, detail),
        net=order.net,
        taxes=[TaxOut(percent=percent, amount=amount) for percent, amount in sums.taxes],
        tax=order.tax,
        total=order.total,
        days=price.days,
    )


def _line_out(line: OrderLine, view: presenting_lines.LineView, detail: PriceDetail) -> LineOut:
    choice, price = line.choice, line.line_price
    return LineOut(
        id=line.pk,
        position=line.position,
        part=line.part_id,
        name=line.name,
        **{name: getattr(choice, name) for name in ("process", "material", "finish", "colour", "profile", "lead_time")},
        tolerance=choice.tolerance,
        extras=dict(choice.extras),
        cavities=choice.cavities,
        quantity=line.quantity,
        note=line.note,
        state=line.state,
        net=view.net,
        components=_components(price.components if price and view.rows else (), detail),
        days=view.days,
        reasons=[reason_out(reason) for reason in price.reasons] if price else [],
        alternative=line.alternative_group,
        counts=line.counts,
    )


def _components(components: Iterable[Component], detail: PriceDetail) -> list[ComponentOut]:
    explained = detail == PriceDetail.FORMULAS
    return [
        ComponentOut(
            code=one.code,
            label=component_label(one),
            formula=component_formula(one) if explained else "",
            amount=one.amount,
        )
        for one in components
    ]


def _delivery(order: Order) -> DeliveryOut:
    return DeliveryOut(
        contact=order.contact,
        billing=order.billing_address,
        shipping=order.shipping_address,
        method=order.shipping_method,
        reference=order.customer_reference,
        note=order.customer_note,
        also_notify=order.also_notify,
    )


# --- quotes


def quote_out(order: Order, actor: Actor, shop: Shop) -> QuoteOut:
    lines, price = line_outs(order, shop)
    standing = presenting.refusals(order, "place", actor, shop)
    # What the call itself answers: the terms and the total that are agreed to.
    obstacles = [reason for reason in standing if reason.code not in ("terms_changed", "total_changed")]
    return QuoteOut(
        id=order.public_id,
        version=order.version,
        created_at=order.created_at,
        price=price,
        lines=lines,
        delivery=_delivery(order),
        can_be_placed=not obstacles,
        obstacles=[reason_out(reason) for reason in obstacles],
        url=page_url("quote", order),
    )


def total_of(row: Any) -> Decimal | None:
    """Of a row of orders.views.orders.rows."""
    if row.price_hidden or row.hides or (row.is_draft and row.unpriced):
        return None
    total: Decimal | None = row.total_outside
    return total


def quote_row(row: Any) -> QuoteRow:
    return QuoteRow(
        id=row.public_id,
        lines=row.line_count or 0,
        first_line=row.first_line,
        total=total_of(row),
        currency=row.currency,
        created_at=row.created_at,
    )


# --- orders


def order_row(row: Any) -> OrderRow:
    return OrderRow(
        id=row.public_id,
        number=row.number,
        status=row.status,
        payment_status=row.payment_status.value,
        reference=row.customer_reference,
        lines=row.line_count or 0,
        first_line=row.first_line,
        total=total_of(row),
        currency=row.currency,
        submitted_at=row.submitted_at,
        promised_date=row.promised_date,
    )


def order_out(order: Order, shop: Shop) -> OrderOut:
    seen = as_seen(order)
    lines, price = line_outs(seen, shop)
    amounts = price is not None
    return OrderOut(
        id=order.public_id,
        number=order.number or 0,
        version=order.version,
        status=order.status,
        status_label=str(order.state.label),
        status_group=order.state.group,
        submitted_at=order.submitted_at,
        placed_at=order.placed_at,
        promised_date=order.promised_date,
        carrier=order.carrier,
        tracking=order.tracking,
        price=price,
        payment=PaymentOut(
            status=order.payment_status.value,
            received=order.received if amounts else None,
            balance=seen.balance if amounts else None,
            due=order.payment_due,
        ),
        lines=lines,
        delivery=_delivery(order),
        history=[
            EventOut(code=event.code, text=event.text, at=event.at, note=event.note)
            for event in presenting.timeline(order, shop)
        ],
        url=page_url("order", order),
    )
