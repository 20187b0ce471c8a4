"""What differs between two catalogues, thing by thing: members of lists are known by their keys, not by their places."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backoffice.catalogue import words

NAMES = ("key", "tax_class", "quantity", "up_to_kg", "up_to_value", "up_to_ratio", "up_to_cm3", "up_to_mm", "clamp_t")


@dataclass(frozen=True, slots=True)
class Difference:
    path: tuple[str, ...]
    before: str | None  # None: was not there
    after: str | None


def differences(before: Any, after: Any) -> list[Difference]:
    return list(_walk((), before, after))


def _walk(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(one for one in after if one not in before)]:
            yield from _walk((*path, words.label(name)), before.get(name), after.get(name))
    elif _has_rows(before) and _has_rows(after):
        yield from _rows(path, before, after)
    elif _has_rows(before) or _has_rows(after):
        yield from _rows(path, before or [], after or [])
    else:
        yield Difference(path, _text(before), _text(after))


def _rows(path: tuple[str, ...], before: list[Any], after: list[Any]) -> Iterator[Difference]:
    old, new = {_name(row): row for row in before}, {_name(row): row for row in after}
    for name, row in old.items():
        shown = (*path, _title(new.get(name, row)))
        if name in new:
            yield from _walk(shown, row, new[name])
        else:
            yield Difference(shown, _sum_up(row), None)
    for name, row in new.items():
        if name not in old:
            yield Difference((*path, _title(row)), None, _sum_up(row))
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Difference(path, ", ".join(map(_title, before)), ", ".join(map(_title, after)))


def _has_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _name(row: dict[str, Any]) -> str:
    return next((f"{name}={row[name]}" for name in NAMES if row.get(name) is not None), "")


def _title(row: dict[str, Any]) -> str:
    found = next((name for name in NAMES[1:] if row.get(name) is not None), "")
    return str(row.get("name") or (f"{words.label(found)} {row[found]}" if found else "–"))


def _sum_up(row: dict[str, Any]) -> str:
    """What a row says, without what it does not."""
    parts = [
        f"{words.label(name)} {_text(value)}"
        for name, value in row.items()
        if name not in ("key", "name", "description")
        and not isinstance(value, (dict, list))
        and value not in (None, "")
    ]
    return ", ".join(parts[:6])


def _text(value: Any) -> str | None:
    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return "; ".join(" × ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    if isinstance(value, dict):
        return _sum_up(value)
    return str(value)
