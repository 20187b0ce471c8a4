"""The scheduler's clock. It keeps no file, which a kill could spoil: all it does is have the sweep done every so often,
and the sweep itself finds out what is due."""

from typing import Any

from celery import beat
from django.db import close_old_connections

from config import heartbeat


class Scheduler(beat.Scheduler):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_interval = heartbeat.EVERY

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Called at least every max_interval: the sign of life comes from the loop that does the work."""
        close_old_connections()  # the database may have been restarted since
        heartbeat.give([heartbeat.SCHEDULER])
        return super().tick(*args, **kwargs)
