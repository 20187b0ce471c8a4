import logging
import os
import time
from collections.abc import Sequence
from typing import Any

from celery import Celery
from kombu.connection import Connection
from kombu.pools import producers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = logging.getLogger("partwright.waking")

PATIENCE = 0.4  # seconds that a request waits for a broker that does not answer
SILENCE = 15.0  # seconds for which it is then left alone, so that one request in many pays


class App(Celery):
    """Celery, with a way of waking workers that never fails and never takes long.

    A message is a courtesy: what is to be done is a row, and the sweeper finds it anyway. The rooms reach this by
    `celery.current_app`, as they stand below this one.
    """

    silent_until = 0.0

    def announce(self, task: str, args: Sequence[object]) -> bool:
        """Whether a worker was told. Whatever has become of the broker, the caller goes on."""
        if time.monotonic() < self.silent_until:
            return False
        try:
            self.publish(task, args)
        except Exception as error:  # whatever the broker's client raises
            self.silent_until = time.monotonic() + SILENCE
            log.warning("%s%s not announced: %s; nor others for %.0f s", task, args, type(error).__name__, SILENCE)
            return False
        return True

    def publish(self, task: str, args: Sequence[object]) -> None:
        # Over a connection of its own, as workers wait longer on theirs; kombu keeps one pool for all that are alike.
        short = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        options: dict[str, Any] = {**self.conf.broker_transport_options, **short}
        connection = Connection(self.conf.broker_url, transport_options=options)  # type: ignore[no-untyped-call]
        with producers[connection].acquire(block=True, timeout=PATIENCE) as producer:
            self.send_task(task, args=args, producer=producer, retry=False)


app = App("partwright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["config", "notifications", "quoting", "orders", "api"])
