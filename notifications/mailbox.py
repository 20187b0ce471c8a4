"""The page on which a demo shop's mails are read."""

from django.conf import settings


def is_open() -> bool:
    """On this machine alone, in a demo shop that sends nothing: the mails hold links that sign people in."""
    return bool(settings.DEMO and settings.LOOPBACK_ONLY and not settings.SMTP_URL)
