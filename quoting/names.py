"""Names of files as people gave them: what is shown of them, and which endings are taken."""

import unicodedata
from pathlib import PurePosixPath

from quoting.geometry.values import Reason

# What a file really is, its content says later, in the worker.
ENDINGS = (".stl", ".3mf", ".step", ".stp", ".obj", ".ply", ".glb", ".igs", ".iges")
FORMATS = "STL, 3MF, STEP, OBJ, PLY, GLB, IGES"
MAX_NAME = 120
NAMELESS = "model"


def shown_name(raw: str) -> str:
    """A name to be shown: no folders, nothing invisible (NUL, direction marks, line ends), not too long.

    The ending is kept when the name is cut. Nothing is ever stored under this name.
    """
    last = raw.replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(" " if character.isspace() else character for character in last if _is_visible(character))
    name = " ".join(visible.split()).strip(". ") or NAMELESS
    if len(name) <= MAX_NAME:
        return name
    ending = PurePosixPath(name).suffix[:10]
    return name[: MAX_NAME - len(ending) - 1] + "…" + ending


def body_name(name: str, number: int) -> str:
    """What a body of a file is called: "bracket.step · body 2"."""
    return f"{name} · body {number}"


def _is_visible(character: str) -> bool:
    return character.isspace() or not unicodedata.category(character).startswith("C")


def obstacle(name: str, size: int | None) -> Reason | None:
    """Why a file is not even stored, judged by its name and size."""
    ending = PurePosixPath(shown_name(name)).suffix.lower()
    if ending not in ENDINGS:
        return Reason(code="unsupported_format", params={"format": ending.removeprefix(".").upper()[:10] or "?"})
    if not size:
        return Reason(code="empty_file")
    return None
