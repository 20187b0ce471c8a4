"""What a customer sees of a submitted order: the label and buttons of the payment page, how far it has come, what happened.

Codes come first, for tests and templates; the words stand in orders/words.py. What is for staff never gets in here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.models import Shop
from accounts.templatetags.show import money
from orders import words
from orders.models import HistoryEntry, OfferRevision, Order, Status
from orders.models.status import GROUP_LABELS, GROUPS
from orders.payments.checkouts import amounts, is_processing
from orders.payments.providers import provider
from orders.workflow.actors import Actor
from orders.workflow.choices import choice
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, attempted
from orders.workflow.guards import ANSWERED_BY, GUARDS
from quoting.geometry.values import Reason

# The transitions of a customer on the page of a submitted order, in the order of their buttons.
DEEDS = ("accept_offer", "request_changes", "provide_po", "cancel_by_customer")
STEPS = ("offer", "agreed", "production", "fulfilment")
LATE = (Status.PLACED, Status.WAITING_FOR_PAYMENT)


@dataclass(frozen=True, slots=True)
class Button:
    name: str
    text: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with the code that it stands for."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    label: Said
    facts: tuple[Said, ...]  # what stands beside the label: the PO, the prepayment, the due date
    note: str  # the shop's, where it is on hold or canceled
    buttons: tuple[Button, ...]

    def shows(self, name: str) -> bool:
        return any(button.name == name for button in self.buttons)


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    text: str
    state: str  # done, current, ahead


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the timeline."""

    code: str
    text: str
    at: datetime
    who: str = ""
    note: str = ""  # the shop's words
    words: str = ""  # the customer's own
    group: str = ""


def said(code: str, **params: str) -> Said:
    return Said(code, str(words.PAGE[code]) % params)


def day(value: date) -> str:
    return date_format(value, gettext("j M Y"))


def amounts_hidden(order: Order) -> bool:
    """To be determined: no amounts before the shop has looked. One hidden line hides the sums too, which give it away."""
    return order.price_hidden or any(line.price_hidden for line in order.offered_lines)


# --- the payment page


def payment_page(order: Order, actor: Actor, shop: Shop, now: datetime) -> PaymentPage:
    """The first row of the table in the lifecycle that fits; a button is there exactly when its transition is allowed."""
    label = page_label(order, shop, now)
    return PaymentPage(
        label=label,
        facts=tuple(payment_facts(order, label.code, shop, now)),
        note=note_of(order) if label.code in ("canceled", "on_hold") else "",
        buttons=tuple(buttons(order, actor, shop, now)),
    )


def page_label(order: Order, shop: Shop, now: datetime) -> Said:
    if order.is_canceled:
        return said("canceled")
    if order.status == Status.ON_HOLD:
        return said("on_hold")
    if order.status == Status.WAITING_FOR_REVIEW:
        return said("budget_offer")
    if order.status == Status.FIRM_OFFER_SENT:
        return offer_label(open_offer(order), local_day(shop, now))
    return said("paid" if order.balance == 0 else "ready_for_payment")


def offer_label(offer: OfferRevision | None, today: date) -> Said:
    if offer is None or offer.valid_until is None:
        return said("firm_offer")
    code = "offer_expired" if offer.valid_until < today else "firm_offer_until"
    return said(code, date=day(offer.valid_until))


def open_offer(order: Order) -> OfferRevision | None:
    return order.offers.filter(state=OfferRevision.State.SENT).first()


def note_of(order: Order) -> str:
    """The shop's note with which the order came to where it stands."""
    entry = order.history.filter(kind=HistoryEntry.Kind.STATUS, to_status=order.status).last()
    return entry.note if entry else ""


def payment_facts(order: Order, label: str, shop: Shop, now: datetime) -> Iterable[Said]:
    if label != "ready_for_payment" or amounts_hidden(order):
        return
    if order.status == Status.PO_PROVIDED and (po := order.counting_po):
        yield said("po_checked", number=po.number)
    if is_processing(order):
        yield said("payment_processing")
    if order.amount_asked > 0:
        yield said("amount_asked", amount=money(order.amount_asked, order.currency))
    elif order.status in LATE and not order.prepayment_met:
        yield said("prepayment", amount=money(order.prepayment - order.received, order.currency))
    if order.received > 0:
        yield said("part_paid", paid=money(order.received, order.currency), open=money(order.balance, order.currency))
    if due := due_date(order, shop, local_day(shop, now)):
        yield due


def due_date(order: Order, shop: Shop, today: date) -> Said | None:
    """When it is to be paid: a date, or so many days after what starts them."""
    if order.balance == 0 or order.net_days is None:
        return None
    if order.payment_due:
        return said("overdue" if order.payment_due < today else "due_on", date=day(order.payment_due))
    return said(f"due_after_{shop.terms_trigger}", days=str(order.net_days))


def buttons(order: Order, actor: Actor, shop: Shop, now: datetime) -> Iterable[Button]:
    if order.status == Status.WAITING_FOR_REVIEW:
        yield Button("review_budget_offer", gettext("Review budget offer"), primary=True)
    if may_pay(order):
        yield Button("pay_now", gettext("Pay now"), primary=True)
    if order.placed_at and not order.is_canceled:
        yield Button("download_invoice", gettext("Download invoice"))
    for name in DEEDS:
        if allowed(order, name, actor, shop, now):
            text = words.VERBS[name]
            if name == "provide_po" and order.purchase_orders.filter(state__in=["provided", "accepted"]).exists():
                text = words.PAGE["replace_po"]
            yield Button(name, str(text), primary=name == "accept_offer")


def may_pay(order: Order) -> bool:
    """Pay now: once it is agreed, while something is open and online payment is set up; not while one is processed."""
    return provider() is not None and bool(amounts(order)) and not is_processing(order)


def refusals(order: Order, name: str, actor: Actor, shop: Shop, now: datetime | None = None) -> list[Reason]:
    """Every reason why not, with nothing filled in; empty too where the actor or the status is the reason."""
    try:
        deed = attempted(order, name, actor, now or timezone.now(), {}, shop)
    except Refused:
        return []
    return [reason for guard in RULES[name].guards if (reason := GUARDS[guard](order, deed))]


def allowed(order: Order, name: str, actor: Actor, shop: Shop, now: datetime) -> bool:
    """As `workflow.choices`; but details that are missing do not stop an acceptance: its page asks for them."""
    if name != "accept_offer":
        return choice(order, name, actor, shop=shop, now=now) is not None
    try:
        attempted(order, name, actor, now, {}, shop)
    except Refused:
        return False
    asked = {"contact_incomplete", *ANSWERED_BY}
    standing = {reason.code for reason in refusals(order, name, actor, shop, now)}
    return standing <= asked and open_offer(order) is not None


def incomplete(order: Order, actor: Actor, shop: Shop, now: datetime) -> bool:
    """Whether contact, billing or shipping are still to be asked for before an offer is accepted."""
    return any(one.code == "contact_incomplete" for one in refusals(order, "accept_offer", actor, shop, now))


# --- how far it has come


def where(order: Order) -> Status:
    """The status that tells how far the order has come: behind a hold or cancellation, and behind a payment status."""
    status = order.state
    if order.is_canceled and order.canceled_from:
        status = Status(order.canceled_from)
    if status == Status.ON_HOLD and order.held_from:
        status = Status(order.held_from)
    waits = status in (Status.WAITING_FOR_PAYMENT, Status.PO_PAYMENT_DUE)
    return Status(order.last_production) if waits and order.last_production else status


def progress(order: Order) -> tuple[Step, ...]:
    here = where(order)
    index = STEPS.index(here.group) if here.group in STEPS else 0
    finished = here == Status.DELIVERED and not order.is_canceled

    def state(number: int) -> str:
        if number < index or finished:
            return "done"
        return "current" if number == index else "ahead"

    return tuple(Step(code, str(words.PAGE[f"step_{code}"]), state(number)) for number, code in enumerate(STEPS))


def next_step(order: Order, page: PaymentPage, shop: Shop) -> Said | None:
    """The one thing that happens next, or that the customer has to do."""
    if order.is_canceled:
        return None
    if order.status == Status.FIRM_OFFER_SENT:
        return offer_step(page, shop)
    asked = order.amount_asked or order.balance
    if order.status == Status.WAITING_FOR_PAYMENT and asked:
        return said("next_pay", amount=money(asked, order.currency), shop=shop.name)
    if order.status == Status.PO_PAYMENT_DUE and order.balance:
        return said("next_pay", amount=money(order.balance, order.currency), shop=shop.name)
    if order.status == Status.DELIVERED and order.balance and not amounts_hidden(order):
        return said("next_pay_open", amount=money(order.balance, order.currency), shop=shop.name)
    return said(f"next_{order.status}", shop=shop.name)


def offer_step(page: PaymentPage, shop: Shop) -> Said:
    if page.shows("accept_offer"):
        return said("next_confirm", shop=shop.name)
    return said("next_ask_new" if page.label.code == "offer_expired" else "next_approver", shop=shop.name)


# --- what happened


def timeline(order: Order, shop: Shop) -> list[Event]:
    """What the customer may read of the history, newest first: status changes with notes, payments, their own words."""
    shown = (HistoryEntry.Kind.STATUS, HistoryEntry.Kind.PAYMENT)
    entries = order.history.filter(kind__in=shown).select_related("actor").order_by("-id")
    hidden = amounts_hidden(order)
    return [event(entry, order, shop, hidden) for entry in entries]


def event(entry: HistoryEntry, order: Order, shop: Shop, hidden: bool) -> Event:
    if entry.kind == HistoryEntry.Kind.PAYMENT:
        amount = (entry.details or {}).get("amount")
        code = "refund" if entry.name == "refund" else "payment"
        text = said(f"{code}_plain") if hidden or not amount else said(code, amount=money(amount, order.currency))
        return Event(code=code, text=text.text, at=entry.at, who=shop.name)
    by_customer = entry.actor_role == "customer"
    own = (entry.details or {}) if by_customer else {}
    spoken = (own.get("comment", ""), own.get("reason", ""), own.get("po_number", ""))
    return Event(
        code=entry.to_status,
        text=entry.to_label,
        at=entry.at,
        who=str(entry.actor) if by_customer and entry.actor else shop.name,
        note=entry.note,
        words=next((text for text in spoken if text), ""),
        group=Status(entry.to_status).group,
    )


# --- the list


def group_chips(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """(code, text, count) per group of statuses, drafts as quotes in progress."""
    texts = {**{code: str(text) for code, text in GROUP_LABELS.items()}, "draft": str(words.PAGE["quotes_in_progress"])}
    return [(code, texts[code], sum(counts.get(s, 0) for s in members)) for code, members in GROUPS.items()]
