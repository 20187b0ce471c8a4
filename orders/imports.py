"""Many lines at once: a table of what is wanted (CSV), and a ZIP with the models that it names.

What cannot be used is told, with its row or file, and keeps nothing else from coming in.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from orders.drafts import MOST_LINES
from orders.selection import valid
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.contract import MAX_QUANTITY, Selection

# What people call the columns, in lower case.
COLUMNS = {
    "file": ("file", "filename", "file name", "model", "part", "name"),
    "quantity": ("quantity", "qty", "pieces", "count"),
    "process": ("process", "technology"),
    "material": ("material",),
    "colour": ("colour", "color"),
    "finish": ("finish", "surface"),
    "lead_time": ("lead time", "lead_time"),
    "tolerance": ("tolerance",),
    "note": ("note", "notes", "comment", "remark"),
}
CHOSEN = ("process", "material", "colour", "finish", "lead_time", "tolerance")
MOST_BYTES_OF_A_TABLE = 2 * 1024 * 1024
IN_MEMORY = 4 * 1024 * 1024
PIECE = 1024 * 1024
TIMES_THE_LIMIT = 5  # all of a ZIP together, unpacked


@dataclass(frozen=True, slots=True)
class Wish:
    """A row of the table."""

    number: int
    file: str
    quantity: int = 1
    chosen: dict[str, str] = field(default_factory=dict)  # names or keys, as they were written
    note: str = ""


def same_name(name: str) -> str:
    """By what a model, its row and its drawing are paired: the name without folders and ending."""
    return PurePosixPath(name.replace("\\", "/")).stem.strip().lower()


# --- the table


def read_table(content: bytes, problems: list[str]) -> list[Wish]:
    text = _decoded(content)
    header = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=header.count))
    try:
        columns = _columns(next(reader, []))
        if "file" not in columns:
            problems.append(_("The first row of the table must name its columns, and one of them must be “file”."))
            return []
        found = []
        for number, cells in enumerate(reader, start=2):
            if any(cell.strip() for cell in cells):
                found.append(_wish(number, columns, cells, problems))
    except csv.Error as error:
        problems.append(_("The table cannot be read: %(why)s") % {"why": error})
        return []
    return [wish for wish in found if wish.file]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # as Excel writes it


def _columns(header: list[str]) -> dict[str, int]:
    titles = [title.strip().lower() for title in header]
    return {
        name: next(titles.index(title) for title in called if title in titles)
        for name, called in COLUMNS.items()
        if any(title in titles for title in called)
    }


def _wish(number: int, columns: dict[str, int], cells: list[str], problems: list[str]) -> Wish:
    given = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
    quantity = given.get("quantity") or "1"
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) < 10 and 1 <= int(quantity) <= MAX_QUANTITY):
        problems.append(
            _("Row %(row)s: “%(value)s” is no quantity; it is 1 now.") % {"row": number, "value": quantity[:20]}
        )
        quantity = "1"
    if not given["file"]:
        problems.append(_("Row %(row)s names no file.") % {"row": number})
    chosen = {name: given[name] for name in CHOSEN if given.get(name)}
    return Wish(number, given["file"][:200], int(quantity), chosen, given.get("note", "")[:2000])


def choice_of(catalogue: Catalogue, wish: Wish, base: Selection, problems: list[str]) -> Selection:
    """What a row chooses, by keys or names; what the shop does not have is told and left as it would be."""
    choice = base
    for name in CHOSEN:
        written = wish.chosen.get(name)
        if not written:
            continue
        item = _called(_offered(catalogue, choice, name), written)
        if item is None:
            told = {"row": wish.number, "value": written[:40], "column": name.replace("_", " ")}
            problems.append(_("Row %(row)s: there is no %(column)s “%(value)s” here.") % told)
        else:
            choice = valid(catalogue, choice.model_copy(update={name: item.key}))
    return choice


def _offered(catalogue: Catalogue, choice: Selection, name: str) -> Iterable[Any]:
    if name == "process":
        return catalogue.processes
    process = by_key(catalogue.processes, choice.process)
    if process is None:
        return ()
    material = by_key(process.materials, choice.material)
    return {
        "material": process.materials,
        "colour": material.colours if material else (),
        "finish": process.finishes,
        "lead_time": process.lead_times,
        "tolerance": process.tolerances,
    }[name]


def _called(items: Iterable[Any], written: str) -> Any:
    wanted = written.lower()
    return next((one for one in items if wanted in (one.key.lower(), one.name.lower())), None)


# --- the ZIP


def unpacked(archive: IO[bytes], problems: list[str]) -> Iterator[tuple[str, int, IO[bytes]]]:
    """The files of a ZIP one by one, each with its size; closed when the next one is asked for.

    Counted while they are unpacked: what a ZIP says of its sizes may be a lie.
    """
    left = settings.MAX_UPLOAD_BYTES * TIMES_THE_LIMIT
    try:
        with zipfile.ZipFile(archive) as pack:
            members = [one for one in pack.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
            if len(members) > 2 * MOST_LINES:
                problems.append(_("The ZIP holds more than %(most)s files.") % {"most": 2 * MOST_LINES})
                return
            for member in members:
                with SpooledTemporaryFile(IN_MEMORY) as file:
                    size = _copy(pack, member, file, min(left, settings.MAX_UPLOAD_BYTES), problems)
                    if size is not None:
                        left -= size
                        file.seek(0)
                        yield member.filename, size, file
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        problems.append(_("The ZIP cannot be read."))


def _copy(pack: zipfile.ZipFile, member: zipfile.ZipInfo, to: IO[bytes], most: int, problems: list[str]) -> int | None:
    size = 0
    try:
        with pack.open(member) as source:
            while piece := source.read(PIECE):
                size += len(piece)
                if size > most:
                    problems.append(_("%(file)s: too large.") % {"file": member.filename[-80:]})
                    return None
                to.write(piece)
    except (RuntimeError, zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error):  # encrypted, damaged
        problems.append(_("%(file)s: cannot be unpacked.") % {"file": member.filename[-80:]})
        return None
    return size


def _is_hidden(name: str) -> bool:
    """What systems put into archives beside what people did."""
    return any(step.startswith((".", "__MACOSX")) for step in PurePosixPath(name.replace("\\", "/")).parts)
