import time

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from config import health, heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_alive(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "broker", lambda: None)
    heartbeat.give([*heartbeat.QUEUES, heartbeat.SCHEDULER])


def test_ready_when_all_is_well(client: Client) -> None:
    response = client.get("/ready")
    assert response.status_code == 200
    assert response.json()["ok"] is True
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.parametrize("queue", heartbeat.QUEUES)
def test_a_queue_that_nobody_looks_after(client: Client, queue: str) -> None:
    cache.set(heartbeat.key(queue), time.time() - heartbeat.GONE_AFTER - 1, timeout=None)
    response = client.get("/ready")
    assert response.status_code == 503
    assert response.json()["workers"] == f"not seen: {queue}"
    assert response.json()["scheduler"] is None


def test_no_scheduler(client: Client) -> None:
    cache.delete(heartbeat.key(heartbeat.SCHEDULER))
    assert client.get("/ready").json()["scheduler"] == "not seen"


def test_no_broker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("django.conf.settings.BROKER_URL", "redis://127.0.0.1:1/0")
    response = client.get("/ready")
    assert response.status_code == 503
    assert response.json()["broker"] == "unreachable"


def test_missing_migrations(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    assert client.get("/ready").json()["migrations"] == "missing"


def test_no_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(health.connection, "cursor", refuse)
    for path in ("/health", "/ready"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.json()["database"] == "unreachable"


def test_health_asks_nobody_else(client: Client) -> None:
    heartbeat.forget()
    assert client.get("/health").status_code == 200


def test_the_queues_of_the_workers_are_those_that_ready_asks_for() -> None:
    from config.serving import WORKERS

    served = [queue for queues, _ in WORKERS.values() for queue in queues.split(",")]
    assert sorted(served) == sorted(heartbeat.QUEUES)


def test_every_task_goes_to_a_queue_that_is_looked_after() -> None:
    from config import celery_app

    celery_app.loader.import_default_modules()
    for name in (name for name in celery_app.tasks if not name.startswith("celery.")):
        assert celery_app.amqp.router.route({}, name)["queue"].name in heartbeat.QUEUES
