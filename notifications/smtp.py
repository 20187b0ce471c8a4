"""One mail to one SMTP server, within a time limit. Whatever happens becomes an answer per recipient."""

import smtplib
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

# Refusals that speak of the set-up (log-in, encryption), not of this mail: somebody will mend that.
SET_UP_CODES = {530, 534, 535, 538}
PORTS = {"": 25, "starttls": 587, "ssl": 465}
SCHEMES = {"smtp": "", "smtps": "ssl", "smtp+ssl": "ssl", "smtp+tls": "starttls", "smtp+starttls": "starttls"}


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: str  # "", "starttls", "ssl"


@dataclass(slots=True)
class Answer:
    accepted: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # for good: address → what the server said
    later: dict[str, str] = field(default_factory=dict)  # not now


@lru_cache(maxsize=4)
def server(url: str) -> Server:
    """smtp://user:password@host:port, smtps://…, smtp+tls://… or smtp://…?tls=starttls"""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ImproperlyConfigured("PARTWRIGHT_SMTP_URL is no address like smtp://user:password@host:587?tls=starttls")
    tls = SCHEMES[parts.scheme] or parse_qs(parts.query).get("tls", [""])[0]
    if tls not in PORTS:
        raise ImproperlyConfigured("PARTWRIGHT_SMTP_URL: tls is starttls or ssl")
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, parts.port or PORTS[tls], name, password, tls)


def send(to: Server, message: EmailMessage, recipients: Iterable[str], timeout: float) -> Answer:
    """Offer `message` for all `recipients` in one conversation of at most `timeout` seconds."""
    answer = Answer()
    envelope: dict[str, str] = {}
    for address in recipients:
        try:
            if "@" not in address:  # a user of the server's machine, if it were up to the server
                raise ValueError
            envelope[sanitize_address(address, "utf-8")] = address
        except ValueError:
            answer.refused[address] = "not an e-mail address"
    if envelope:
        _converse(to, message, envelope, timeout, answer)
    return answer


def _converse(to: Server, message: EmailMessage, envelope: dict[str, str], timeout: float, answer: Answer) -> None:
    content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own
    sender = sanitize_address(message.from_email, "utf-8")
    connection = _Backend(to, timeout)
    try:
        try:
            connection.open()
            refusals = connection.offer(sender, list(envelope), content)
        finally:
            connection.leave()
    except smtplib.SMTPRecipientsRefused as error:
        refusals = error.recipients
        _sort(refusals, envelope, answer)
        # After a 421 in the middle the rest was not asked at all.
        answer.later |= {envelope[name]: "421 the server went away" for name in envelope if name not in refusals}
    except smtplib.SMTPException as error:  # before OSError, which it is: else refusals would be retried
        code, said = getattr(error, "smtp_code", None), _said(error)
        about_mail = isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError))
        final = about_mail and code is not None and _is_final(code)
        (answer.refused if final else answer.later).update(dict.fromkeys(envelope.values(), said))
    except OSError as error:
        answer.later |= dict.fromkeys(envelope.values(), _said(error))
    else:
        _sort(refusals, envelope, answer)
        answer.accepted += [address for name, address in envelope.items() if name not in refusals]


def _sort(refusals: dict[str, tuple[int, bytes]], envelope: dict[str, str], answer: Answer) -> None:
    for name, (code, text) in refusals.items():
        said = f"{code} {text.decode(errors='replace')}"
        (answer.refused if _is_final(code) else answer.later)[envelope[name]] = said


def _is_final(code: int) -> bool:
    return 500 <= code < 600 and code not in SET_UP_CODES


def _said(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return f"{type(error).__name__}: {error}"


class _Bounded(smtplib.SMTP):
    """smtplib's timeout is for each wait on the socket; here it is for the whole conversation."""

    def __init__(self, host: str, port: int, *, timeout: float, **kwargs: Any) -> None:
        self.ends = time.monotonic() + timeout
        super().__init__(host, port, timeout=timeout, **kwargs)

    def send(self, s: Any) -> None:
        self._watch()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        self._watch()
        return super().getreply()

    def _watch(self) -> None:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail server took too long")
        if self.sock:
            self.sock.settimeout(left)


class _BoundedSSL(_Bounded, smtplib.SMTP_SSL):
    pass


class _Backend(EmailBackend):
    """Django's, which knows about TLS and log-in, but tells who was refused."""

    def __init__(self, to: Server, timeout: float) -> None:
        super().__init__(
            host=to.host,
            port=to.port,
            username=to.username,
            password=to.password,
            use_tls=to.tls == "starttls",
            use_ssl=to.tls == "ssl",
            timeout=timeout,
        )

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:  # type: ignore[override]
        return _BoundedSSL if self.use_ssl else _Bounded

    def offer(self, sender: str, recipients: list[str], content: bytes) -> dict[str, tuple[int, bytes]]:
        assert self.connection
        return self.connection.sendmail(sender, recipients, content)

    def leave(self) -> None:
        """QUIT without waiting for the reply: what was said counts, and nothing may change it any more."""
        for held in (self.connection, getattr(self, "_partial_connection", None)):
            if held is not None:
                with suppress(OSError):
                    held.putcmd("quit")
                held.close()
        self.connection = self._partial_connection = None
