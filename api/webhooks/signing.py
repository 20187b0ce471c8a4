"""Signatures as Standard Webhooks has them (standardwebhooks.com): HMAC-SHA-256 over id, time and body.

The secret is not kept: it is derived of the endpoint's salt and this installation's secret key, so that a copy of the
database signs nothing.
"""

import base64
import hashlib
import hmac

from django.utils.crypto import salted_hmac

PREFIX = "whsec_"


def secret(salt: str) -> str:
    """What the receiver is given once."""
    raw = salted_hmac("partwright.webhooks", salt, algorithm="sha256").digest()
    return PREFIX + base64.b64encode(raw).decode()


def headers(salt: str, uid: str, timestamp: int, body: bytes) -> dict[str, str]:
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret(salt), uid, timestamp, body),
    }


def signature(secret_: str, uid: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret_.removeprefix(PREFIX))
    mac = hmac.new(key, f"{uid}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"
