"""Makes the demo shop of shop.toml: people, catalogue, models and orders, by the verbs that real data goes through."""

import json
import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files import File

from accounts.models import Address, Company, Shop, User
from orders import drafts
from orders.models import LineWarning, Order
from orders.payments import ledger
from orders.selection import choose
from orders.workflow import actors, door, letters, tending
from orders.workflow.actors import Actor
from orders.workflow.dates import local_day
from quoting import services, sweep
from quoting.models import Part
from quoting.pricing.catalogue import by_key
from quoting.pricing.contract import Selection
from quoting.pricing.load import demo_catalogue

HERE = Path(__file__).parent
PASSWORD = "partwright-demo"
STAFF_VERBS = {  # who does what on a working day
    "sales": {"send_firm_offer", "cancel_by_admin"},
    "accounting": {"accept_po", "reject_po", "request_payment"},
}
CUSTOMER_VERBS = {"place", "submit_for_review", "provide_po", "cancel_by_customer", "accept_offer"}


def build(now: datetime) -> None:
    plan = tomllib.loads((HERE / "shop.toml").read_text(encoding="utf-8"))
    shop = make_shop(plan["shop"])
    services.publish(demo_catalogue())
    staff = {person["roles"][0]: make_staff(person) for person in plan["staff"]}
    customers = {person["key"]: make_customer(person) for person in plan["customers"]}
    parts = make_parts(plan["orders"], customers, now)
    for number, order in enumerate(plan["orders"]):
        customer = customers[order["customer"]]
        Walk(shop, staff, customer, now, number).make(order, parts)
    write_logins([*plan["staff"], *plan["customers"]])


def make_shop(fields: dict[str, Any]) -> Shop:
    shop = Shop.get()
    for name, value in fields.items():
        setattr(shop, name, value.strip() if isinstance(value, str) else value)
    shop.save()
    return shop


def make_user(person: dict[str, Any], **more: Any) -> User:
    user = User.objects.create_user(
        person["email"], PASSWORD, name=person["name"], phone=person.get("phone", ""), **more
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_staff(person: dict[str, Any]) -> User:
    return make_user(person, roles=person["roles"])


def make_customer(person: dict[str, Any]) -> User:
    company = Company.objects.create(**person["company"])
    Address.objects.create(
        company=company,
        name=person["name"],
        company_name=company.name,
        is_shipping=True,
        is_billing=True,
        **person["address"],
    )
    return make_user(person, company=company)


def make_parts(orders: list[dict[str, Any]], customers: dict[str, User], now: datetime) -> dict[tuple[str, str], Part]:
    """One part per customer and model, measured at once: nobody has to wait for the worker."""
    wanted = {(order["customer"], line["model"]) for order in orders for line in order["lines"]}
    parts = {}
    for key, model in sorted(wanted):
        user = customers[key]
        with (HERE / "models" / model).open("rb") as file:
            parts[key, model] = services.receive(File(file), name=model, company=user.company, user=user, now=now)
    while sweep.sweep(now, announce=False):
        pass
    return {key: Part.objects.get(pk=part.pk) for key, part in parts.items()}


class Walk:
    """One order of the plan, with the clock moved on from step to step."""

    def __init__(self, shop: Shop, staff: dict[str, User], customer: User, now: datetime, number: int) -> None:
        self.shop, self.staff, self.customer, self.number = shop, staff, customer, number
        self.latest = now
        self.now = now

    def make(self, plan: dict[str, Any], parts: dict[tuple[str, str], Part]) -> None:
        morning = datetime.combine(self.latest.date() - timedelta(plan["days_ago"]), time(7, 12), self.latest.tzinfo)
        self.now = min(morning, self.latest)
        order = drafts.start(company=self.customer.company, user=self.customer)
        actor = actors.customer(self.customer)
        drafts.add_parts(order.pk, [parts[plan["customer"], line["model"]] for line in plan["lines"]], actor=actor)
        self.fill_in(order, plan, actor)
        for step in plan["steps"]:
            self.step(order, dict(step))

    def fill_in(self, order: Order, plan: dict[str, Any], actor: Actor) -> None:
        address = self.customer.company.addresses.get()  # type: ignore[union-attr]
        catalogue = services.current_price_list().catalogue
        with door.edit(order.pk, actor=actor, now=self.now) as draft:
            draft.contact = {"name": self.customer.name, "email": self.customer.email, "phone": self.customer.phone}
            draft.billing_address = draft.shipping_address = address.frozen()
            draft.shipping_method = plan.get("shipping", "parcel_de")
            draft.customer_reference = plan.get("reference", "")
            draft.customer_note = plan.get("note", "")
            for line, wanted in zip(draft.lines.order_by("position"), plan["lines"], strict=True):
                process = by_key(catalogue.processes, wanted["process"])
                assert process is not None, wanted
                material = by_key(process.materials, wanted["material"])
                assert material is not None, wanted
                choose(
                    line,
                    Selection(
                        process=process.key,
                        material=material.key,
                        finish=process.finishes[0].key,
                        colour=material.colours[0].key if material.colours else "",
                        profile=process.profiles[0].key if process.profiles else "",
                        lead_time=process.lead_times[0].key,
                    ),
                )
                line.quantity, line.note = wanted["quantity"], wanted.get("note", "")
                line.save()

    def step(self, order: Order, step: dict[str, Any]) -> None:
        name = step.pop("name")
        self.now = min(self.now + timedelta(hours=step.pop("after")), self.latest)
        fresh = Order.objects.get(pk=order.pk)
        key = f"demo:{self.number}:{name}"
        if name == "payment":
            ledger.confirm(order.pk, amount=fresh.balance, key=key, method="bank transfer", now=self.now)
            return
        if name == "say":
            who = actors.customer(self.customer) if step["by"] == "customer" else actors.staff(self.staff[step["by"]])
            inside = step.get("internal", False)
            letters.write(order.pk, step["text"], actor=who, key=f"{key}:{self.now}", now=self.now, internal=inside)
            return
        if name == "tend":
            owner = {"owner": self.staff[step["owner"]]}
            tending.tend(order.pk, owner, actor=self.actor(name), key=key, version=fresh.version, now=self.now)
            return
        if name == "ship_part":
            lines = fresh.lines.order_by("position")
            quantities = {line.pk: many for line, many in zip(lines, step["quantities"], strict=True)}
            how = {"carrier": step["carrier"], "tracking": step["tracking"], "version": fresh.version, "now": self.now}
            tending.ship_part(order.pk, quantities, actor=self.actor(name), key=key, **how)
            return
        if name == "place":
            self.accept_risks(fresh)
            step |= {"seen_total": str(fresh.total), "terms": self.shop.terms_version}
        if name == "provide_po":
            step["po_total"] = fresh.total
        if name == "send_firm_offer":
            step["valid_until"] = local_day(self.shop, self.now) + timedelta(self.shop.offer_valid_days)
        door.perform(order.pk, name, actor=self.actor(name), key=key, now=self.now, **step)

    def accept_risks(self, order: Order) -> None:
        for risk in LineWarning.objects.filter(line__order=order, level=LineWarning.Level.REVIEW_AND_ACCEPT):
            drafts.answer_risk(
                order.pk, risk.line_id, risk=risk.pk, accepted=True, actor=self.actor("place"), now=self.now
            )

    def actor(self, name: str) -> Actor:
        if name in CUSTOMER_VERBS:
            return actors.customer(self.customer)
        role = next((role for role, names in STAFF_VERBS.items() if name in names), "production")
        return actors.staff(self.staff[role])


def write_logins(people: list[dict[str, Any]]) -> None:
    """For `serve`, which prints them: they exist in a demo on this machine only."""
    logins = [
        {"who": person.get("roles", ["customer"])[0], "email": person["email"], "password": PASSWORD}
        for person in people
    ]
    (settings.DATA_DIR / "demo-logins.json").write_text(json.dumps(logins, indent=2))
