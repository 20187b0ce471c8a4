"""What a Celery message wakes: each task looks at one row, and does nothing when somebody else has it.

Measuring does not go by the order of messages, but by what is quickly done.
"""

from celery import shared_task
from django.utils import timezone

from quoting import services


@shared_task
def measure(measurement_id: int) -> None:
    services.measure_next(measurement_id, timezone.now())


@shared_task
def estimate(estimate_id: int) -> None:
    services.estimate(estimate_id, timezone.now())


@shared_task
def draw_thumbnail(thumbnail_id: int) -> None:
    services.draw_thumbnail(thumbnail_id, timezone.now())


@shared_task
def make_preview(preview_id: int) -> None:
    services.make_preview(preview_id, timezone.now())
