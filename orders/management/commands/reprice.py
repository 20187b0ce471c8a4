from argparse import ArgumentParser
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from orders.models import Order
from orders.repricing import Again, Difference, as_stored, under_today
from quoting.services import current_price_list


class Command(BaseCommand):
    help = (
        "Work out the price of orders again, from the price list and terms of then: exits with 1 unless every stored cent "
        "comes out. Also says what an order would cost under today's price list. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("orders", nargs="*", metavar="ORDER", help="number, or the id in the address of a quote")
        parser.add_argument("--all", action="store_true", help="every order and draft with a price")

    def handle(self, *args: Any, **options: Any) -> None:
        named = options["orders"]
        if bool(named) == options["all"]:
            raise CommandError("name one or more orders, or --all")
        wrong = checked = 0
        for order in _all() if options["all"] else [_find(name) for name in named]:
            again = as_stored(order)
            if again is None:
                self.stdout.write(f"{order}: no price yet")
                continue
            checked += 1
            wrong += bool(again.differences)
            self._tell(order, again)
            if named and (today := under_today(order)):
                self._tell_today(today)
        if wrong:
            raise CommandError(f"{wrong} of {checked} orders do not give their stored price again")
        self.stdout.write(f"{checked} orders priced again, every cent as stored")

    def _tell(self, order: Order, again: Again) -> None:
        now, told = again.now, "the stored price again" if not again.differences else "NOT the stored price"
        sums = f"net {now.net}, tax {now.tax}, total {now.gross} {now.currency}"
        self.stdout.write(f"{order}, price list {order.price_list.number}: {told}: {sums}")
        for line in _differences(again.differences):
            self.stderr.write(line)

    def _tell_today(self, today: Again) -> None:
        difference = today.now.gross - today.stored.gross
        state = "" if today.now.state == "priced" else f" ({today.now.state.replace('_', ' ')})"
        number = current_price_list().number
        self.stdout.write(f"under today's price list {number}: total {today.now.gross}{state}, {difference:+}")
        for line in _differences(today.differences):
            self.stdout.write(line)


def _all() -> Iterable[Order]:
    return Order.objects.exclude(breakdown=None).select_related("price_list", "company").order_by("pk").iterator(100)


def _find(name: str) -> Order:
    wanted = Q(public_id=name) | (Q(number=int(name)) if name.isdecimal() else Q())
    order = Order.objects.select_related("price_list", "company").filter(wanted).first()
    if order is None:
        raise CommandError(f"there is no order {name}")
    return order


def _differences(found: Iterable[Difference]) -> Iterable[str]:
    for one in found:
        both = isinstance(one.before, Decimal) and isinstance(one.after, Decimal)
        by = f" ({one.after - one.before:+})" if both else ""  # type: ignore[operator]
        yield f"  {one.where}: {one.before} → {one.after}{by}"
