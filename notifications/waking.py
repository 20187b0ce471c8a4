"""Telling a worker that a mail is due. A courtesy to the reader: the sweeper finds the mail anyway."""

import logging
import time

from kombu.connection import Connection
from kombu.pools import producers

log = logging.getLogger("partwright.mail")

PATIENCE = 0.4  # seconds that a request waits for a broker that does not answer
SILENCE = 15.0  # seconds for which it is then left alone, so that one request in many pays

_silent_until = 0.0


def announce(email_id: int) -> None:
    """Never fails and never takes long, whatever has become of the broker."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        _publish(email_id)
    except Exception as error:  # whatever the broker's client raises: the row is safe
        _silent_until = time.monotonic() + SILENCE
        log.warning("mail=%s not announced: %s; nor others for %.0f s", email_id, type(error).__name__, SILENCE)


def _publish(email_id: int) -> None:
    from notifications.tasks import deliver  # which needs this room's models

    conf = deliver.app.conf
    short = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    # Of its own, as workers wait longer on theirs; kombu keeps one pool for all connections that are alike.
    options = {**conf.broker_transport_options, **short}
    connection = Connection(conf.broker_url, transport_options=options)  # type: ignore[no-untyped-call]
    with producers[connection].acquire(block=True, timeout=PATIENCE) as producer:
        deliver.apply_async((email_id,), producer=producer, retry=False)
