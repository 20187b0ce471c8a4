"""One change of status for many orders: each order's own deed, so that a refusal stops no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.words import FIELDS, say
from orders.workflow.actors import Actor, acting_role
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, perform

MOST = 200
# What makes sense for many: no transition that asks for something of each order alone.
FOR_MANY = (
    "release_for_manufacturing",
    "start_manufacturing",
    "start_post_production",
    "reprint",
    "make_ready_for_shipping",
    "ship",
    "make_ready_for_pickup",
    "deliver",
    "accept_po",
    "request_payment",
    "mark_payment_due",
    "payment_settled",
    "put_on_hold",
    "resume",
    "cancel_by_admin",
)
ASKED = {"carrier": 60, "reason": 500, "note": 1000}


@dataclass(frozen=True, slots=True)
class Picked:
    """An order as it was ticked."""

    number: int
    version: int

    def __str__(self) -> str:
        return f"{self.number}:{self.version}"


def picked(texts: Iterable[str]) -> list[Picked]:
    found = {}
    for text in texts:
        number, _, version = text.partition(":")
        if all(part.isascii() and part.isdigit() and len(part) < 10 for part in (number, version)):
            found[int(number)] = Picked(int(number), int(version))
    return list(found.values())[:MOST]


def offered(actor: Actor) -> list[str]:
    return [name for name in FOR_MANY if acting_role(actor, RULES[name].who)]


class BulkForm(forms.Form):
    """What the transition needs or takes, once for all of them."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, name: str, **bound: Any) -> None:
        super().__init__(initial={"key": uuid4()}, **bound)
        rule = RULES[name]
        self.taken = [field for field in ASKED if field in (*rule.needs, *rule.optional, "note")]
        helps = {
            "reason": _("Stays in the history. Customers do not see it."),
            "note": _("Each customer reads this on the order's page and in the mail."),
        }
        for field in self.taken:
            widget = forms.TextInput if field == "carrier" else forms.Textarea(attrs={"rows": 2})
            self.fields[field] = forms.CharField(
                label=str(FIELDS[field]),
                max_length=ASKED[field],
                required=field in rule.needs,
                widget=widget,
                help_text=helps.get(field, ""),
            )
        self.fields["mail_customer"] = forms.BooleanField(label=_("E-mail the customers"), required=False, initial=True)

    def details(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.taken}


def change_all(chosen: list[Picked], name: str, form: BulkForm, actor: Actor) -> dict[str, Any]:
    """What was done and what was left out and why, as plain values. With the same key all of it happens once."""
    keys = dict(Order.objects.filter(number__in=[one.number for one in chosen]).values_list("number", "pk"))
    done, refused = [], []
    for one in chosen:
        if one.number not in keys:
            continue
        try:
            perform(
                keys[one.number],
                name,
                actor=actor,
                key=f"change:{form.cleaned_data['key']}",
                mail_customer=form.cleaned_data["mail_customer"],
                expected_version=one.version,
                **form.details(),
            )
        except Refused as refusal:
            refused.append([one.number, str(say(refusal))])
        else:
            done.append(one.number)
    return {"transition": name, "done": done, "refused": refused}
