"""Every transition: from where, to where, who, which guards, which details, which effect.

The methods have empty bodies: `orders.workflow.door.perform` does the rest, under the order's lock. Guards and effects are
named; they stand in workflow/guards.py and workflow/effects.py. `needs` names the details that must not be empty.
`customer` in `who` is judged by the company's requesters and approvers; a manager may do what any other staff may.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django_fsm import GET_STATE, FSMField, transition

from orders.models.status import AGREED, ALIVE, CANCELED, NOT_HELD, PRODUCTION
from orders.models.status import Status as S

SALES, PRODUCING, ACCOUNTING, MANAGER = "sales", "production", "accounting", "manager"
STAFF = frozenset({SALES, PRODUCING, ACCOUNTING, MANAGER})
CUSTOMER, SYSTEM = "customer", "system"


@dataclass(frozen=True, slots=True)
class Rule:
    who: frozenset[str]
    guards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    effect: str = ""
    optional: tuple[str, ...] = ()  # details it takes but does not need


status_field = FSMField(
    default=S.DRAFT, choices=S.choices, protected=True, editable=False, max_length=32, db_index=True
)


def rule(
    source: Iterable[str],
    target: Any,
    *,
    who: Iterable[str],
    guards: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    effect: str = "",
) -> Callable[..., Any]:
    custom = {"rule": Rule(frozenset(who), guards, needs, effect, optional)}
    return transition(status_field, source=[str(s) for s in source], target=target, custom=custom)


def step(target: S, *, guards: tuple[str, ...] = (), **more: Any) -> Callable[..., Any]:
    """One of the moves of a released order along production and delivery."""
    sources = (S.WAITING_FOR_PAYMENT, S.PO_PAYMENT_DUE, *PRODUCTION)
    return rule(
        [s for s in sources if s != target],
        target,
        who={PRODUCING},
        guards=("released", "back_needs_reason", *guards),
        **more,
    )


SUBMITTABLE = ("has_lines", "measured", "verified_customer", "contact_complete")
ACCEPTABLE = ("offer_current", "one_choice_per_group", "contact_complete")
CANCELABLE_BY_CUSTOMER = (
    S.WAITING_FOR_REVIEW,
    S.FIRM_OFFER_SENT,
    S.PLACED,
    S.PO_PROVIDED,
    S.WAITING_FOR_PAYMENT,
)


class Transitions(models.Model):
    status = status_field

    class Meta:
        abstract = True

    # --- offer and agreement
    @rule([S.DRAFT], S.WAITING_FOR_REVIEW, who={CUSTOMER}, guards=SUBMITTABLE, effect="submit")
    def submit_for_review(self) -> None: ...

    @rule(
        [S.DRAFT],
        S.PLACED,
        who={CUSTOMER},
        guards=(
            *SUBMITTABLE,
            "firm_prices",
            "no_review_trigger",
            "warnings_settled",
            "terms_accepted",
            "total_as_seen",
        ),
        needs=("seen_total", "terms"),
        effect="place",
    )
    def place(self) -> None: ...

    @rule(
        [S.DRAFT, S.WAITING_FOR_REVIEW, S.FIRM_OFFER_SENT],
        S.FIRM_OFFER_SENT,
        who={SALES},
        guards=("has_lines", "priced_or_left_out", "not_past", "has_customer"),
        needs=("valid_until",),
        effect="send_offer",
    )
    def send_firm_offer(self) -> None: ...

    @rule(
        [S.FIRM_OFFER_SENT],
        S.PLACED,
        who={CUSTOMER},
        guards=ACCEPTABLE,
        needs=("revision", "consent"),
        optional=("choices",),
        effect="accept_offer",
    )
    def accept_offer(self) -> None: ...

    @rule(
        [S.FIRM_OFFER_SENT],
        S.PLACED,
        who={SALES},
        guards=ACCEPTABLE,
        needs=("revision", "how"),
        optional=("choices",),
        effect="accept_offer",
    )
    def record_acceptance(self) -> None: ...

    @rule(
        [S.FIRM_OFFER_SENT],
        S.WAITING_FOR_REVIEW,
        who={CUSTOMER},
        needs=("comment",),
        optional=("comments",),
        effect="keep_comment",
    )
    def request_changes(self) -> None: ...

    @rule([S.FIRM_OFFER_SENT], S.WAITING_FOR_REVIEW, who={SALES}, needs=("note",), effect="withdraw_offer")
    def withdraw_offer(self) -> None: ...

    # --- purchase order and payment
    @rule(
        [S.PLACED, S.PO_PROVIDED, S.WAITING_FOR_PAYMENT],
        S.PO_PROVIDED,
        who={CUSTOMER, SALES, ACCOUNTING},
        guards=("not_released", "balance_open", "says_on_whose_behalf"),
        needs=("po_number",),
        optional=("po_file", "po_total", "on_behalf"),
        effect="store_po",
    )
    def provide_po(self) -> None: ...

    @rule(
        [S.PO_PROVIDED],
        S.PO_PAYMENT_DUE,
        who={ACCOUNTING},
        guards=("balance_open", "po_total_agrees"),
        optional=("reason",),
        effect="accept_po",
    )
    def accept_po(self) -> None: ...

    @rule([S.PO_PROVIDED], S.PLACED, who={ACCOUNTING}, needs=("note",), effect="reject_po")
    def reject_po(self) -> None: ...

    @rule(
        [S.PLACED, S.PO_PROVIDED, S.PO_PAYMENT_DUE, *PRODUCTION],
        S.WAITING_FOR_PAYMENT,
        who={ACCOUNTING, SYSTEM},
        guards=("balance_open", "amount_within_balance"),
        optional=("amount",),
        effect="ask_for_payment",
    )
    def request_payment(self) -> None: ...

    @rule(
        [S.PLACED, S.WAITING_FOR_PAYMENT, S.SHIPPED, S.READY_FOR_PICKUP, S.DELIVERED],
        S.PO_PAYMENT_DUE,
        who={ACCOUNTING, SYSTEM},
        guards=("net_terms", "due_date_come", "balance_open", "not_marked_before"),
        effect="mark_due",
    )
    def mark_payment_due(self) -> None: ...

    @rule(
        [S.WAITING_FOR_PAYMENT, S.PO_PAYMENT_DUE],
        GET_STATE(lambda order: order.status_when_settled, states=[S.PLACED, *PRODUCTION]),
        who={SYSTEM, ACCOUNTING},
        guards=("settled",),
        effect="settle",
    )
    def payment_settled(self) -> None: ...

    @rule(
        [*AGREED, S.FREE_FOR_MANUFACTURING],
        S.WAITING_FOR_REVIEW,
        who={SALES},
        guards=("not_in_production",),
        needs=("reason",),
        effect="start_over",
    )
    def take_back_to_review(self) -> None: ...

    # --- production and delivery
    @rule(
        [s for s in (*AGREED, *PRODUCTION) if s != S.FREE_FOR_MANUFACTURING],
        S.FREE_FOR_MANUFACTURING,
        who={PRODUCING, ACCOUNTING, SYSTEM},
        guards=("may_release", "again_needs_reason"),
        optional=("reason",),
        effect="release",
    )
    def release_for_manufacturing(self) -> None: ...

    @rule(
        [s for s in (*AGREED, *PRODUCTION) if s != S.MANUFACTURING],
        S.MANUFACTURING,
        who={PRODUCING},
        guards=("may_release", "back_needs_reason"),
        optional=("reason",),
        effect="release",
    )
    def start_manufacturing(self) -> None: ...

    @step(S.POST_PRODUCTION, optional=("reason",))
    def start_post_production(self) -> None: ...

    @step(S.RE_PRINTING, needs=("reason",))
    def reprint(self) -> None: ...

    @step(S.READY_FOR_SHIPPING, optional=("reason",))
    def make_ready_for_shipping(self) -> None: ...

    @step(
        S.SHIPPED,
        guards=("way_as_ordered",),
        optional=("carrier", "tracking", "confirm_way", "reason"),
        effect="ship",
    )
    def ship(self) -> None: ...

    @step(S.READY_FOR_PICKUP, guards=("way_as_ordered",), optional=("confirm_way", "reason"))
    def make_ready_for_pickup(self) -> None: ...

    @step(S.DELIVERED, optional=("reason",))
    def deliver(self) -> None: ...

    # --- hold and cancel
    @rule(NOT_HELD, S.ON_HOLD, who=STAFF, needs=("reason", "note"), effect="hold")
    def put_on_hold(self) -> None: ...

    @rule(
        [S.ON_HOLD],
        GET_STATE(lambda order: order.held_from, states=NOT_HELD),
        who=STAFF,
        effect="resume",
    )
    def resume(self) -> None: ...

    @rule(
        ALIVE,
        S.CANCELED_BY_CUSTOMER,
        who={CUSTOMER, SALES},
        guards=("customer_may_cancel", "says_on_whose_behalf"),
        needs=("reason",),
        optional=("on_behalf",),
        effect="cancel",
    )
    def cancel_by_customer(self) -> None: ...

    @rule(
        ALIVE,
        S.CANCELED_BY_ADMIN,
        who={SALES},
        guards=("not_delivered",),
        needs=("reason", "note"),
        effect="cancel",
    )
    def cancel_by_admin(self) -> None: ...

    @rule(
        CANCELED,
        GET_STATE(lambda order: order.canceled_from, states=ALIVE),
        who={MANAGER},
        guards=("nothing_refunded_since",),
        needs=("reason",),
        effect="undo_cancel",
    )
    def undo_cancel(self) -> None: ...

    @rule(CANCELED, S.WAITING_FOR_REVIEW, who={MANAGER}, needs=("reason",), effect="start_over")
    def reopen(self) -> None: ...
