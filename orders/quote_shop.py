"""What staff see of a quote that they build for a customer: the customer's page, and beside it cost, margin and the shop's powers.

A view-model of its own, so that a customer's page can never contain any of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import cached_property

from accounts.models import PriceDetail
from accounts.templatetags.show import money
from orders import pricing
from orders.forms.shop import FeeForm, QuotePowers, TermsForm
from orders.margins import Margin, margin_of_line, margin_of_order
from orders.models import Order
from orders.quote_hints import ordered_before
from orders.quote_page import LineView, QuoteView

Tried = Mapping[str, Any]  # forms as they were refused, by their place


@dataclass
class ShopLineView(LineView):
    regions: ClassVar[dict[str, str]] = {**LineView.regions, "margin": "backoffice/quotation/line_margin.html"}
    tried: QuotePowers | None = None

    @property
    def is_working(self) -> bool:
        return super().is_working and not self.line.left_out

    @property
    def margin(self) -> Margin | None:
        return margin_of_line(self.line)

    @property
    def worked_out(self) -> str:
        """What the formulas say, beside a price set by hand."""
        computed = self.price.computed if self.price else None
        return money(computed.net, self.catalogue.currency) if computed and computed.state == "priced" else ""

    @cached_property
    def form(self) -> QuotePowers:
        return self.tried or QuotePowers(None, self.line)


@dataclass
class FeeView(ShopLineView):
    """A charge without a model: tooling, inspection, express."""

    template: ClassVar[str] = "backoffice/quotation/fee.html"
    regions: ClassVar[dict[str, str]] = {"price": "backoffice/quotation/fee_price.html"}

    @property
    def stage(self) -> str:
        return "priced"

    @property
    def has_picture(self) -> bool:
        return False

    @property
    def awaits_picture(self) -> bool:
        return False


@dataclass
class ShopQuoteView(QuoteView):
    template: ClassVar[str] = "backoffice/quotation/quote.html"
    regions: ClassVar[dict[str, str]] = {
        "undo": "portal/quote/undo.html",
        "total": "backoffice/quotation/total.html",
        "bar": "backoffice/quotation/bar.html",
        "fee": "backoffice/quotation/fee_new.html",
    }
    is_shops: ClassVar[bool] = True
    tried: Tried = field(default_factory=dict)

    @property
    def offered(self) -> list[LineView]:
        return [one for one in self.lines if not one.line.left_out]

    @property
    def parts(self) -> list[LineView]:
        return [one for one in self.offered if not one.line.is_fee]

    @property
    def fees(self) -> int:
        return sum(one.line.is_fee for one in self.lines)

    @property
    def without_price(self) -> int:
        return sum(one.stage in ("to_be_quoted", "kept") for one in self.offered)

    @property
    def refused(self) -> list[LineView]:
        return [one for one in self.offered if one.stage == "refused"]

    @property
    def can_send(self) -> bool:
        """Whether the next page has something to show; what else stands in the way is said there."""
        return bool(self.offered) and not self.is_working

    @cached_property
    def margin(self) -> tuple[Margin | None, int]:
        return margin_of_order(self.order, [one.line for one in self.lines])

    @cached_property
    def fee_form(self) -> FeeForm:
        return self.tried.get("fee") or FeeForm(auto_id="fee-%s")

    @cached_property
    def terms_form(self) -> TermsForm:
        return self.tried.get("terms") or TermsForm(None, self.order)


def shop_view(
    order: Order,
    *,
    refused_line: int = 0,
    posted: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    tried: Tried | None = None,
) -> ShopQuoteView:
    """`posted` and `errors` belong to the customer's choices of `refused_line`; `tried` are the shop's own forms."""
    catalogue, tried = order.price_list.catalogue, tried or {}
    found = list(pricing.with_shapes(order.lines.all()))
    before = ordered_before(order, found)
    views = []
    for line in found:
        kind = FeeView if line.is_fee else ShopLineView
        view = kind(line, catalogue, True, PriceDetail.FORMULAS, earlier=before.get(line.pk))
        view.tried = tried.get(f"line-{line.pk}")
        if line.pk == refused_line:
            view.posted, view.errors = posted or {}, errors or {}
        views.append(view)
    return ShopQuoteView(order, views, PriceDetail.FORMULAS, tried=tried)
