"""Pictures that a mail carries within itself: nothing is fetched when it is opened."""

import base64
import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage

log = logging.getLogger("partwright.mail")

MAX_BYTES = 200_000  # one picture; a larger one is no thumbnail
STORED = "stored:"  # as the shop's row names an uploaded logo
MAX_TOTAL = 3_000_000  # all of a mail: servers refuse mails of 10 MB and more
# What mail programs show, SVG they do not, by the first bytes.
KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}


@dataclass(frozen=True, slots=True)
class Picture:
    cid: str
    content: bytes
    kind: str

    @property
    def data_url(self) -> str:
        return f"data:image/{self.kind};base64,{base64.b64encode(self.content).decode()}"


class Album:
    """Pictures of one mail. The same file is carried once."""

    def __init__(self, stem: str) -> None:
        self._stem = stem
        self._by_name: dict[str, Picture | None] = {}

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return tuple(picture for picture in self._by_name.values() if picture)

    def thumbnail(self, name: str) -> str:
        """The cid of a file in the storage, "" when there is nothing to show."""
        if name and name not in self._by_name:
            self._by_name[name] = self._picture(_stored(name))
        return self._cid(name)

    def logo(self, path: str) -> str:
        """The cid of an uploaded picture, or of a static one; of an SVG the PNG beside it."""
        name = f"static:{path}"
        if path and name not in self._by_name:
            kept = path.startswith(STORED)
            self._by_name[name] = self._picture(_stored(path.removeprefix(STORED)) if kept else _static(path))
        return self._cid(name)

    def _cid(self, name: str) -> str:
        picture = self._by_name.get(name)
        return picture.cid if picture else ""

    def _picture(self, content: bytes) -> Picture | None:
        kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), "")
        carried = sum(len(picture.content) for picture in self.pictures)
        if not kind or len(content) > MAX_BYTES or carried + len(content) > MAX_TOTAL:
            return None
        return Picture(f"{len(self._by_name)}.{self._stem}", content, kind)


def _stored(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return bytes(file.read(MAX_BYTES + 1))
    except (FileNotFoundError, SuspiciousFileOperation):
        return b""
    except Exception as error:  # whatever the storage's client raises: better a mail without a picture than none
        log.warning("picture of a mail not readable: %s", type(error).__name__)
        return b""


def _static(path: str) -> bytes:
    wanted = PurePosixPath(path)
    try:
        found = finders.find(str(wanted.with_suffix(".png") if wanted.suffix == ".svg" else wanted))
    except SuspiciousFileOperation:
        return b""
    return Path(found).read_bytes() if found else b""
