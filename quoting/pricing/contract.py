"""What goes into a price and what comes out: plain, validated values (no Django, no numpy, no clock)."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from quoting.geometry.values import Frozen, Measured, Reason
from quoting.pricing.vat import Vat

# "working": a figure is being made, ask again soon. "to_be_quoted": a person of the shop has to find the price.
PriceState = Literal["priced", "working", "to_be_quoted"]

MAX_QUANTITY = 100_000
Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
Count = Annotated[int, Field(ge=1, le=1000)]
DiscountPercent = Annotated[Decimal, Field(ge=0, le=100)]

# Every code of a component, in the order of the calculation (spec/pricing.md). quoting/pricing_words.py has the words.
LINE_COMPONENTS = (
    "material",
    "machine_time",
    "holes",
    "extras",
    "post_production",
    "finish",
    "programming",
    "programming_time",
    "setups",
    "holes_setup",
    "extras_setup",
    "tool",
    "startup",
    "markup",
    "tolerance",
    "lead_time",
    "quantity_discount",
    "price_level",
    "minimum_part",
)
BY_HAND_COMPONENTS = ("by_hand", "fee")  # the only one of their lines
ORDER_COMPONENTS = ("minimum_order", "promo", "discount", "shipping", "tax_taken_out")

# Every code of a reason that the engine gives by itself; those of `Measured.needs_review` are passed on as they are.
WORKING_REASONS = ("measuring", "estimate_pending")
TO_BE_QUOTED_REASONS = (
    "not_measured",  # the file could not be measured and was kept
    "choose_options",  # missing: names of the fields still to be chosen
    "no_longer_offered",  # field, key: not (any more) in the catalogue
    "quoted_by_hand",  # process: has no formula, or the shop wants to look at each
    "material_without_price",  # material
    "finish_without_price",  # finish
    "machine_incomplete",  # machine, missing: a figure that the formula needs
    "too_big_for_machine",  # part_mm, machine_mm: sorted extents, separated by blanks
    "implausible_figures",  # no volume, area or extent
    "estimate_empty",  # profile: the print estimate found no time or no material
    "shape_unknown",  # what the formula needs of the shape could not be found
    "unreachable",  # percent of the surface
    "too_many_setups",  # setups, most
    "hole_too_deep",  # diameter_mm, depth_mm
    "no_stock",  # material
    "not_round",
    "no_press",  # clamp_t
    "no_mold_base",  # longest_mm
    "price_is_zero",  # all that is priced per copy rounds to nothing
)
# What may go wrong with a line that has a price (quoting/pricing/risks.py).
RISKS = (
    "thin_walls",  # thinnest_mm, least_mm, material
    "walls_too_thin",  # the same, and it cannot be made
    "sharp_inside_corners",  # length_mm
)
ORDER_REASONS = ("shipping_to_be_quoted",)  # method, cause: one of SHIPPING_CAUSES
SHIPPING_CAUSES = ("method_gone", "country_not_served", "too_heavy", "too_dear", "weight_unknown")


class Selection(Frozen):
    """What the customer chose for a line: keys of the catalogue."""

    process: str = ""
    material: str = ""
    finish: str = ""  # empty: as made
    colour: str = ""
    profile: str = ""  # FDM: layer height and infill
    lead_time: str = ""
    tolerance: str = ""
    extras: tuple[tuple[str, Count], ...] = ()  # key and how many a copy has, sorted
    cavities: int = 0  # molding; 0: not chosen


class LineRequest(Frozen):
    """One line to be priced. `measured` is None while the file is being measured or when it could not be."""

    line: int
    file: str  # SHA-256 of the model: "per model" charges fall once on a distinct file and process
    measured: Measured | None
    selection: Selection
    quantity: Quantity
    refused: bool = False  # the file could not be measured and was kept as "to be quoted"
    by_hand: Annotated[Decimal, Field(ge=0)] | None = None  # the price of the whole line that the shop has set
    days: int | None = None  # lead time in business days that the shop has set
    fee: bool = False  # a charge of the shop: no model, `by_hand` is its amount
    tax_class: str = ""  # of a fee


class Promo(Frozen):
    """A promo code whose validity was already judged."""

    code: str
    percent: DiscountPercent


class Discount(Frozen):
    """What the shop gives off the goods: a percentage or an amount."""

    label: str = ""
    percent: DiscountPercent | None = None
    amount: Annotated[Decimal, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("a discount is either a percentage or an amount")
        return self


class OrderTerms(Frozen):
    """What holds for the whole order."""

    price_level_percent: DiscountPercent = Decimal(0)  # the company's discount
    promo: Promo | None = None
    discount: Discount | None = None
    shipping_price: Annotated[Decimal, Field(ge=0)] | None = None  # set by the shop, whatever the method's bands say
    shipping_method: str = ""  # key of the catalogue; empty: not chosen yet, no shipping component
    country: str = ""  # ISO 3166 alpha-2 of the destination; empty: not known yet, no shipping unless picked up
    tax_exempt: bool = False
    vat: Vat | None = None  # None: as at home

    @property
    def is_without_tax(self) -> bool:
        return self.tax_exempt or (self.vat is not None and self.vat.is_without_tax)


class OneOffs(Frozen):
    """Which charges that are made once per order or model fall on a line."""

    startup: bool  # of its material
    per_model: bool  # programming


class Component(Frozen):
    """A part of a price, for the whole quantity of its line. Its label and formula are made when shown.

    `inputs` are keys, names and plain decimal strings from which the amount can be worked out again.
    """

    code: str
    inputs: dict[str, str] = {}
    amount: Decimal


class LinePrice(Frozen):
    line: int
    state: PriceState
    components: tuple[Component, ...] = ()
    net: Decimal = Decimal(0)  # the sum of the components; 0 unless priced; includes tax where prices_gross
    tax_class: str = "standard"
    reasons: tuple[Reason, ...] = ()  # why the line is working or to be quoted, or which trigger it fires
    days: int = 0  # lead time in business days; 0 unless priced
    computed: "LinePrice | None" = None  # beside a price set by hand: what the formulas say


class TaxLine(Frozen):
    tax_class: str
    rate: Decimal  # percent
    base: Decimal  # without tax
    tax: Decimal


class OrderBreakdown(Frozen):
    """The price of an order.

    Always: gross = net + tax. Lines + order components = net, or = gross where `prices_gross`.
    Lines without a price count nothing: unless `state` is "priced" the sums are what is known so far.
    """

    state: PriceState
    currency: str
    prices_gross: bool = False  # the amounts of lines and components include tax
    lines: tuple[LinePrice, ...]
    components: tuple[Component, ...]  # minimum order value, promo code, shipping
    net: Decimal
    taxes: tuple[TaxLine, ...]
    tax: Decimal
    gross: Decimal
    days: int  # the longest lead time of the lines, in business days
    reasons: tuple[Reason, ...] = ()  # those of the order itself; the lines have their own
    vat: Vat | None = None  # why these rates


class GridCell(Frozen):
    """One line's price at another quantity and lead time, the other lines held fixed."""

    quantity: int
    lead_time: str  # key of the catalogue
    days: int  # business days, material and finish included
    net: Decimal  # the line's, see LinePrice.net
    unit: Decimal  # net ÷ quantity to four decimals; to be shown, never multiplied back
