"""The files of an import: tables are read, models kept, drawings paired with them by name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from orders.forms.quote import DRAWINGS, MOST_BYTES_OF_A_DRAWING, is_drawing
from orders.imports import MOST_BYTES_OF_A_TABLE, Wish, read_table, same_name, unpacked
from orders.models import Order, OrderLine, Status
from orders.words import say
from quoting.models import Part
from quoting.names import obstacle, shown_name
from quoting.services import receive, store_drawing


@dataclass
class Found:
    wishes: list[Wish] = field(default_factory=list)
    models: list[tuple[str, Part]] = field(default_factory=list)  # with their path in the ZIP
    drawings: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # by what pairs them
    problems: list[str] = field(default_factory=list)


def take_in(uploads: Iterable["UploadedFile[Any]"], order: Order, user: User) -> Found:
    found = Found()
    for upload in uploads:
        name = upload.name or ""
        if name.lower().endswith(".zip"):
            for member, size, file in unpacked(upload, found.problems):
                _take(found, member, size, file, order, user)
        else:
            _take(found, name, upload.size or 0, upload, order, user)
    _pair_drawings(found)
    return found


def _take(found: Found, path: str, size: int, file: IO[bytes], order: Order, user: User) -> None:
    ending, name = PurePosixPath(path).suffix.lower(), shown_name(path)
    if ending == ".csv":
        if size > MOST_BYTES_OF_A_TABLE:
            found.problems.append(_("%(file)s: too large.") % {"file": name})
        else:
            found.wishes += read_table(file.read(), found.problems)
    elif ending in DRAWINGS:
        content = file.read(MOST_BYTES_OF_A_DRAWING + 1)
        if len(content) > MOST_BYTES_OF_A_DRAWING or not is_drawing(content[:16]):
            found.problems.append(_("%(file)s: not a PDF, PNG or JPEG of up to 20 MB.") % {"file": name})
        else:
            found.drawings[same_name(path)] = (name, content)
    elif reason := obstacle(name, size):
        found.problems.append(f"{name}: {say(reason)}")
    else:
        kept: File[Any] = file if isinstance(file, File) else File(file, name)
        kept.size = size
        try:
            part = receive(kept, name=name, company=order.company, user=user, now=timezone.now())
        except OSError:
            found.problems.append(_("%(file)s: there is no room for it at the moment.") % {"file": name})
        else:
            found.models.append((path, part))


def _pair_drawings(found: Found) -> None:
    """These parts are new, so that nobody else has them."""
    named = {same_name(path) for path, _part in found.models}
    for pairing, (name, content) in found.drawings.items():
        if pairing not in named:
            found.problems.append(_("%(file)s: there is no model of this name.") % {"file": name})
            continue
        stored = store_drawing(content)
        for path, part in found.models:
            if same_name(path) == pairing:
                part.drawing, part.drawing_name = stored, name
                part.save(update_fields=["drawing", "drawing_name"])


def paired(found: Found, order: Order) -> list[tuple[Part, Wish | None]]:
    """Each row with its model, in the order of the table; then the models that no row names."""
    pairs: list[tuple[Part, Wish | None]] = []
    used: set[int] = set()
    known = _known(order, found.wishes)
    for wish in found.wishes:
        part = _model(found, wish) or known.get(same_name(wish.file))
        if part is None:
            told = {"row": wish.number, "file": wish.file[:80]}
            found.problems.append(_("Row %(row)s: there is no model “%(file)s”.") % told)
        else:
            pairs.append((part, wish))
            used.add(part.pk)
    return pairs + [(part, None) for _path, part in found.models if part.pk not in used]


def _model(found: Found, wish: Wish) -> Part | None:
    """By its path or whole name, else by its name without ending."""
    wanted = wish.file.replace("\\", "/").lower()
    exact = [part for path, part in found.models if wanted in (path.lower(), part.name.lower())]
    like = [part for path, part in found.models if same_name(path) == same_name(wish.file)]
    return next(iter([*exact, *like]), None)


def _known(order: Order, wishes: list[Wish]) -> dict[str, Part]:
    """Parts of the quote and of the customer's earlier orders by name, the newest of each."""
    if not wishes:
        return {}
    shown = Q(order__from_quotation_tool=True) | ~Q(order__status=Status.DRAFT)
    seen = OrderLine.objects.filter(shown, part=OuterRef("pk"))
    parts = Part.objects.filter(Exists(seen), company=order.company_id).select_related("file", "measurement")
    wanted = {same_name(wish.file) for wish in wishes}
    return {same_name(part.name): part for part in parts.order_by("pk") if same_name(part.name) in wanted}
