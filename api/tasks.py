"""What a Celery message wakes: the task looks at one row, and does nothing when somebody else has it."""

from celery import shared_task
from django.utils import timezone

from api.webhooks import delivery


@shared_task
def deliver(delivery_id: int) -> None:
    delivery.deliver(delivery_id, timezone.now())
