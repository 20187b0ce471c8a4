"""What a Celery message wakes: each task looks at one row, and does nothing when somebody else has it."""

from celery import shared_task
from django.utils import timezone

from orders.documents import issuing
from orders.payments import events


@shared_task
def make_document(document_id: int) -> None:
    issuing.make(document_id, timezone.now())


@shared_task
def judge_event(event_id: int) -> None:
    events.judge(event_id, timezone.now())
