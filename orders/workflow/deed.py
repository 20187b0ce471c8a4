"""One deed on an order, as guards and effects see it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.models import Shop
from orders.workflow.actors import Actor


class Refused(Exception):
    """A verb refuses: a code with parameters. Views turn it into a sentence beside its field (orders/words.py)."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Deed:
    name: str
    before: str  # status
    target: str
    actor: Actor
    role: str  # in which the actor acts
    now: datetime
    today: date  # in the shop's time zone
    shop: Shop
    details: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.details.get(name) or ""
