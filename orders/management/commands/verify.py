from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orders.checking import faults
from orders.models import Order


class Command(BaseCommand):
    help = (
        "Check every order: history (chain and steps), mails, money, numbers of papers, files. Changes nothing; "
        "ends with an error and a line per fault when something is wrong."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for fault in faults(timezone.now()):
            found += 1
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"{found} faults")
        self.stdout.write(f"{Order.objects.exclude(history_head='').count()} orders checked, everything holds")
