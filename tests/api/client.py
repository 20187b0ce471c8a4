"""Calls the API as a program does: with a key, in JSON."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from api import keys, scopes


def key_for(user: User, *only: str, **more: Any) -> str:
    return keys.make(user, "test", only or scopes.offered(user), now=timezone.now(), **{"expires_at": None, **more})


class Program:
    """Holds a key ("": none)."""

    def __init__(self, key: str) -> None:
        self.key, self.web = key, Client()

    def call(self, method: str, path: str, data: Any = None, *, idem: str = "", **headers: str) -> Any:
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if idem:
            headers["Idempotency-Key"] = idem
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return self.web.generic(method, f"/api/v1/{path}", **_sent(body), headers=headers)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, data: Any = None, *, idem: str = "") -> Any:
        return self.call("POST", path, {} if data is None else data, idem=idem)

    def upload(self, file: Any, *, idem: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.key}", **({"Idempotency-Key": idem} if idem else {})}
        return self.web.post("/api/v1/parts", {"file": file} if file else {}, headers=headers)


def _sent(body: dict[str, Any]) -> dict[str, Any]:
    if not body:
        return {}
    data = body["data"]
    return {"data": data if isinstance(data, (str, bytes)) else json.dumps(data), "content_type": body["content_type"]}


def code(response: Any) -> tuple[int, str]:
    """Status and code of a problem; what is no problem+json has no code."""
    assert response["Content-Type"] == "application/problem+json", response.content
    return response.status_code, response.json()["code"]
