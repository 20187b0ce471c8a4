from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.models import Order
from orders.workflow.history import first_fault


class Command(BaseCommand):
    help = "Check every order's chain of history; shows the entry that was tampered with."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = checked = 0
        for order in Order.objects.exclude(history_head="").order_by("pk").iterator():
            checked += 1
            if fault := first_fault(order):
                entry, code = fault
                faults += 1
                self.stderr.write(f"{order}: {code}" + (f" at entry {entry.pk} ({entry})" if entry else ""))
        if faults:
            raise CommandError(f"{faults} of {checked} orders have a broken history")
        self.stdout.write(f"{checked} orders checked, every chain holds")
