from datetime import datetime
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from config import tasks

ROOMS = ["orders", "quoting", "notifications", "api"]


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rooms, the second of which fails; the names of those that were swept."""
    names: list[str] = []

    def room(name: str) -> SimpleNamespace:
        def sweep(now: datetime, *, announce: bool = True) -> int:
            assert now.tzinfo
            names.append(name)
            if name == "quoting":
                raise ValueError("trouble")
            return 0

        return SimpleNamespace(sweep=sweep)

    for name in ROOMS:
        monkeypatch.setattr(tasks, name, room(name))
    return names


def test_one_room_in_trouble_does_not_stop_the_others(swept: list[str], caplog: pytest.LogCaptureFixture) -> None:
    tasks.sweep()
    assert swept == ROOMS
    assert "sweep of quoting failed" in caplog.text


def test_the_command_does_the_same_without_a_broker(swept: list[str]) -> None:
    call_command("sweep")
    assert swept == ROOMS


def test_a_sweep_does_not_begin_while_another_runs(swept: list[str]) -> None:
    with tasks._sweeping:
        tasks.sweep()
    assert swept == []


def test_sweeps_do_not_pile_up_in_the_queue() -> None:
    assert tasks.sweep.expires
