"""What merging customers does to their orders."""

from django.db import transaction
from django.db.models import F

from accounts import merging
from accounts.models import Company, User
from orders.models import Order
from orders.workflow.searching import remember
from quoting.models import Part


class CannotMerge(Exception):
    """`code`: same, gone, elsewhere, staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def merge(gone_id: int, stays_id: int, *, by: User) -> Company:
    """Orders, quotes, models, addresses, people and whatever else belongs to the one company goes to the other."""
    with transaction.atomic():
        orders = list(_locked_orders(company=gone_id))
        rows = {
            row.pk: row for row in Company.objects.select_for_update().filter(pk__in=[gone_id, stays_id]).order_by("pk")
        }
        if gone_id == stays_id:
            raise CannotMerge("same")
        if len(rows) < 2 or any(row.merged_into_id or row.erased_at for row in rows.values()):
            raise CannotMerge("gone")
        merging.merge_companies(rows[gone_id], rows[stays_id], by=by)
        _tell_forms_and_search(orders)
        return rows[stays_id]


def merge_people(gone_id: int, stays_id: int, *, by: User) -> User:
    """Two log-ins of one person in one company: orders and models go to the one that stays."""
    with transaction.atomic():
        orders = list(_locked_orders(customer=gone_id))
        rows = {
            row.pk: row for row in User.objects.select_for_update().filter(pk__in=[gone_id, stays_id]).order_by("pk")
        }
        if gone_id == stays_id:
            raise CannotMerge("same")
        if len(rows) < 2 or any(row.merged_into_id or row.erased_at for row in rows.values()):
            raise CannotMerge("gone")
        gone, stays = rows[gone_id], rows[stays_id]
        if gone.is_staff or stays.is_staff:
            raise CannotMerge("staff")
        if gone.company_id != stays.company_id:
            raise CannotMerge("elsewhere")
        Order.objects.filter(pk__in=orders).update(customer=stays)
        Part.objects.filter(uploaded_by=gone).update(uploaded_by=stays)
        merging.close_merged_person(gone, stays, by=by, orders=len(orders))
        _tell_forms_and_search(orders)
        return stays


def _locked_orders(**whose: int) -> list[int]:
    """In the order of all locks: orders before the rest. What is placed meanwhile waits, and moves by its key."""
    return list(Order.objects.select_for_update().filter(**whose).order_by("pk").values_list("pk", flat=True))


def _tell_forms_and_search(orders: list[int]) -> None:
    """Whoever has such an order open is told that it changed; it is found by its new customer."""
    Order.objects.filter(pk__in=orders).update(version=F("version") + 1)
    for order in Order.objects.filter(pk__in=orders).select_related("customer", "company").iterator(200):
        remember(order)
