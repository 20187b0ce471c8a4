"""Short ways to a shop, people and orders, for tests of every room. Orders are made by the same verbs as real ones."""

import hashlib
import itertools
from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import Company, Shop, User
from orders import pricing
from orders.models import Order, OrderLine
from orders.workflow.actors import Actor, customer, staff
from orders.workflow.door import Outcome, perform
from quoting import services
from quoting.geometry.values import CODE_VERSION, Figures, Measured
from quoting.models import Measurement, Part, PriceListVersion, StoredFile
from quoting.pricing.contract import Selection
from quoting.pricing.load import demo_catalogue

# When every test begins (tests/conftest.py): the same day in UTC and at the shop, and most of it still to come.
NOON = datetime.now(UTC).replace(hour=11, minute=30, second=0, microsecond=0)
PASSWORD = "correct horse battery"
ADDRESS = {
    "name": "Jörg Müller",
    "company_name": "Müller GmbH",
    "street": "Werkstraße 7",
    "extra": "",
    "postcode": "70173",
    "city": "Stuttgart",
    "region": "",
    "country": "DE",
    "phone": "",
}
# A powder-bed part: its price needs no print estimate.
SELECTION = {"process": "sls"}

_numbers = itertools.count(1)


def make_shop(**settings: Any) -> Shop:
    shop = Shop.get()
    for name, value in settings.items():
        setattr(shop, name, value)
    shop.save()
    return shop


def make_price_list(**changes: Any) -> PriceListVersion:
    """The demo catalogue, changed, as the newest published price list."""
    return services.publish(demo_catalogue().model_copy(update=changes))


def make_company(**fields: Any) -> Company:
    return Company.objects.create(**{"name": "Müller GmbH", "is_business": True, **fields})


def make_customer(email: str = "", *, verified: bool = True, company: Company | None = None, **fields: Any) -> User:
    user = User.objects.create_user(
        email or f"customer{next(_numbers)}@example.org",
        PASSWORD,
        **{"name": "Jörg Müller", "company": company or make_company(), **fields},
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def make_staff(*roles: str) -> User:
    user = User.objects.create_user(
        f"staff{next(_numbers)}@example.org", PASSWORD, name="Anna Schäfer", roles=list(roles or ("manager",))
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_part(owner: User | None = None, *, name: str = "bracket.stl", state: str = "done", **fields: Any) -> Part:
    """A part measured as a 40 × 30 × 20 mm block (or still waiting, or refused)."""
    sha256 = hashlib.sha256(f"part {next(_numbers)}".encode()).hexdigest()
    file = StoredFile.objects.create(sha256=sha256, size=684, name=f"models/{sha256[:2]}/{sha256}")
    figures = Figures(
        code_version=CODE_VERSION,
        format="stl",
        unit="mm",
        unit_source="assumed",
        triangles=12,
        bodies=1,
        watertight=True,
        consistent=True,
        size_mm=(40.0, 30.0, 20.0),
        volume_mm3=24000.0,
        area_mm2=5200.0,
    )
    measurement = Measurement.objects.create(
        file=file,
        code_version=CODE_VERSION,
        state=state,
        result=Measured(figures=figures).model_dump(mode="json") if state == "done" else None,
        reason={"code": "not_a_model", "params": {}} if state == "refused" else None,
    )
    company = owner.company if owner else None
    return Part.objects.create(
        company=company, uploaded_by=owner, file=file, measurement=measurement, name=name, **fields
    )


def make_draft(
    owner: User | None = None, *, lines: int = 1, complete: bool = True, selection: dict[str, str] | None = None
) -> Order:
    """A priced draft of `owner`, ready to be placed."""
    price_list = PriceListVersion.objects.order_by("-number").first() or make_price_list()
    order = Order.objects.create(
        customer=owner,
        company=owner.company if owner else None,
        price_list=price_list,
        currency=price_list.payload["currency"],
    )
    if complete and owner:
        order.contact = {"name": owner.name, "email": owner.email, "phone": ""}
        order.billing_address = order.shipping_address = ADDRESS
        order.shipping_method = next(m.key for m in price_list.catalogue.shipping if not m.pickup)
    for position in range(1, lines + 1):
        add_line(order, position, selection or SELECTION, owner)
    pricing.reprice(order)
    order.save()
    return order


def add_line(
    order: Order, position: int, selection: dict[str, str], owner: User | None = None, **fields: Any
) -> OrderLine:
    part = fields.pop("part", None) or make_part(owner, name=f"part {position}.stl")
    chosen = filled(order.price_list, selection)
    return OrderLine.objects.create(
        order=order,
        position=position,
        part=part,
        name=part.name,
        selection=chosen,
        process=chosen["process"],
        material=chosen["material"],
        **{"quantity": 2, **fields},
    )


def filled(price_list: PriceListVersion, selection: dict[str, str]) -> dict[str, str]:
    """A selection with the first material, finish, … of its process where none is named."""
    process = next(p for p in price_list.catalogue.processes if p.key == selection["process"])
    material = process.materials[0]
    given = {
        "material": material.key,
        "finish": process.finishes[0].key,
        "colour": material.colours[0].key if material.colours else "",
        "profile": process.profiles[0].key if process.profiles else "",
        "lead_time": process.lead_times[0].key,
        **selection,
    }
    return Selection(**given).model_dump(mode="json")


def place(order: Order, user: User | None = None, **more: Any) -> Order:
    fresh = Order.objects.get(pk=order.pk)
    return do(
        fresh,
        "place",
        customer(user or fresh.customer),
        **{"seen_total": str(fresh.total), "terms": Shop.get().terms_version, **more},
    ).order


def make_order(owner: User | None = None, **fields: Any) -> Order:
    """A placed order."""
    return place(make_draft(owner or make_customer(), **fields))


def do(order: Order, name: str, actor: Actor, **details: Any) -> Outcome:
    return perform(order.pk, name, actor=actor, key=f"test:{next(_numbers)}", **details)


# What `advance` fills in where a transition needs something.
DETAILS: dict[str, dict[str, Any]] = {
    "put_on_hold": {"reason": "no material", "note": "We wait for material."},
    "cancel_by_admin": {"reason": "cannot be made", "note": "Sorry."},
    "reprint": {"reason": "layer shift"},
    "reject_po": {"note": "Please correct the PO."},
    "withdraw_offer": {"note": "We look at it again."},
    "take_back_to_review": {"reason": "other material"},
    "reopen": {"reason": "customer came back"},
    "undo_cancel": {"reason": "by mistake"},
}


def advance(order: Order, *transitions: str, by: User | None = None) -> Order:
    """Move an order by transitions of staff, as a manager unless told otherwise."""
    actor = staff(by or make_staff("manager"))
    for name in transitions:
        order = do(order, name, actor, **DETAILS.get(name, {})).order
    return order
