"""Who does something, and whether they are who a transition asks for."""

from dataclasses import dataclass, field
from typing import Literal

from accounts.models import CompanyRole, User
from orders.models import Order
from orders.models.transitions import CUSTOMER, MANAGER, STAFF
from orders.models.transitions import SYSTEM as SYSTEM_ROLE

# What everybody in a company may do; the rest is for its approvers, if it has any.
REQUESTERS_MAY = {"submit_for_review", "request_changes"}


@dataclass(frozen=True, slots=True)
class Actor:
    """A customer (or guest: no user), a member of staff by their roles, or the system itself."""

    role: Literal["customer", "staff", "system"]
    user: User | None = None
    roles: frozenset[str] = frozenset()
    ip: str | None = field(default=None, compare=False)
    user_agent: str = field(default="", compare=False)
    by_link: bool = field(default=False, compare=False)  # came by the link in a mail, without a log-in

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def is_customer(self) -> bool:
        return self.role == "customer"

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"

    def has(self, *roles: str) -> bool:
        """One of these staff roles, or manager, who may do what all others may."""
        return self.is_staff and bool(self.roles & {*roles, MANAGER})


SYSTEM = Actor("system")


def customer(user: User | None, *, ip: str | None = None, user_agent: str = "", by_link: bool = False) -> Actor:
    return Actor("customer", user, ip=ip, user_agent=user_agent, by_link=by_link)


def staff(user: User) -> Actor:
    return Actor("staff", user, frozenset(user.roles))


def acting_role(actor: Actor, who: frozenset[str]) -> str:
    """The role in which `actor` acts where these may, empty when they may not."""
    if actor.role == "system":
        return SYSTEM_ROLE if SYSTEM_ROLE in who else ""
    if actor.is_customer:
        return CUSTOMER if CUSTOMER in who else ""
    if matching := sorted(actor.roles & who):
        return matching[0]
    return MANAGER if MANAGER in actor.roles and who & STAFF else ""


def belongs_to(order: Order, user: User | None) -> bool:
    """Whether the order is the user's own or their company's."""
    if user is None or not user.is_active:
        return False
    return order.customer_id == user.pk or (order.company_id is not None and order.company_id == user.company_id)


def customer_may(order: Order, user: User | None, name: str) -> bool:
    """Requesters draft, submit and ask for changes; approvers may everything; without approvers everybody may."""
    if not belongs_to(order, user):
        return False
    assert user is not None
    if name in REQUESTERS_MAY or user.company_role == CompanyRole.APPROVER:
        return True
    if order.company is None:
        return True
    return not order.company.members.filter(company_role=CompanyRole.APPROVER, is_active=True).exists()
