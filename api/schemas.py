"""What goes out, as the OpenAPI document describes it. Amounts are strings with a point, times are UTC."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

Money = Annotated[Decimal, Field(description="An amount with a point: 12.30")]


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


class ComponentOut(Schema):
    code: str
    label: str
    formula: str = Field(description="Empty where the shop does not show formulas")
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
    components: list[ComponentOut] = Field(description="They add up to net; empty where the shop does not show them")
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
