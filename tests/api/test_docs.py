"""The examples of docs/api.md, run as they stand there by a shell with curl and jq, against a real server."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from api.models import Answered
from orders.models import Order
from quoting import services
from quoting.models import Measurement
from tests import factories
from tests.api.client import key_for

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text()
NEEDED = [name for name in ("bash", "curl", "jq") if not shutil.which(name)]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif(bool(NEEDED), reason=f"no {NEEDED}")]


def shell(script: str, folder: Path, state: Path, given: dict[str, str]) -> str:
    """A block of the page; variables live on from block to block, as they do in a terminal."""
    before = f"set -euo pipefail\n[ -f {state} ] && . {state}\n"
    done = subprocess.run(
        ["bash", "-c", f"{before}{script}\nset | grep -E '^(PART|QUOTE|TOTAL|TERMS)=' > {state} || true"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **given},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_every_example_works_as_written(live_server: Any, tmp_path: Path) -> None:
    factories.make_shop()
    factories.make_price_list()
    shutil.copy(ROOT / "tests" / "data" / "l_bracket.stl", tmp_path / "bracket.stl")
    keys = {
        "SHOP": live_server.url,
        "KEY": key_for(factories.make_customer("buyer@example.org")),
        "STAFF_KEY": key_for(factories.make_staff()),
    }
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", TEXT, re.S) if "curl" in block]
    said = []
    for block in blocks:
        said.append(shell(block, tmp_path, tmp_path / "state", keys))
        for row in Measurement.objects.filter(state="waiting"):
            services.measure(row.pk, timezone.now())  # what the worker does
    order = Order.objects.get()
    printed = "".join(said).split()
    assert order.status == "on_hold" and order.customer_reference == "ERP-17"
    assert {"sls", "priced", "material", "machine_time", str(order.total), str(order.number), "placed"} <= set(printed)
    assert "release_for_manufacturing" in printed and printed[-1] == "on_hold"
    assert Answered.objects.count() == 2
