from celery import shared_task
from django.utils import timezone

from notifications.sweep import sweep


@shared_task
def deliver(email_id: int) -> None:
    """Only wakes: this mail is due, and so perhaps are others before it. Trouble with mail is written there, not raised."""
    sweep(timezone.now())
