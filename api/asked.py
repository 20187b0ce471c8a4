"""What comes in, as the OpenAPI document describes it. Amounts are strings with a point; what is misspelled is refused."""

from datetime import date
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
Text = Annotated[str, Field(pattern=NO_NUL)]
Short = Annotated[str, Field(max_length=120, pattern=NO_NUL)]
Note = Annotated[str, Field(max_length=MAX_NOTE, pattern=NO_NUL)]
Words = Annotated[str, Field(max_length=1000, pattern=NO_NUL)]
Email = Annotated[str, Field(max_length=254, pattern=NO_NUL)]
Group = Annotated[str, Field(max_length=20, pattern=NO_NUL)]


class In(Schema):
    """What is misspelled is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


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
