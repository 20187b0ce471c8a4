from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from config import heartbeat
from config.supervisor import say


class Command(BaseCommand):
    help = "Bring database, cache table and static files up to date; make the demo shop if PARTWRIGHT_DEMO asks for it."

    def handle(self, *args: object, **options: object) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        # css/ and js/ are sources: what pages load was bundled from them into dist/
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["css/*", "js/*"])
        if settings.EMBEDDED_BROKER:
            heartbeat.forget()  # signs of life of the last run: here nothing runs while we prepare
        if settings.DEMO and "demo" in get_commands() and not get_user_model().objects.exists():
            say("making the demo shop")
            call_command("demo")
