"""The shop's own words for a mail, with placeholders filled from the facts. Never a template: what staff type is text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from notifications.clean import one_line
from notifications.facts import Facts
from notifications.matrix import STATUS_EVENTS
from notifications.models import OutgoingEmail, Wording
from notifications.show import day
from notifications.wording import Told, Words, words

PLACEHOLDERS = {
    "number": _("Order number"),
    "shop": _("Name of the shop"),
    "customer": _("Company or name of the customer"),
    "status": _("Status after the change"),
    "before": _("Status before it"),
    "amount": _("Amount that the mail is about"),
    "balance": _("What is still to be paid"),
    "due": _("When it is to be paid"),
    "valid_until": _("Last day of the offer"),
    "carrier": _("Carrier"),
    "tracking": _("Tracking number"),
}
EMPTY = "–"
_PLACE = re.compile(r"\{(\w+)\}")


def own_words(row: OutgoingEmail, told: Told) -> Words | None:
    """None where the usual words hold: there are no others, or the status is entered again, of which only those can tell."""
    if row.event in STATUS_EVENTS and told.facts.get("again"):
        return None
    found = Wording.objects.filter(event=row.event, audience=row.audience).first()
    return filled(found, told) if found else None


def filled(wording: Wording, told: Told) -> Words:
    values = values_of(told)

    def fill(text: str) -> str:
        return _PLACE.sub(lambda match: values.get(match[1], match[0]), text)

    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", wording.text))
    sentences = tuple(fill(part) for part in paragraphs if part)
    return Words(one_line(fill(wording.subject), 180), fill(wording.heading), sentences, fill(wording.button))


def values_of(told: Told) -> dict[str, str]:
    facts = told.facts
    found = {
        "number": str(facts.get("number", "")),
        "shop": told.shop,
        "customer": told.customer,
        "status": told.after,
        "before": facts.get("from_label", ""),
        "amount": told.money("amount") or told.money("amount_asked") or told.money("balance"),
        "balance": told.money("balance"),
        "due": day(facts.get("due") or ""),
        "valid_until": day(facts.get("valid_until") or ""),
        "carrier": facts.get("carrier", ""),
        "tracking": facts.get("tracking", ""),
    }
    return {name: value or EMPTY for name, value in found.items()}


def unknown_in(text: str) -> list[str]:
    """What looks like a placeholder and is none; a brace that stands alone too."""
    wrong = [f"{{{name}}}" for name in _PLACE.findall(text) if name not in PLACEHOLDERS]
    rest = _PLACE.sub("", text)
    return [*wrong, *(sign for sign in ("{", "}") if sign in rest)]


@dataclass(frozen=True, slots=True)
class _Blank(Told):
    """Facts that are their own placeholders."""

    def money(self, name: str) -> str:
        return "{balance}" if name == "balance" else "{amount}"


def usual(event: str, audience: str) -> Wording:
    """The words of wording.py with placeholders, to begin from."""
    facts: Facts = {
        "number": "{number}",  # type: ignore[typeddict-item]
        "customer": {"company": "{customer}"},
        "from": "-",
        "from_label": "{before}",
        "to": event,
        "to_label": "{status}",
    }
    found = words(event, audience, _Blank(facts, "{shop}", date(2000, 1, 1)))
    text = "\n\n".join(found.sentences)
    return Wording(
        event=event,
        audience=audience,
        subject=found.subject,
        heading=found.heading,
        text=text,
        button=found.button,
        version=0,
    )


def names_its_order(texts: Iterable[str]) -> bool:
    return any("{number}" in text for text in texts)
