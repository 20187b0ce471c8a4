"""One POST to an endpoint: to the address that was judged, without redirects, within a limit of time."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import SplitResult

from api.webhooks.addresses import Refusal, judged, resolved

CONNECT_SECONDS = 5.0
SECONDS = 15.0  # for all of it, however slowly the other side speaks; well below the lease of a delivery


class NotDelivered(Exception):
    """A code of api.words.ERRORS, with the status of the answer if there was one."""

    def __init__(self, code: str, status: int | None = None) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status with which the receiver took it: 2xx. Raises NotDelivered."""
    try:
        parts = judged(url)
        address = resolved(parts)
    except Refusal as refusal:
        raise NotDelivered(refusal.code) from None
    try:
        status = _exchange(parts, address, body, headers)
    except TimeoutError:
        raise NotDelivered("timeout") from None
    except ssl.SSLError:
        raise NotDelivered("tls") from None
    except (OSError, http.client.HTTPException):
        raise NotDelivered("connection") from None
    if 300 <= status < 400:
        raise NotDelivered("redirect", status)
    if not 200 <= status < 300:
        raise NotDelivered("status", status)
    return status


def _exchange(parts: SplitResult, address: str, body: bytes, headers: Mapping[str, str]) -> int:
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    raw = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
    over = threading.Event()

    def hang_up() -> None:
        over.set()
        try:
            raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    timer = threading.Timer(SECONDS, hang_up)
    timer.daemon = True
    timer.start()
    try:
        raw.settimeout(SECONDS)
        wire = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
        connection = http.client.HTTPConnection(host, port)
        connection.sock = wire
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, {"Host": _host(parts), "Connection": "close", **headers})
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        raw.close()


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{parts.port}" if parts.port else name
