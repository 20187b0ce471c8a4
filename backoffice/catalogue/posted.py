"""A form of the catalogue, both ways: from the document to texts for controls, and from what was posted to the document.

Names are paths: `lead_times.0.days`. pydantic says where an error is in the same way, so each finds its control.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify
from pydantic import BaseModel

from accounts.fields import point_only
from backoffice.catalogue.schema import Field, fields_of

Typed = dict[str, Any]  # texts, flags, rows and groups as they stand in the form
BETWEEN = re.compile(r"[;\s]+")
TIMES = re.compile(r"\s*[x×*]\s*")
MOST_ROWS = 200


def shown(fields: tuple[Field, ...], node: Mapping[str, Any]) -> Typed:
    """What the document says, as texts."""
    return {field.name: _shown(field, node.get(field.name)) for field in fields}


def _shown(field: Field, value: Any) -> Any:
    if field.kind == "group":
        return None if value is None else shown(fields_of(_model(field)), value)
    if field.kind == "rows":
        return [shown(fields_of(_model(field)), row) for row in value or ()]
    if field.kind == "flag":
        return bool(value)
    if value is None:
        return ""
    if field.kind in ("numbers", "codes"):
        return "  ".join(str(one) for one in value)
    if field.kind == "size":
        return " × ".join(str(one) for one in value)
    if field.kind == "pairs":
        return "; ".join(" × ".join(str(one) for one in pair) for pair in value)
    return str(value)


def typed(fields: tuple[Field, ...], post: Mapping[str, str], prefix: str = "") -> Typed:
    """What stands in a posted form; rows that were left empty are gone, so that the rest counts through."""
    return {field.name: _typed(field, post, prefix + field.name) for field in fields}


def _typed(field: Field, post: Mapping[str, str], name: str) -> Any:
    if field.kind == "group":
        off = field.optional_group and f"{name}.is_on" not in post
        return None if off else typed(fields_of(_model(field)), post, f"{name}.")
    if field.kind == "rows":
        start = re.compile(re.escape(name) + r"\.(\d{1,3})\.")
        places = sorted({int(found[1]) for key in post if (found := start.match(key))})[:MOST_ROWS]
        rows = [typed(fields_of(_model(field)), post, f"{name}.{place}.") for place in places]
        return [row for row in rows if any(row.values())]
    if field.kind == "flag":
        return name in post
    return post.get(name, "").replace("\x00", "").strip()


def cleaned(fields: tuple[Field, ...], entered: Typed) -> dict[str, Any]:
    """What pydantic is asked to judge. An empty control is left out: the default holds, or the field is missing."""
    result: dict[str, Any] = {}
    for field in fields:
        value = entered[field.name]
        if field.kind == "group":
            result[field.name] = None if value is None else cleaned(fields_of(_model(field)), value)
        elif field.kind == "rows":
            result[field.name] = [cleaned(fields_of(_model(field)), row) for row in value]
        elif field.kind == "flag":
            result[field.name] = value
        elif value or field.kind in ("numbers", "codes", "pairs"):
            result[field.name] = _cleaned(field, value)
    if "key" in entered and not entered["key"] and entered.get("name"):
        result["key"] = slugify(entered["name"]).replace("-", "_")[:60] or "x"
    return result


def _cleaned(field: Field, text: str) -> Any:
    match field.kind:
        case "number":
            return point_only(text)
        case "numbers":
            return [point_only(one.strip(",")) for one in BETWEEN.split(text) if one.strip(",")]
        case "codes":
            return [one.strip(",").upper() for one in re.split(r"[;,\s]+", text) if one.strip(",")]
        case "size":
            return [point_only(one) for one in TIMES.split(text)]
        case "pairs":
            pairs = [one for one in re.split(r"[;\n]+", text) if one.strip()]
            return [[point_only(side) for side in TIMES.split(pair.strip())] for pair in pairs]
    return text


def _model(field: Field) -> type[BaseModel]:
    assert field.model is not None
    return field.model
