"""A real SMTP server that can misbehave as told."""

import asyncio
import email
import email.policy
import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

DROP = "drop"  # the mail is taken, then the connection is lost before the reply


@dataclass
class Delivered:
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class Post:
    """aiosmtpd's handler. Replies are used up one by one; then everything is taken."""

    rcpt: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    data: list[str] = field(default_factory=list)
    seconds: float = 0.0  # between taking a mail and saying so
    waits: list[float] = field(default_factory=list)  # the same, for the next ones
    taken: list[Delivered] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # every RCPT, taken or not
    port: int = 0
    in_flight: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        return [address for mail in self.taken for address in mail.recipients]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked.append(address)
        if self.rcpt.get(address):
            return self.rcpt[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        reply = self.data.pop(0) if self.data else "250 OK"
        if reply in (DROP, "250 OK"):
            self.taken.append(Delivered(list(envelope.rcpt_tos), envelope.content))
        self.in_flight.set()
        await asyncio.sleep(self.waits.pop(0) if self.waits else self.seconds)
        if reply == DROP:
            server.transport.close()
        return reply


class AnyPort(Controller):
    """On a port that the kernel chooses."""

    def _trigger_server(self) -> None:
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running(post: Post) -> Iterator[Post]:
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # it would tell every word
    controller = AnyPort(post, hostname="127.0.0.1", port=0)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()
