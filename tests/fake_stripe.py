"""A server that behaves as Stripe documents it, as far as Checkout goes: sessions, idempotency, refunds, errors, signed events.

Written from the documentation; it knows nothing of our code. `fails` holds answers for the next requests: a status, or
"timeout" (the work is done, the answer is lost).
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

SECRET = "whsec_test"


@dataclass
class FakeStripe:
    url: str = ""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)  # by idempotency key
    fails: list[int | str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    # --- what customers and banks do

    def pay(self, session: str, *, later: bool = False, **wrong: Any) -> None:
        """`later`: a method that takes days. `wrong`: what is otherwise than asked for."""
        found = self.sessions[session]
        status = "processing" if later else "succeeded"
        found |= {"status": "complete", "payment_status": "unpaid" if later else "paid", "url": None, **wrong}
        found["payment_intent"] = {"id": f"pi_{session}", "object": "payment_intent", "status": status}

    def bounce(self, session: str) -> None:
        self.sessions[session]["payment_intent"]["status"] = "requires_payment_method"

    def event(self, kind: str, thing: dict[str, Any], name: str = "") -> tuple[bytes, str]:
        """A body and its signature, as they would be sent now."""
        body = {"id": name or f"evt_{len(self.requests)}_{time.monotonic_ns()}", "object": "event", "type": kind}
        raw = json.dumps(body | {"data": {"object": thing}}).encode()
        return raw, signed(raw)

    # --- the API

    def answer(self, method: str, path: str, params: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        with self.lock:
            self.requests.append(f"{method} {path}")
            if key and key in self.answers:
                before, status, body = self.answers[key]
                if before != json.dumps([path, params]):
                    return 400, _error("idempotency_error", "Keys can only be used with the same parameters")
                return status, body
            status, body = self._act(method, path, params)
            if key and method == "POST":
                self.answers[key] = (json.dumps([path, params]), status, body)
            return status, body

    def _act(self, method: str, path: str, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/v1/checkout/sessions" and method == "POST":
            return 200, self._create(params)
        if match := re.fullmatch(r"/v1/checkout/sessions/(\w+)(/expire)?", path):
            found = self.sessions.get(match[1])
            if found is None:
                return 404, _error("resource_missing", "No such session")
            if match[2]:
                if found["status"] != "open":
                    return 400, _error("checkout_session_not_open", "Only open sessions can be expired")
                found |= {"status": "expired", "url": None}
            return 200, found
        if path == "/v1/refunds" and method == "POST":
            return self._refund(params)
        return 404, _error("resource_missing", f"Unrecognized request URL ({method}: {path})")

    def _create(self, params: dict[str, str]) -> dict[str, Any]:
        name = f"cs_test_{len(self.sessions) + 1}"
        amount = int(params["line_items[0][price_data][unit_amount]"]) * int(params["line_items[0][quantity]"])
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": amount,
            "currency": params["line_items[0][price_data][currency]"],
            "url": f"{self.url}/c/pay/{name}",
            "payment_intent": None,
            "success_url": params["success_url"],
            "metadata": {"checkout": params["metadata[checkout]"]},
        }
        return self.sessions[name]

    def _refund(self, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        intent, amount = params["payment_intent"], int(params["amount"])
        paid = next((s for s in self.sessions.values() if (s["payment_intent"] or {}).get("id") == intent), None)
        if paid is None:
            return 404, _error("resource_missing", "No such payment_intent")
        back = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent)
        if back + amount > paid["amount_total"]:
            return 400, _error("charge_already_refunded", "Refund amount is greater than unrefunded amount")
        name = f"re_{len(self.refunds) + 1}"
        made = {"id": name, "object": "refund", "amount": amount, "payment_intent": intent, "status": "succeeded"}
        self.refunds[name] = made
        return 200, made


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    """The header Stripe-Signature."""
    stamp = int(time.time() if at is None else at)
    return f"t={stamp},v1=" + stripe.WebhookSignature._compute_signature(f"{stamp}.{body.decode()}", secret)


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"type": "invalid_request_error", "code": code, "message": message}}


@contextmanager
def running() -> Iterator[FakeStripe]:
    fake = FakeStripe()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            params = dict(parse_qsl(self.rfile.read(length).decode()))
            failure = fake.fails.pop(0) if fake.fails else None
            if isinstance(failure, int):
                self._send(failure, _error("api_error", "made to fail"))
                return
            parts = urlsplit(self.path)
            status, body = fake.answer(self.command, parts.path, params, self.headers.get("Idempotency-Key", ""))
            if failure == "timeout":
                self.close_connection = True
                return
            self._send(status, body)

        def _send(self, status: int, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _serve

        def log_message(self, *_args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
