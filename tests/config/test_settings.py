"""Settings: the names in the code are those in docs/configuration.md, and a misspelt one is noticed."""

import os
import re
import subprocess
import sys
from pathlib import Path

from config import settings

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.MULTILINE)


def run_python(code: str, **env: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    clean["DJANGO_SETTINGS_MODULE"] = "config.settings"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean | env, capture_output=True, text=True)


def documented() -> set[str]:
    return set(ROW.findall((ROOT / "docs" / "configuration.md").read_text()))


def test_every_setting_of_ours_is_documented() -> None:
    assert {name for name in documented() if name.startswith("PARTWRIGHT_")} == settings.KNOWN


def test_every_other_documented_name_is_read_somewhere() -> None:
    folders = ("config", "scripts", "tests")
    code = "".join(
        file.read_text() for folder in folders for file in (ROOT / folder).rglob("*.py") if file != Path(__file__)
    )
    for name in documented() - settings.KNOWN:
        assert f'"{name}"' in code, name


def test_every_known_name_is_read() -> None:
    source = (ROOT / "config" / "settings.py").read_text()
    for name in settings.KNOWN:
        assert re.search(rf'env\.\w+\("{name}"', source), name


def test_an_unknown_name_stops_the_start(tmp_path: Path) -> None:
    result = run_python("import config.settings", PARTWRIGHT_DATA=str(tmp_path), PARTWRIGHT_DATTA="x")
    assert result.returncode == 1
    assert "PARTWRIGHT_DATTA" in result.stderr
    assert "docs/configuration.md" in result.stderr


def test_debug_is_off_unless_asked_for(tmp_path: Path) -> None:
    result = run_python("from config import settings; print(settings.DEBUG)", PARTWRIGHT_DATA=str(tmp_path))
    assert result.stdout.strip() == "False"


def test_the_socket_of_a_long_folder_is_short_and_its_own() -> None:
    long = Path("/" + "x" * 200)
    assert settings.socket_path(Path("/srv/data")) == Path("/srv/data/broker.sock")
    assert len(str(settings.socket_path(long))) < 100
    assert settings.socket_path(long) != settings.socket_path(long / "other")


def test_a_web_process_loads_no_numpy(tmp_path: Path) -> None:
    """Geometry belongs to the workers' children: 60 MB and a second per web process otherwise."""
    code = (
        "import django, importlib, sys; django.setup(); importlib.import_module('config.urls');"
        "print([name for name in ('numpy', 'scipy', 'trimesh', 'weasyprint') if name in sys.modules])"
    )
    result = run_python(code, PARTWRIGHT_DATA=str(tmp_path))
    assert result.stdout.strip() == "[]", result.stderr
