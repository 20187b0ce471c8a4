"""Run in an instance's environment: owes so many orders' mails (two each), one transaction each, and tells the slowest."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def main(name: str, many: int) -> None:
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from notifications.outbox import Recipients, enqueue
    from tests.notifications.samples import facts

    to = Recipients(customer="ada@customer.example", shop="orders@shop.example")
    slowest = 0.0
    for number in range(many):
        started = time.monotonic()
        with transaction.atomic():
            enqueue(
                event="placed",
                about="order:17",
                deed=f"{name}:{number}",
                to=to,
                facts=lambda *_: facts("placed"),
                now=timezone.now(),
            )
        slowest = max(slowest, time.monotonic() - started)
    print(slowest)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
