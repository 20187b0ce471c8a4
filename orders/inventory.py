"""Which stored files rows speak of, and which nobody does.

A file is written before its row and deleted after it: a process that is killed in between leaves a file without a row.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import models, transaction

from orders.models import Attachment, Document, PurchaseOrder
from quoting.models import Part, Preview, StoredFile, Thumbnail
from quoting.storage import delete_after_commit

# Long enough that a database put back from yesterday's backup and then changed for a newer one misses nothing.
KEPT_AT_LEAST = timedelta(days=7)
LOOK_EVERY = timedelta(days=1)
NAMED_BY: tuple[tuple[type[models.Model], str], ...] = (
    (StoredFile, "name"),
    (Thumbnail, "name"),
    (Preview, "name"),
    (Part, "drawing"),
    (Document, "name"),
    (PurchaseOrder, "file"),
    (Attachment, "file"),
)
FOLDERS = ("models", "thumbnails", "previews", "drawings", "documents", "po", "messages")


def named() -> Iterator[str]:
    for kind, field in NAMED_BY:
        yield from kind._default_manager.exclude(**{field: ""}).values_list(field, flat=True).iterator()


def missing_files() -> Iterator[str]:
    return (name for name in named() if not default_storage.exists(name))


def stray_files(before: datetime) -> Iterator[str]:
    """Files without a row that were written before then. Listed first: no file gets a row later than it is written."""
    there = [name for folder in FOLDERS for name in _below(folder)]
    known = set(named())
    for name in there:
        if name not in known and default_storage.get_modified_time(name) < before:
            yield name


def _below(folder: str) -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in names)
    for inner in folders:
        yield from _below(f"{folder}/{inner}")


def unused_files(before: datetime) -> models.QuerySet[StoredFile]:
    """Models whose upload ended between the file and the part."""
    return StoredFile.objects.filter(parts=None, created_at__lt=before)


def tidy(now: datetime) -> int:
    """Once a day: take away what was left behind. How much that was."""
    if not cache.add("files:tidied", now.isoformat(), timeout=LOOK_EVERY.total_seconds()):
        return 0
    before = now - KEPT_AT_LEAST
    gone = sum(_forget(pk) for pk in unused_files(before).values_list("pk", flat=True)[:1000])
    for name in stray_files(before):
        default_storage.delete(name)
        gone += 1
    return gone


def _forget(file_id: int) -> int:
    with transaction.atomic():
        file = StoredFile.objects.select_for_update(of=("self",)).filter(pk=file_id, parts=None).first()
        if file is None or file.measurements.exists():
            return 0
        delete_after_commit([file.name])
        file.delete()
        return 1
