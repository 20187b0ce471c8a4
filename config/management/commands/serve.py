from django.core.management.base import BaseCommand

from config import serving


class Command(BaseCommand):
    help = "Run everything on this machine: broker, workers, scheduler and web server, watched over by this process."
    requires_system_checks = []  # the preparation runs them, in its own process

    def handle(self, *args: object, **options: object) -> None:
        serving.serve()
