import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from backoffice.demo.build import PASSWORD, build


class Command(BaseCommand):
    help = "Make the demo shop: catalogue, people, models and orders. Only into an empty installation."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError(
                "There are people in this installation already; the demo shop is made into an empty one."
            )
        logging.getLogger("partwright").setLevel(logging.ERROR)  # nobody is told yet, and nobody waits for a worker
        build(timezone.now())
        self.stdout.write(f"The demo shop is ready; every password is {PASSWORD}")
