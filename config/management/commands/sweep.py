import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from config.tasks import sweep_rooms


class Command(BaseCommand):
    help = "Do what is due, as the scheduler has it done every few seconds, but here and without a broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help=f"again every {settings.SWEEP_SECONDS} s")

    def handle(self, *args: object, loop: bool, **options: object) -> None:
        sweep_rooms(announce=False)
        while loop:
            time.sleep(settings.SWEEP_SECONDS)
            close_old_connections()
            sweep_rooms(announce=False)
