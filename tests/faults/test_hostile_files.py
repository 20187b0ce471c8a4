"""Hostile files beside a good one: the good part has its price at once, and nothing of ours notices the others."""

import contextlib
import hashlib
import html
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quoting.geometry.values import Reason
from quoting.words import say
from tests.faults.test_broker import Visitor, token
from tests.make_hostile import EVERY, SLOW, SLOW_ENDS, Hostile
from tests.served import Served

PRICED_WITHIN = 5.0  # seconds after the good part was taken in
ALL_WITHIN = 150.0  # seconds, for all files


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Served]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with Served(tmp_path / "data", {"TMPDIR": str(temporary)}) as instance:
        yield instance


def upload(visitor: Visitor, files: list[tuple[str, bytes]]) -> str:
    """All files in one form, as without JavaScript. The address of the quote."""
    models = [SimpleUploadedFile(name, content) for name, content in files]
    return visitor.post("/quote/", {"csrfmiddlewaretoken": token(visitor.get("/")), "files": models}).url


def our_processes(shop: Served) -> dict[int, str]:
    """By number: what `serve` has started, and the processes from which the geometry's children are forked."""
    ours = {pid: Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in shop.pids()}
    workers = set(ours)
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_text().replace("\0", " ")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if "quoting.geometry.jobserver" in command and parent in workers:
                ours[int(folder.name)] = command
    return ours


def outcomes(shop: Served) -> dict[str, tuple[str, str, dict[str, str]]]:
    """By the hash of each file: state, code of the refusal or of the first doubt, and the refusal's parameters."""
    with contextlib.closing(sqlite3.connect(shop.folder / "partwright.sqlite3", timeout=20)) as database:
        rows = database.execute(
            "SELECT f.sha256, m.state, m.reason, m.result FROM quoting_measurement m JOIN quoting_storedfile f ON f.id = m.file_id"
        ).fetchall()
    found = {}
    for sha256, state, refusal, result in rows:
        doubts = json.loads(result)["needs_review"] if result else []
        reason = json.loads(refusal or "null") or (doubts[0] if doubts else {"code": "", "params": {}})
        found[sha256] = (state, reason["code"], reason["params"])
    return found


def all_measured(shop: Served) -> bool:
    return all(state in ("done", "refused") for state, _, _ in outcomes(shop).values())


def all_drawn(shop: Served) -> bool:
    with contextlib.closing(sqlite3.connect(shop.folder / "partwright.sqlite3", timeout=20)) as database:
        return not database.execute(
            "SELECT 1 FROM quoting_thumbnail WHERE state NOT IN ('done', 'refused') LIMIT 1"
        ).fetchone()


def test_hostile_files_keep_nobody_waiting_and_leave_nothing(shop: Served) -> None:
    good, bad = Visitor(shop), Visitor(shop)
    first = good.upload(edge=20)
    shop.wait_until(lambda: good.is_priced(first), 30)
    processes = our_processes(shop)
    assert any("jobserver" in command for command in processes.values())

    hostile = [(one, one.make()) for one in [*SLOW, *EVERY]]
    quote = upload(bad, [(one.name, content) for one, content in hostile])
    second = good.upload(edge=21)
    shop.wait_until(lambda: good.is_priced(second), PRICED_WITHIN)
    assert not all_measured(shop), "the good part was to be measured beside the others"

    shop.wait_until(lambda: all_measured(shop), ALL_WITHIN)
    third = good.upload(edge=22)
    shop.wait_until(lambda: good.is_priced(third), PRICED_WITHIN)
    shop.wait_until(lambda: all_drawn(shop), ALL_WITHIN)
    assert our_processes(shop) == processes
    assert not [*Path(shop.env["TMPDIR"]).iterdir(), *(shop.folder / "incoming").iterdir()]
    assert _unlike(shop, hostile) == {}
    page = html.unescape(bad.get(quote).content.decode())
    for _, code, params in outcomes(shop).values():
        assert not code or say(Reason(code=code, params=params)) in page, code


def _unlike(shop: Served, hostile: list[tuple[Hostile, bytes]]) -> dict[str, tuple[str, str]]:
    """By name: what was expected of a file and what became of it, where they differ."""
    found = outcomes(shop)
    became = {
        one.name: found.get(hashlib.sha256(content).hexdigest(), ("", "not kept", {}))[1] for one, content in hostile
    }
    expected = {one.name: one.expected for one, _ in hostile} | {"empty.stl": "not kept"}
    for one in SLOW:
        expected[one.name] = became[one.name] if became[one.name] in SLOW_ENDS else one.expected
    return {name: (code, became[name]) for name, code in expected.items() if became[name] != code}
