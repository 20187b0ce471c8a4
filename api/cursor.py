"""Pages by cursor: rows from the newest to the oldest, each page beginning after the last row of the one before.

New rows never shift a page, and a late page costs no more than the first.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

from api.problems import Problem
from orders.models import Order


class Paging(Schema):
    cursor: str = Field("", max_length=40, pattern="^[A-Za-z0-9_=-]*$", description="`next` of the page before")
    limit: int = Field(20, ge=1, le=100)


def page(orders: QuerySet[Order], asked: Paging) -> tuple[list[Order], str | None]:
    """The rows of a page, and the cursor of the next one."""
    found = orders.order_by("-pk")
    if asked.cursor:
        found = found.filter(pk__lt=_read(asked.cursor))
    limit = asked.limit
    rows = list(found[: limit + 1])
    return rows[:limit], _write(rows[limit - 1].pk) if len(rows) > limit else None


def _write(pk: int) -> str:
    return urlsafe_b64encode(f"o{pk}".encode()).decode().rstrip("=")


def _read(cursor: str) -> int:
    try:
        word = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        raise Problem(422, "bad_cursor", field="cursor") from None
    number = word.removeprefix("o")
    if word[:1] != "o" or not number.isdigit() or len(number) > 18:
        raise Problem(422, "bad_cursor", field="cursor")
    return int(number)
