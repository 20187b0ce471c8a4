"""Today's price of an order: from its lines to the pure engine and back. Called under the order's lock, by the doors.

Nothing else is written than the order given (the caller saves it) and its lines.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import ConsumerVat, ReviewMode, Shop
from orders import risks
from orders.models import Order, OrderLine, PromoCode
from orders.selection import choose, chosen_profile, first_fitting
from quoting.geometry.values import Measured, Reason
from quoting.models import Measurement
from quoting.pricing.catalogue import Catalogue, Profile
from quoting.pricing.contract import Discount, LinePrice, LineRequest, OrderBreakdown, OrderTerms, Promo
from quoting.pricing.engine import price_order
from quoting.pricing.vat import Supply, Vat, treatment
from quoting.services import ask_estimates, current_price_list, shape_of

PRICED_FIELDS = ["selection", "process", "material", "price", "state", "net", "tax_class", "counts"]


def reprice(order: Order) -> OrderBreakdown:
    """Work out and store the price of a locked order. A draft moves to the current price list first."""
    if order.is_draft:
        order.price_list = current_price_list()
    catalogue, lines = order.price_list.catalogue, priced_lines(order)
    with_parts = [line for line in lines if not line.is_fee]
    _choose_again(with_parts, catalogue)
    _ask_for_estimates(with_parts, catalogue)
    given = terms(order)
    result = worked_out(order, lines, given)
    OrderLine.objects.bulk_update(lines, PRICED_FIELDS)
    risks.keep(lines, catalogue)
    _store_order(order, [line for line in lines if line.counts], result, given)
    return result


def worked_out(
    order: Order,
    lines: Sequence[OrderLine],
    given: OrderTerms | None = None,
    shapes: Mapping[int, Measured] | None = None,
) -> OrderBreakdown:
    """The price of these lines on the terms of the order; what each costs is set on it, and nothing saved.

    `given`: on other terms than those of today. `shapes`: of lines whose figures are not those of today.
    """
    catalogue, given = order.price_list.catalogue, given or terms(order)
    counted, others = _alternatives(lines)
    asked = [_request(line, catalogue, shapes) for line in counted]
    result = price_order(catalogue, asked, given)
    for line, price in zip(counted, result.lines, strict=True):
        _store_line(line, price)
    for line, place in others:
        instead = [*asked[:place], _request(line, catalogue, shapes), *asked[place + 1 :]]
        _store_line(line, price_order(catalogue, instead, given).lines[place])
    return result


def on_terms_of_today(seen: Order) -> Order:
    """A copy of an order, which is not to be saved, with its sums on the terms that hold for the copy."""
    given = terms(seen)
    store_sums(seen, worked_out(seen, priced_lines(seen), given), given)
    return seen


def requests(order: Order, lines: Sequence[OrderLine]) -> list[LineRequest]:
    """The lines as pricing reads them."""
    return [_request(line, order.price_list.catalogue) for line in lines]


def _alternatives(lines: Sequence[OrderLine]) -> tuple[list[OrderLine], list[tuple[OrderLine, int]]]:
    """The lines that the sums are of, and the other alternatives with the place of the one that counts in their group.

    The first of a group by position counts; each other is priced as if it were chosen instead.
    """
    counted: list[OrderLine] = []
    others: list[tuple[OrderLine, int]] = []
    places: dict[str, int] = {}
    for line in lines:
        group = line.alternative_group
        line.counts = not group or group not in places
        if line.counts:
            places[group] = len(counted)
            counted.append(line)
        else:
            others.append((line, places[group]))
    return counted, others


def is_stale(order: Order, lines: Sequence[OrderLine]) -> bool:
    """Whether a draft would get another price now: a model was measured meanwhile, or the shop's price list changed."""
    current = current_price_list()
    if current.pk != order.price_list_id:
        return True
    catalogue = current.catalogue
    counted, _others = _alternatives([line for line in lines if not line.left_out])
    result = price_order(catalogue, [_request(line, catalogue) for line in counted], terms(order))
    return result.model_dump(mode="json") != order.breakdown


def priced_lines(order: Order) -> list[OrderLine]:
    """The lines that count, with all that pricing reads."""
    return list(with_shapes(order.lines.filter(left_out=False)))


def with_shapes(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    return (
        lines.select_related("part__file", "part__measurement__thumbnail")
        .prefetch_related("part__measurement__estimates", "warnings")
        .order_by("position")
    )


def _choose_again(lines: Sequence[OrderLine], catalogue: Catalogue) -> None:
    """A part is given a process before anybody knows its size; once it is known, one that it fits.

    Only where the customer still has what the line started with.
    """
    for line in lines:
        was_measuring = line.line_price is None or any(one.code == "measuring" for one in line.line_price.reasons)
        shape = shape_of(_measurement(line), catalogue)
        if was_measuring and shape is not None and line.choice == first_fitting(catalogue, None):
            choose(line, first_fitting(catalogue, shape))


def _ask_for_estimates(lines: Sequence[OrderLine], catalogue: Catalogue) -> None:
    wanted: list[tuple[Measurement, Profile]] = []
    for line in lines:
        measurement, profile = _measurement(line), chosen_profile(catalogue, line.choice)
        shape = shape_of(measurement, catalogue)
        if profile is None or shape is None or shape.needs_review:
            continue
        if all(made.profile != profile.key for made in shape.estimates):
            wanted.append((measurement, profile))
    ask_estimates(wanted, timezone.now())


def _request(line: OrderLine, catalogue: Catalogue, shapes: Mapping[int, Measured] | None = None) -> LineRequest:
    if line.part is None:
        return LineRequest(
            line=line.pk,
            file="",
            measured=None,
            selection=line.choice,
            quantity=line.quantity,
            fee=True,
            by_hand=line.override,
            tax_class=line.tax_class,
        )
    measurement = line.part.measurement
    return LineRequest(
        line=line.pk,
        file=line.part.file.sha256,
        measured=(shapes or {}).get(line.pk) or shape_of(measurement, catalogue),
        selection=line.choice,
        quantity=line.quantity,
        refused=measurement.is_refused,
        by_hand=line.override,
        days=line.lead_days,
    )


def _measurement(line: OrderLine) -> Measurement:
    assert line.part is not None, "a fee is not measured"
    return line.part.measurement


def terms(order: Order, shop: Shop | None = None) -> OrderTerms:
    """Those of today. `shop`: its row, where many orders are priced."""
    company = order.company
    return OrderTerms(
        promo=_promo(order),
        discount=_discount(order),
        shipping_price=order.shipping_price,
        price_level_percent=company.price_level_percent if company else Decimal(0),
        shipping_method=order.shipping_method,
        country=order.shipping_address.get("country", ""),
        tax_exempt=company.tax_exempt if company else False,
        vat=_vat(order, shop or Shop.get()),
    )


def _vat(order: Order, shop: Shop) -> Vat:
    """By where it goes: what is picked up changes hands at the shop, and so does what nobody knows the way of yet."""
    company = order.company
    address = {} if order.is_pickup else order.shipping_address
    supply = Supply(
        seller=shop.country,
        seller_vat_id=shop.vat_id,
        country=address.get("country", ""),
        postcode=address.get("postcode", ""),
        business=bool(company and company.is_business),
        vat_id=company.vat_id if company else "",
        exempt=bool(company and company.tax_exempt),
        consumers="destination" if shop.consumer_vat == ConsumerVat.DESTINATION else "origin",
    )
    return treatment(supply, {country: Decimal(percent) for country, percent in shop.vat_rates.items()})


def _promo(order: Order) -> Promo | None:
    """The code while it is valid; on an order that was submitted as it stood then."""
    if not order.promo_code:
        return None
    if not order.is_draft:
        frozen = next((c for c in order.price.components if c.code == "promo"), None) if order.price else None
        return Promo(code=frozen.inputs["promo"], percent=-Decimal(frozen.inputs["percent"])) if frozen else None
    today = timezone.localdate(timezone=ZoneInfo(Shop.get().timezone))
    found = PromoCode.valid(order.promo_code, today)
    return Promo(code=found.code, percent=found.percent) if found else None


def _discount(order: Order) -> Discount | None:
    if order.discount_percent is None and order.discount_amount is None:
        return None
    return Discount(label=order.discount_label, percent=order.discount_percent, amount=order.discount_amount)


def _store_line(line: OrderLine, price: LinePrice) -> None:
    line.price = price.model_dump(mode="json")
    line.state = price.state
    line.net = price.net if price.state == "priced" else None
    line.tax_class = price.tax_class


def store_sums(order: Order, result: OrderBreakdown, given: OrderTerms) -> None:
    order.breakdown, order.priced_terms = result.model_dump(mode="json"), given.model_dump(mode="json")
    order.currency = result.currency
    order.net, order.tax, order.total = result.net, result.tax, result.gross


def _store_order(order: Order, lines: Sequence[OrderLine], result: OrderBreakdown, given: OrderTerms) -> None:
    store_sums(order, result, given)
    shop = Shop.get()
    order.review_reasons = [reason.model_dump() for reason in _review_reasons(shop, lines, result)]
    if order.is_draft:  # later it is the shop that shows or hides
        order.price_hidden = shop.review_mode == ReviewMode.TBD and not order.from_quotation_tool


def _review_reasons(shop: Shop, lines: Sequence[OrderLine], result: OrderBreakdown) -> list[Reason]:
    """Everything for which the shop has to look before the order can be placed; each names its line."""
    found = list(result.reasons)
    for line, price in zip(lines, result.lines, strict=True):
        if price.state == "to_be_quoted":
            found += [_about(line, reason) for reason in price.reasons]
    if shop.review_mode in (ReviewMode.MANUAL, ReviewMode.TBD):
        found.append(Reason(code="review_manual"))
    if shop.review_mode == ReviewMode.THRESHOLD:
        found += _thresholds(shop, lines, result)
    return found


def _thresholds(shop: Shop, lines: Sequence[OrderLine], result: OrderBreakdown) -> list[Reason]:
    """Values and quantities from which the shop wants to look. Zero sends everything to review."""
    found = []
    if shop.review_order_value is not None and result.net >= shop.review_order_value:
        found.append(Reason(code="review_order_value"))
    for line, price in zip(lines, result.lines, strict=True):
        if shop.review_line_value is not None and price.net >= shop.review_line_value:
            found.append(_about(line, Reason(code="review_line_value")))
        if shop.review_quantity is not None and line.quantity >= shop.review_quantity:
            found.append(_about(line, Reason(code="review_quantity")))
    return found


def _about(line: OrderLine, reason: Reason) -> Reason:
    return Reason(code=reason.code, params={**reason.params, "line": line.name, "position": str(line.position)})
