"""What is installed: licences that a BSD project may ship with, and lock files that name no host."""

import importlib.metadata
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FREE = re.compile(
    r"MIT|BSD|Apache|Python Software Foundation|PSF|ISC|MPL|Mozilla|LGPL|Lesser General|Zope|ZPL|HPND|Unlicense|0BSD"
    r"|CC0|Public Domain|CMU License",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public", re.IGNORECASE)
# With more than one licence to choose from; the one that we use.
CHOSEN = {"pyphen": "MPL 1.1"}


def locked(name: str) -> list[str]:
    return re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / name).read_text(), re.MULTILINE)


def licence(package: str) -> str | None:
    """None: not installed here, as it is for another system."""
    try:
        metadata = importlib.metadata.metadata(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    classifiers = [line for line in metadata.get_all("Classifier", []) if line.startswith("License")]
    declared = metadata.get("License-Expression") or "; ".join(classifiers) or metadata.get("License") or ""
    return CHOSEN.get(package) or declared[:200]


@pytest.mark.parametrize("package", locked("requirements.txt"))
def test_licences_at_run_time(package: str) -> None:
    declared = licence(package)
    if declared is None:
        return
    assert FREE.search(declared), f"{package}: {declared or 'no licence declared'}"
    assert not COPYLEFT.search(declared), f"{package}: {declared}"


def test_licences_of_the_front_end() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    free = {"MIT", "OFL-1.1", "0BSD", "BSD-0-Clause", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC"}
    for name, package in packages.items():
        if name:
            assert package.get("license") in free, name


def test_lock_files_name_no_host() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_what_runs_is_locked_alike_for_tests() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([A-Za-z0-9._-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
