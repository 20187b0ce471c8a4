"""Which transitions somebody may do now: what pages show as buttons and forms."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import Shop
from orders.models import Order
from orders.workflow.actors import Actor
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, attempted
from orders.workflow.guards import ANSWERED_BY, GUARDS


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    target: str
    needs: tuple[str, ...]  # details without which it is refused
    optional: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.needs, *(field for field in self.optional if field not in self.needs))


def choice(order: Order, name: str, actor: Actor, *, shop: Shop, now: datetime | None = None) -> Choice | None:
    """The transition with what it asks for, or None when `actor` may not do it now, whatever they fill in."""
    rule = RULES[name]
    try:
        deed = attempted(order, name, actor, now or timezone.now(), {}, shop)
    except Refused:
        return None
    needs = list(rule.needs)
    for guard in rule.guards:
        if reason := GUARDS[guard](order, deed):
            field = ANSWERED_BY.get(reason.code)
            if field is None:
                return None
            if field not in needs:
                needs.append(field)
    return Choice(name, deed.target, tuple(needs), rule.optional)


def choices(order: Order, actor: Actor, now: datetime | None = None) -> list[Choice]:
    shop = Shop.get()
    found = (choice(order, name, actor, shop=shop, now=now) for name in RULES)
    return [one for one in found if one]
