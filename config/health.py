"""Two questions of whoever watches us: /health, does this process work, and /ready, does the whole installation."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import heartbeat


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    return answer({"database": database()})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Each entry is null when all is well, else what is wrong, in a word."""
    wrong: dict[str, str | None] = {"database": database(), "broker": broker()}
    if wrong["database"] is None:
        wrong |= {"migrations": checked(migrations), **signs_of_life()}
    return answer(wrong)


def answer(wrong: dict[str, str | None]) -> JsonResponse:
    ok = not any(wrong.values())
    return JsonResponse({"ok": ok, **wrong}, status=200 if ok else 503)


def checked(check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except DatabaseError:
        return "unreachable"


def database() -> str | None:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return checked(ask)


def migrations() -> str | None:
    executor = MigrationExecutor(connection)
    return "missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else None


def signs_of_life() -> dict[str, str | None]:
    """The workers, by the queues that nobody looks after, and the scheduler."""
    try:
        gone = heartbeat.missing()
    except DatabaseError:  # the cache's table is not there yet
        gone = [*heartbeat.QUEUES, heartbeat.SCHEDULER]
    queues = [name for name in gone if name != heartbeat.SCHEDULER]
    return {
        "workers": f"not seen: {', '.join(queues)}" if queues else None,
        "scheduler": "not seen" if heartbeat.SCHEDULER in gone else None,
    }


def broker() -> str | None:
    where = settings.BROKER_URL.replace("redis+socket://", "unix://")  # Celery's word for it and the client's
    try:
        with redis.Redis.from_url(
            where, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)
        ) as client:
            client.ping()
    except redis.RedisError:
        return "unreachable"
    return None
