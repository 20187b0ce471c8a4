from typing import Any

from django.apps import AppConfig
from django.core import checks


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        checks.register(_smtp_url)


def _smtp_url(**options: Any) -> list[checks.CheckMessage]:
    """A mistyped server is told when the programs start, not by mails that do not arrive."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from notifications.smtp import server

    try:
        if settings.SMTP_URL:
            server(settings.SMTP_URL)
    except (ImproperlyConfigured, ValueError) as error:
        return [checks.Error(str(error), id="notifications.E001")]
    return []
