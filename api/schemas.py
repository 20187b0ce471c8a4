"""What goes in and out, as the OpenAPI document describes it. Amounts are strings with a point, times are UTC."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from orders.forms.quote import MAX_NOTE
from quoting.pricing.contract import MAX_QUANTITY

MOST_LINES_AT_ONCE = 200
NO_NUL = r"^[^\x00]*$"  # PostgreSQL takes none
OPTION_KEY = r"^[A-Za-z0-9_.\-]*$"

Key = Annotated[str, Field(max_length=60, pattern=OPTION_KEY)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1, strict=True)]
Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY, strict=True)]
Money = Annotated[Decimal, Field(description="An amount with a point: 12.30")]


Text = Annotated[str, Field(pattern=NO_NUL)]
Short = Annotated[str, Field(max_length=120, pattern=NO_NUL)]
Note = Annotated[str, Field(max_length=MAX_NOTE, pattern=NO_NUL)]
Words = Annotated[str, Field(max_length=1000, pattern=NO_NUL)]
Email = Annotated[str, Field(max_length=254, pattern=NO_NUL)]
Group = Annotated[str, Field(max_length=20, pattern=NO_NUL)]


class In(Schema):
    """What is misspelled is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


# --- problems


class FieldProblem(Schema):
    field: str
    code: str
    message: str


class ProblemOut(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str = Field(description="For programs: stays the same when the sentence changes")
    detail: str = Field(description="For people")
    request_id: str
    errors: list[FieldProblem] = []


class ReasonOut(Schema):
    code: str
    message: str
    line: str = ""


# --- the catalogue


class OptionOut(Schema):
    key: str
    name: str


class MaterialOut(OptionOut):
    colours: list[OptionOut]


class ProcessOut(OptionOut):
    description: str
    instant: bool = Field(description="false: chosen all the same, but quoted by a person")
    materials: list[MaterialOut]
    finishes: list[OptionOut]
    profiles: list[OptionOut]
    tolerances: list[OptionOut]
    lead_times: list[OptionOut]
    extras: list[OptionOut]


class ShippingOut(OptionOut):
    pickup: bool
    days: str
    countries: list[str] = Field(description="Empty: everywhere")


class CatalogueOut(Schema):
    price_list: int
    currency: str
    terms: str = Field(description="The version of the terms that are agreed to by placing an order now")
    processes: list[ProcessOut]
    shipping: list[ShippingOut]


# --- parts


class PartOut(Schema):
    id: int
    name: str
    state: str = Field(description="measuring, measured, refused")
    unit: str
    size_mm: list[float] | None
    volume_mm3: float | None
    area_mm2: float | None
    bodies: int | None
    refusal: ReasonOut | None
    review: list[ReasonOut] = Field(description="Why a person looks at it before there is a price")
    created_at: datetime


# --- quotes


class LineIn(In):
    part: Id
    process: Key = Field("", description="Empty: the first that fits the part")
    material: Key = Field("", description="Empty: the first of the process; so with the others")
    finish: Key = ""
    colour: Key = ""
    profile: Key = ""
    lead_time: Key = ""
    tolerance: Key = ""
    extras: dict[Key, Annotated[int, Field(ge=0, le=1000, strict=True)]] = Field({}, max_length=50)
    cavities: Annotated[int, Field(ge=0, le=64, strict=True)] = 0
    quantity: Quantity = 1
    note: Note = ""


class LineChange(In):
    """What is left out stays as it is."""

    process: Key | None = None
    material: Key | None = None
    finish: Key | None = None
    colour: Key | None = None
    profile: Key | None = None
    lead_time: Key | None = None
    tolerance: Key | None = None
    extras: dict[Key, Annotated[int, Field(ge=0, le=1000, strict=True)]] | None = Field(None, max_length=50)
    cavities: Annotated[int, Field(ge=0, le=64, strict=True)] | None = None
    quantity: Quantity | None = None
    note: Note | None = None


class QuoteIn(In):
    lines: list[LineIn] = Field(min_length=1, max_length=MOST_LINES_AT_ONCE)


class LinesIn(QuoteIn):
    pass


class Contact(In):
    name: Short
    email: Email
    phone: Text = Field("", max_length=40)


class AddressIn(In):
    name: Short
    company_name: Short = ""
    street: Text = Field(max_length=160)
    extra: Text = Field("", max_length=160)
    postcode: Text = Field(max_length=20)
    city: Text = Field(max_length=80)
    region: Text = Field("", max_length=80)
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166")]
    phone: Text = Field("", max_length=40)


class DeliveryIn(In):
    contact: Contact
    billing: AddressIn
    shipping: AddressIn | None = Field(None, description="Left out: to the billing address")
    method: Key = Field(description="A key of `shipping` in the catalogue")
    reference: Text = Field("", max_length=60, description="Yours: stands on offer and invoice")
    note: Text = Field("", max_length=4000)
    also_notify: list[Email] = Field([], max_length=10)


class PlaceIn(In):
    total: Annotated[
        str, Field(pattern=r"^\d{1,12}\.\d{2}$", description="As you read it: if it has changed, nothing is ordered")
    ]
    terms: Annotated[str, Field(min_length=1, max_length=20, pattern=NO_NUL, description="The version you agree to")]
    version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = Field(
        None, description="As you read it: if the quote has changed, nothing is ordered"
    )


class SubmitIn(In):
    version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None


class ComponentOut(Schema):
    code: str
    label: str
    formula: str
    amount: Money


class LineOut(Schema):
    id: int
    position: int
    part: int | None = Field(description="null: a fee")
    name: str
    process: str
    material: str
    finish: str
    colour: str
    profile: str
    lead_time: str
    tolerance: str
    extras: dict[str, int]
    cavities: int
    quantity: int
    note: str
    state: str = Field(description="priced, working (ask again soon), to_be_quoted (a person finds the price)")
    net: Money | None
    components: list[ComponentOut] = Field(description="They add up to net")
    days: int = Field(description="Lead time in business days, 0 while there is no price")
    reasons: list[ReasonOut] = Field(description="Why there is no price")
    alternative: str = Field(description="Of the lines with the same word one is chosen")
    counts: bool = Field(description="false: an alternative that is not in the sums")


class TaxOut(Schema):
    percent: Decimal
    amount: Money


class PriceOut(Schema):
    state: str = Field(description="priced, working, to_be_quoted: then the sums are what is known so far")
    currency: str
    includes_tax: bool = Field(description="Whether the amounts of lines and components do")
    components: list[ComponentOut] = Field(description="Of the order: minimum, discount, shipping")
    net: Money
    taxes: list[TaxOut]
    tax: Money
    total: Money
    days: int


class DeliveryOut(Schema):
    contact: dict[str, str]
    billing: dict[str, str]
    shipping: dict[str, str]
    method: str
    reference: str
    note: str
    also_notify: list[str]


class QuoteOut(Schema):
    id: str
    version: int
    created_at: datetime
    price: PriceOut | None = Field(description="null: the shop looks first, then tells the price")
    lines: list[LineOut]
    delivery: DeliveryOut
    can_be_placed: bool = Field(description="Complete, priced and not to be reviewed")
    obstacles: list[ReasonOut] = Field(description="What keeps it from being placed now")
    url: str


class QuoteRow(Schema):
    id: str
    lines: int
    first_line: str | None
    total: Money | None = Field(description="null: hidden, or not all of it has a price")
    currency: str
    created_at: datetime


class QuotePage(Schema):
    items: list[QuoteRow]
    next: str | None = Field(description="The cursor of the next page; null: this was the last")


# --- orders


class OrderRow(Schema):
    id: str
    number: int
    status: str
    payment_status: str
    reference: str
    lines: int
    first_line: str | None
    total: Money | None = Field(description="null: hidden, or not all of it has a price")
    currency: str
    submitted_at: datetime | None
    promised_date: date | None


class OrderPage(Schema):
    items: list[OrderRow]
    next: str | None


class EventOut(Schema):
    code: str = Field(description="The status entered, or payment or refund")
    text: str
    at: datetime
    note: str = Field(description="The shop's words")


class PaymentOut(Schema):
    status: str
    received: Money | None
    balance: Money | None
    due: date | None


class OrderOut(Schema):
    """As its customer sees it: until both sides agree, the newest offer."""

    id: str
    number: int
    version: int
    status: str
    status_label: str
    status_group: str
    submitted_at: datetime | None
    placed_at: datetime | None
    promised_date: date | None
    carrier: str
    tracking: str
    price: PriceOut | None
    payment: PaymentOut
    lines: list[LineOut]
    delivery: DeliveryOut
    history: list[EventOut] = Field(description="Newest first")
    url: str


# --- transitions


class ChoiceOut(Schema):
    name: str
    to: str
    needs: list[str] = Field(description="Details without which it is refused")
    takes: list[str]


class ChoicesOut(Schema):
    status: str
    version: int
    transitions: list[ChoiceOut]


class TransitionIn(In):
    """Details that this transition does not take are refused."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = Field(
        None, description="As you read it: if the order has changed, nothing is done"
    )
    mail_customer: Annotated[bool, Field(strict=True)] = True
    note: Words = Field("", description="For the customer")
    reason: Text = Field("", max_length=500, description="For the history")
    carrier: Text = Field("", max_length=60)
    tracking: Text = Field("", max_length=80)
    confirm_way: Annotated[bool, Field(strict=True)] = False
    on_behalf: Text = Field("", max_length=200)
    how: Words = ""
    po_number: Text = Field("", max_length=60)
    po_total: Annotated[str, Field(pattern=r"^\d{1,10}\.\d{2}$")] | None = None
    amount: Annotated[str, Field(pattern=r"^\d{1,10}\.\d{2}$")] | None = None
    valid_until: date | None = None
    revision: Annotated[int, Field(ge=0, le=32767, strict=True)] | None = None
    choices: dict[Group, Id] = Field({}, max_length=50)
