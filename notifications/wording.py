"""What a mail says first, per event and audience: subject, heading, sentences and the one next step.

The gist of each stands in tests/data/emails.csv. Wording is chosen by the facts alone, in the language that is active.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.clean import one_line
from notifications.facts import Facts
from notifications.matrix import STATUS_EVENTS
from notifications.show import day, money


@dataclass(frozen=True, slots=True)
class Told:
    """What the sentences are made from."""

    facts: Facts
    shop: str  # its name
    written: date  # the day of the deed, in the shop's zone

    @property
    def order(self) -> str:
        return _("Order #%(number)s") % {"number": self.facts.get("number", "")}

    @property
    def customer(self) -> str:
        person = self.facts.get("customer", {})
        return one_line(person.get("company") or person.get("name") or "", 60)

    @property
    def after(self) -> str:
        return self.facts.get("to_label") or self.facts.get("to", "").replace("_", " ").capitalize()

    @property
    def change(self) -> str:
        """The part that every change of status says alike."""
        before, after = self.facts.get("from_label", ""), self.after
        if not before or self.facts.get("from") == self.facts.get("to"):
            return _('status changed to "%(after)s"') % {"after": after}
        return _('status changed from "%(before)s" to "%(after)s"') % {"before": before, "after": after}

    def money(self, name: str) -> str:
        """An amount among the facts; "" when there is none or it is nothing."""
        amount = str(self.facts.get(name) or "")
        if self.facts.get("price_hidden") or not amount.strip("0.,-"):
            return ""
        return money(amount, self.facts.get("currency", "EUR"))


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    heading: str
    sentences: tuple[str, ...]
    button: str


def words(event: str, audience: str, told: Told) -> Words:
    """Subject, heading, sentences and button of this mail."""
    special = (_SHOP if audience == "shop" else _CUSTOMER).get(event)
    # A status that is entered again is a change like any other, not something that has come in.
    if event in STATUS_EVENTS and (special is None or (told.facts.get("again") and event not in _SAYS_AGAIN)):
        special = _changed
    if special is None:
        raise KeyError(f"no words for {event} to {audience}")
    found = special(told)
    return found if audience != "shop" else Words(found.subject, found.heading, found.sentences, _("Open the order"))


def _make(told: Told, subject: str, heading: str, *sentences: str, button: str = "") -> Words:
    full = f"{told.order}: {subject}"
    return Words(one_line(full, 180), heading, tuple(filter(None, sentences)), button or _("View the order"))


def _changed(told: Told) -> Words:
    after = told.after
    return _make(told, told.change, after, f"{told.order}: {told.change}.")


# --- to the customer ----------------------------------------------------------------------------------------------------


def _placed(told: Told) -> Words:
    return _make(
        told,
        _("we have received your order"),
        _("Thank you for your order"),
        _("%(shop)s has received your order with all its details. You find them below.") % {"shop": told.shop},
    )


def _submitted(told: Told) -> Words:
    return _make(
        told,
        _("we have received your submittal"),
        _("We have received your submittal"),
        _("%(shop)s has received your submittal, looks at it now and then sends you an offer.") % {"shop": told.shop},
    )


def _offer(told: Told) -> Words:
    button = _("Review the offer")
    if told.facts.get("again"):
        return _offer_again(told, button)
    if told.facts.get("from_quotation_tool"):
        subject = heading = _("there is a new offer for you")
    else:
        subject = heading = _("the manufacturing offer is ready")
    return _make(told, subject, _first_upper(heading), _ready(told), button=button)


def _offer_again(told: Told, button: str) -> Words:
    replaced = _replaced(told)
    if told.facts.get("offer_expired"):
        text = _("The offer has expired meanwhile. Please ask for a new one.")
        return _make(
            told, told.change, _("Your offer has expired"), f"{told.order}: {told.change}.", text, button=button
        )
    if not replaced:
        return _make(told, told.change, _("Your offer stands again"), f"{told.order}: {told.change}.", button=button)
    change = "" if told.facts.get("from") == told.facts.get("to") else f"{told.order}: {told.change}."
    return _make(
        told, _lower(replaced), _("Your revised offer is ready"), f"{replaced}.", change, _ready(told), button=button
    )


def _ready(told: Told) -> str:
    if until := told.facts.get("valid_until"):
        return _("You can look at the offer and confirm it until %(day)s.") % {"day": day(until)}
    return _("You can look at the offer and confirm it on its page.")


def _replaced(told: Told) -> str:
    """A revised offer says what it takes the place of; the same one, resumed after a hold, does not."""
    new, old = told.facts.get("revision"), told.facts.get("replaces")
    if not new or not old or told.facts.get("from") not in {"waiting_for_review", "firm_offer_sent"}:
        return ""
    return _("Revision %(new)s replaces revision %(old)s") % {"new": new, "old": old}


def _po_provided(told: Told) -> Words:
    if told.facts.get("from") == "po_provided":
        return _po_replaced(told)
    if told.facts.get("again"):
        return _changed(told)
    updated = _('status updated to "%(after)s"') % {"after": told.after}
    thanks = _("We have received your purchase order and are checking it.")
    return _make(told, updated, _("We have your purchase order"), f"{told.order}: {updated}.", thanks)


def _po_replaced(told: Told) -> Words:
    replaced = _("a new purchase order replaces the earlier one")
    return _make(told, replaced, _("The purchase order was replaced"), f"{told.order}: {replaced}.")


def _waiting_for_payment(told: Told) -> Words:
    return _make(
        told,
        told.change if told.facts.get("again") else _("waiting for payment"),
        _("Your order is waiting for payment"),
        f"{told.order}: {told.change}." if told.facts.get("again") else "",
        _asked(told),
        button=_("Review and pay"),
    )


def _asked(told: Told) -> str:
    if amount := told.money("amount_asked") or told.money("balance"):
        return _("%(order)s is waiting for your payment of %(amount)s.") % {"order": told.order, "amount": amount}
    return _("%(order)s is waiting for your payment.") % {"order": told.order}


def _payment_due(told: Told) -> Words:
    due, again = told.facts.get("due"), told.facts.get("again")
    change = told.change if again else _('status changed to "%(after)s"') % {"after": told.after}
    return _make(
        told,
        change,
        _("Your payment is due"),
        f"{told.order}: {change}.",
        _("Please review the order and pay by %(day)s.") % {"day": day(due)}
        if due
        else _("Please review the order and pay."),
        button=_("Review and pay"),
    )


def _reminder(told: Told) -> Words:
    when = _when_due(told)
    sentence = _("This is a reminder: the payment for order #%(number)s is due %(when)s.")
    return _make(
        told,
        _("payment is due %(when)s") % {"when": when},
        _("Payment is due %(when)s") % {"when": when},
        sentence % {"number": told.facts.get("number", ""), "when": when},
        _("If you have paid in the meantime, you need do nothing."),
        button=_("Review and pay"),
    )


def _when_due(told: Told) -> str:
    """Usually two days ahead; less when the scheduler was down on the day."""
    due = told.facts.get("due")
    days = (date.fromisoformat(due) - told.written).days if due else 2
    if days <= 0:
        return _("today") if days == 0 else _("now")
    return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}


def _paid(told: Told) -> Words:
    received = _("%(shop)s has received the payment for order #%(number)s. Thank you.")
    return _make(
        told,
        _("we have received your payment"),
        _("Thank you for your payment"),
        received % {"shop": told.shop, "number": told.facts.get("number", "")},
    )


def _part_payment(told: Told) -> Words:
    return _make(
        told,
        _("we have received a part of your payment"),
        _("We have received a part of your payment"),
        _received(told),
        button=_("Review and pay"),
    )


def _received(told: Told) -> str:
    amounts = {"amount": told.money("amount") or "–", "open": told.money("balance") or "–"}
    return _("Received: %(amount)s. Still open: %(open)s.") % amounts


def _refund(told: Told) -> Words:
    amount = told.money("amount")
    done = _("%(amount)s has been refunded") % {"amount": amount} if amount else _("your payment has been refunded")
    note = ""
    if attached := told.facts.get("attachments", []):
        note = ngettext("The credit note is attached.", "The credit notes are attached.", len(attached))
    return _make(told, done, _("Your refund is on its way"), f"{told.order}: {done}.", note)


def _payment_failed(told: Told) -> Words:
    return _make(
        told,
        _("your payment did not go through"),
        _("The payment did not go through"),
        _("The payment for order #%(number)s did not go through, nothing was charged. Please try again.")
        % {"number": told.facts.get("number", "")},
        button=_("Try again"),
    )


def _offer_expired(told: Told) -> Words:
    until = told.facts.get("valid_until")
    expired = _("the offer has expired")
    return _make(
        told,
        expired,
        _first_upper(expired),
        _("The offer was valid until %(day)s.") % {"day": day(until)} if until else f"{_first_upper(expired)}.",
        _("If you still want the parts, ask for a new one on its page."),
        button=_("Ask for a new offer"),
    )


def _message(told: Told) -> Words:
    written = _("%(shop)s has written to you about order #%(number)s")
    said = written % {"shop": told.shop, "number": told.facts.get("number", "")}
    subject = _("a message from %(shop)s") % {"shop": told.shop}
    return _make(told, subject, _("You have a message"), f"{said}.", button=_("Read and answer"))


def _part_shipped(told: Told) -> Words:
    shipped = _("part of your order has been shipped")
    return _make(told, shipped, _first_upper(shipped), _("The lines below are on their way to you."))


# --- to the shop --------------------------------------------------------------------------------------------------------


def _shop_placed(told: Told) -> Words:
    by = _("new order from %(customer)s") % {"customer": told.customer} if told.customer else _("new order")
    names = {"customer": told.customer or _("The customer"), "number": told.facts.get("number", "")}
    placed = _("%(customer)s has placed order #%(number)s.") % names
    return _make(told, by, _("A new order has been received"), placed)


def _shop_review(told: Told) -> Words:
    needs = _("%(order)s needs reviewing.") % {"order": told.order}
    by = _("%(customer)s has submitted it.") % {"customer": told.customer} if told.customer else ""
    return _make(told, _("the order needs reviewing"), _("An order needs reviewing"), needs, by)


def _shop_offer(told: Told) -> Words:
    if told.facts.get("from_quotation_tool") and not told.facts.get("again"):
        new = _("there is a new offer")
        to = _("A new offer has been sent to %(customer)s.") % {"customer": told.customer} if told.customer else ""
        return _make(told, new, _("A new offer has been sent"), to or f"{told.order}: {new}.")
    replaced = _replaced(told) if told.facts.get("again") else ""
    if replaced and told.facts.get("from") == told.facts.get("to"):
        return _make(told, _lower(replaced), told.after, f"{replaced}.")
    changed = _changed(told)
    sentences = (*changed.sentences, *([f"{replaced}."] if replaced else []))
    return Words(changed.subject, changed.heading, sentences, changed.button)


def _shop_po(told: Told) -> Words:
    return _po_replaced(told) if told.facts.get("from") == "po_provided" else _changed(told)


def _shop_paid(told: Told) -> Words:
    who = told.customer or _("The customer")
    paid = _("%(customer)s has paid for order #%(number)s.") % {"customer": who, "number": told.facts.get("number", "")}
    return _make(told, _("the customer has paid"), _("The customer has paid"), paid)


def _shop_part_payment(told: Told) -> Words:
    come = _("a part payment has come in")
    return _make(told, come, _first_upper(come), _received(told))


def _shop_problem(told: Told) -> Words:
    return _make(
        told,
        _("a payment needs your attention"),
        _("A payment needs your attention"),
        _("It is disputed, more than was owed, or was made for a canceled order. Please look at the order's payments."),
    )


def _shop_expired(told: Told) -> Words:
    expired = _("an offer has expired unanswered")
    return _make(told, expired, _first_upper(expired), f"{told.order}: {expired}.")


def _shop_message(told: Told) -> Words:
    who = told.customer or _("The customer")
    wrote = _("%(customer)s has written about order #%(number)s.") % {
        "customer": who,
        "number": told.facts.get("number", ""),
    }
    return _make(told, _("the customer has written"), _("The customer has written"), wrote)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


# These tell by themselves what is said when their status is entered again.
_SAYS_AGAIN = {"firm_offer_sent", "waiting_for_payment", "po_payment_due", "po_provided"}

_CUSTOMER: dict[str, Callable[[Told], Words]] = {
    "placed": _placed,
    "waiting_for_review": _submitted,
    "firm_offer_sent": _offer,
    "po_provided": _po_provided,
    "waiting_for_payment": _waiting_for_payment,
    "po_payment_due": _payment_due,
    "payment_due_reminder": _reminder,
    "paid": _paid,
    "part_payment": _part_payment,
    "refund": _refund,
    "payment_failed": _payment_failed,
    "offer_expired": _offer_expired,
    "message": _message,
    "part_shipped": _part_shipped,
}
_SHOP: dict[str, Callable[[Told], Words]] = {
    "placed": _shop_placed,
    "waiting_for_review": _shop_review,
    "firm_offer_sent": _shop_offer,
    "po_provided": _shop_po,
    "paid": _shop_paid,
    "part_payment": _shop_part_payment,
    "payment_problem": _shop_problem,
    "offer_expired": _shop_expired,
    "message": _shop_message,
}
