"""Dockerfile and docker-compose.yml cannot be run by the checks: everything they name must at least exist."""

import importlib
import json
import re
import shlex
from pathlib import Path
from typing import Any

import yaml
from django.core.management import get_commands

from config import celery_app, serving, settings
from config.heartbeat import QUEUES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "partwright"}


def check_command(command: list[str]) -> None:
    match command:
        case ["gunicorn", "-c", configuration, application]:
            importlib.import_module(configuration.removeprefix("python:"))
            assert application == settings.WSGI_APPLICATION.rpartition(".")[0]
        case ["celery", "-A", app, "worker", *options]:
            assert importlib.import_module(app).celery_app is celery_app
            assert options[options.index("--pool") + 1] == "threads"
            assert set(options[options.index("-Q") + 1].split(",")) <= set(QUEUES)
        case ["celery", "-A", app, "beat", "--scheduler", scheduler, *_]:
            module, _, name = scheduler.partition(":")
            assert getattr(importlib.import_module(module), name)
        case ["python", "manage.py", name]:
            assert name in get_commands()
        case _:
            raise AssertionError(f"unknown command {command}")


def test_every_command_exists() -> None:
    for service in OURS.values():
        check_command(service["command"])
    check_command(json.loads(re.findall(r"^CMD (.*)", DOCKERFILE, re.MULTILINE)[-1]))


def test_together_the_workers_look_after_every_queue() -> None:
    commands = [service["command"] for service in OURS.values() if "worker" in service["command"]]
    queues = [queue for command in commands for queue in command[command.index("-Q") + 1].split(",")]
    assert sorted(queues) == sorted(QUEUES)
    assert len(commands) == len(serving.WORKERS)


def test_every_variable_of_ours_is_known() -> None:
    known = settings.KNOWN | {"DATABASE_URL", "REDIS_URL", "PORT"}
    for service in OURS.values():
        assert set(service["environment"]) <= known
    assigned = set(re.findall(r"\b([A-Z_]+)=", " ".join(re.findall(r"^ENV (.*)", DOCKERFILE, re.MULTILINE))))
    assert assigned <= known | {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def test_hosts_and_ports_are_those_of_services() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for host in re.findall(r"(?:@|redis://|smtp://)([a-z]+):\d+", text):
        assert host in COMPOSE["services"]
    exposed = re.findall(r"^EXPOSE (\d+)", DOCKERFILE, re.MULTILINE)
    assert COMPOSE["services"]["web"]["ports"] == [f"127.0.0.1:{port}:{port}" for port in exposed]
    assert f"PORT={exposed[0]}" in DOCKERFILE
    assert f"127.0.0.1:{exposed[0]}/health" in DOCKERFILE


def test_what_is_waited_for_exists() -> None:
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])


def test_what_is_copied_into_the_image_exists_and_is_sent() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for path in sent:
        assert (ROOT / path).exists(), path
    for line in re.findall(r"^COPY (?!--from)(.*)", DOCKERFILE, re.MULTILINE):
        *sources, _ = shlex.split(line)
        assert set(sources) <= sent | {"."}


def test_every_room_is_sent() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "scripts", "bench"}
    sent = (ROOT / ".dockerignore").read_text().split()
    assert rooms <= {name.removeprefix("!") for name in sent}


def test_it_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (.*)", DOCKERFILE, re.MULTILINE)[-1] == "partwright"
