"""What is shown of a part: pictures and previews. Runs in a throw-away child (see isolate.py)."""

import base64
from collections.abc import Callable
from pathlib import Path

from quoting.geometry import preview, thumbnail
from quoting.geometry.bodies import load_body
from quoting.geometry.mesh import Mesh
from quoting.geometry.values import FileRefused


def thumbnail_job(path: str, unit: str, body: int) -> dict[str, str]:
    return _drawn(thumbnail.render, path, unit, body)


def preview_job(path: str, unit: str, body: int) -> dict[str, str]:
    return _drawn(preview.light_glb, path, unit, body)


def _drawn(draw: Callable[[Mesh], bytes], path: str, unit: str, body: int) -> dict[str, str]:
    """{"drawn": base64 of the bytes}, or {"reason": JSON of a Reason}."""
    try:
        mesh = load_body(Path(path), unit, body).mesh
    except FileRefused as refused:
        return {"reason": refused.reason.model_dump_json()}
    return {"drawn": base64.b64encode(draw(mesh)).decode()}
