"""The folder into which uploads are received. Each request removes its own files; one whose process was killed cannot."""

import contextlib
import time
from pathlib import Path

from django.conf import settings

ABANDONED_AFTER = 3600.0  # seconds since the last byte was written; the slowest request is over long before


def clear(*, younger_too: bool = False) -> int:
    """Delete what was left behind; how many. `younger_too`: nobody is receiving anything now."""
    found = list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) if younger_too else abandoned()
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def abandoned() -> list[Path]:
    oldest, found = time.time() - ABANDONED_AFTER, []
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        with contextlib.suppress(FileNotFoundError):  # its request has just ended
            if path.stat().st_mtime < oldest:
                found.append(path)
    return found
