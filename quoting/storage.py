"""Where the bytes of models and pictures are kept: a folder, or object storage. Names are generated.

A blob is written before its row and deleted after it, so that there is never a row without its file.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from secrets import token_hex
from shutil import copyfileobj
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction

from quoting.models import StoredFile


def store(upload: "File[Any]") -> StoredFile:
    """Keep the bytes, once however often and by however many at once they are uploaded.

    Not for use inside a transaction: it takes as long as copying takes. Raises OSError when there is no room.
    """
    sha256 = _sha256(upload)
    return StoredFile.objects.filter(sha256=sha256).first() or _store_new(upload, sha256)


def _sha256(upload: "File[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _store_new(upload: "File[Any]", sha256: str) -> StoredFile:
    size = upload.size
    name = _keep("models", sha256, upload)
    try:
        with transaction.atomic():
            return StoredFile.objects.create(sha256=sha256, size=size, name=name)
    except IntegrityError:  # somebody sent the same bytes at the same time and was faster
        default_storage.delete(name)
        return StoredFile.objects.get(sha256=sha256)
    except DatabaseError:
        default_storage.delete(name)
        raise


def store_thumbnail(sha256: str, png: bytes) -> str:
    """Keep a picture of the model with this hash; the name of the blob."""
    return _keep("thumbnails", sha256, ContentFile(png))


def store_preview(sha256: str, glb: bytes) -> str:
    """Keep a light GLB of the model with this hash; the name of the blob."""
    return _keep("previews", sha256, ContentFile(glb))


def store_drawing(content: bytes) -> str:
    """Keep a 2D drawing; the name of the blob."""
    return _keep("drawings", hashlib.sha256(content).hexdigest(), ContentFile(content))


def _keep(folder: str, sha256: str, content: "File[Any]") -> str:
    """Write a blob. The random tail keeps a blob that is being deleted apart from a new one of the same bytes."""
    return _keep_as(f"{folder}/{sha256[:2]}/{sha256}-{token_hex(4)}", content)


def _keep_as(name: str, content: "File[Any]") -> str:
    try:
        return default_storage.save(name, content)
    except OSError:
        default_storage.delete(name)  # what was written before the disk was full
        raise


@contextmanager
def local_copy(stored: StoredFile) -> Iterator[Path]:
    """A path of the file on this machine. Raises FileNotFoundError when the storage does not have it."""
    try:
        yield Path(default_storage.path(stored.name))
        return
    except NotImplementedError:  # the storage is elsewhere
        pass
    with tempfile.TemporaryDirectory(prefix="partwright-") as folder:
        path = Path(folder) / "model"
        with default_storage.open(stored.name) as remote, path.open("wb") as local:
            copyfileobj(remote, local, 1024 * 1024)
        yield path


@contextmanager
def kept_before(folder: str, uploads: Iterable["File[Any]"]) -> Iterator[list[str]]:
    """Names of the uploads' blobs, written before the transaction whose rows will name them.

    What the block takes out of the list is deleted again, and everything when it raises.
    """
    written: list[str] = []
    kept: list[str] = []
    try:
        for upload in uploads:
            written.append(
                _keep_as(f"{folder}/{uuid4().hex}{PurePosixPath(upload.name or '').suffix.lower()[:8]}", upload)
            )
        kept = [*written]
        yield kept
    except BaseException:
        kept = []
        raise
    finally:
        for name in set(written) - set(kept):
            default_storage.delete(name)


def delete_after_commit(names: list[str]) -> None:
    """Delete blobs once their rows are gone for good."""

    def delete() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(delete)
