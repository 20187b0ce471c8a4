"""A walk over all states that an order can reach: none is stuck, none is delivered without having been released, and the
scheduler undoes nothing that staff did.

A state is what guards and effects read. The walk does not expand holds and cancellations (they lead back to where they
came from), and takes one status for several that the rules treat alike: post-production and ready for shipping are
left out.
"""

from collections import deque
from copy import copy
from typing import Any, NamedTuple

import pytest
from django.db import transaction

from orders.models import Order, PurchaseOrder
from orders.models.status import CANCELED, PRODUCTION, Status
from orders.workflow.actors import SYSTEM, Actor, customer, staff
from orders.workflow.deed import Refused
from orders.workflow.door import judged, move
from orders.workflow.effects import what_follows
from tests import factories
from tests.orders.workflow import cells
from tests.orders.workflow.test_table import TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ALIKE = {"start_post_production", "make_ready_for_shipping"}
FIELDS = (
    "status",
    "held_from",
    "held_at",
    "canceled_from",
    "canceled_at",
    "last_production",
    "released_at",
    "produced_at",
    "paid",
    "payment_target",
    "net_days",
    "po_accepted_on",
    "terms_reached_on",
    "payment_due",
    "due_marked_for",
)
COUNTING = [PurchaseOrder.State.PROVIDED, PurchaseOrder.State.ACCEPTED]


class State(NamedTuple):
    order: tuple[Any, ...]
    po: str

    def __getattr__(self, name: str) -> Any:
        return self.order[FIELDS.index(name)]


class Walk:
    """Reads a state into the one order of the database, tries a deed, and reads the state it led to."""

    def __init__(self, **settings: Any) -> None:
        self.shop = factories.make_shop(terms_trigger="shipped", net_days=0, **settings)
        self.owner = factories.make_customer()
        self.row = cells.put(
            factories.make_draft(self.owner), "placed", prepayment_percent=self.shop.prepayment_percent
        )
        self.people: dict[str, Actor] = {
            "customer": customer(self.owner),
            "manager": staff(factories.make_staff("manager")),
            "system": SYSTEM,
        }

    def read(self, order: Order) -> State:
        po = order.purchase_orders.filter(state__in=COUNTING).values_list("state", flat=True).first()
        return State(tuple(getattr(order, field) for field in FIELDS), po or "")

    def load(self, state: State) -> Order:
        Order.objects.filter(pk=self.row.pk).update(**dict(zip(FIELDS, state.order, strict=True)))
        if state.po:
            cells.with_po(self.row, state.po)
        if state.status == Status.FIRM_OFFER_SENT:
            cells.with_offer(self.row)
        return Order.objects.get(pk=self.row.pk)

    def deed(self, loaded: Order, name: str, actor: Actor) -> State | None:
        """The state that a transition (and what the system does right after) leads to; None when it is refused."""
        order, follower = copy(loaded), name
        details = {} if actor is SYSTEM else {**cells.DETAILS, "seen_total": str(order.total)}
        with transaction.atomic():
            while follower:
                try:
                    deed = judged(order, follower, actor, cells.NOW, details, self.shop)
                except Refused:
                    transaction.set_rollback(True)
                    return None
                move(order, deed)
                follower, actor, details = what_follows(order, deed), SYSTEM, {}
            after = self.read(order)
            transaction.set_rollback(True)
            return after

    def moves(self, state: State) -> dict[tuple[str, str], State]:
        with transaction.atomic():
            order = self.load(state)
            found = {("payment", f"{n}"): after for n, after in enumerate(self.pays(state, order))}
            for name, status, role in TABLE:  # test_table.py shows that what is not in it is refused
                if status == state.status and role in self.people and name not in ALIKE:
                    after = self.deed(order, name, self.people[role])
                    if after is not None:
                        found[name, role] = after
            transaction.set_rollback(True)
        return found

    @staticmethod
    def pays(state: State, order: Order) -> list[State]:
        """After a payment of the open prepayment, or of everything."""
        amounts = {order.prepayment - order.received, order.balance}
        paid = FIELDS.index("paid")
        return [
            State((*state.order[:paid], order.paid + amount, *state.order[paid + 1 :]), state.po)
            for amount in amounts
            if amount > 0
        ]


@pytest.mark.parametrize("settings", [{"prepayment_percent": 0}, {"prepayment_percent": 50}], ids=["free", "prepaid"])
def test_no_order_is_stuck(settings: dict[str, Any]) -> None:
    walk = Walk(**settings)
    start = walk.read(walk.row)
    graph: dict[State, dict[tuple[str, str], State]] = {}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state in graph:
            continue
        graph[state] = walk.moves(state)
        if state.status not in (*CANCELED, Status.ON_HOLD):
            queue.extend(graph[state].values())
    assert len(graph) > 100
    assert {state.status for state in graph} == set(Status.values) - {"draft", "post_production", "ready_for_shipping"}
    judge(graph)


def judge(graph: dict[State, dict[tuple[str, str], State]]) -> None:
    leads_on = deque(state for state in graph if state.status == Status.DELIVERED)
    before: dict[State, set[State]] = {}
    for state, moves in graph.items():
        for after in moves.values():
            before.setdefault(after, set()).add(state)
    reaching: set[State] = set()
    while leads_on:
        state = leads_on.popleft()
        if state not in reaching:
            reaching.add(state)
            leads_on.extend(before.get(state, ()))
    for state, moves in graph.items():
        names = {name for name, _ in moves}
        if state.status in CANCELED:
            assert {"undo_cancel", "reopen"} <= names, state
        elif state.status == Status.ON_HOLD:
            may_cancel = state.last_production != Status.DELIVERED
            assert ({"resume", "cancel_by_admin"} if may_cancel else {"resume"}) <= names, state
        else:
            assert state in reaching, f"stuck: {state}"
        if state.status in PRODUCTION:
            assert state.released_at is not None, state
        for (_, role), after in moves.items():
            if role == "system" and state.last_production:  # the scheduler moves payment, never the work
                assert after.last_production == state.last_production, (state, after)


def test_the_walk_would_notice_a_dead_end() -> None:
    walk = Walk()
    start = walk.read(walk.row)
    with pytest.raises(AssertionError, match="stuck"):
        judge({start: {("put_on_hold", "manager"): start}})
