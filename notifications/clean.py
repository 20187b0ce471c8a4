"""Text from outside, made harmless for headers, plain text and pages alike."""

import re
import unicodedata
from typing import Any

# What may keep its line breaks; everything else is one line.
LONG_TEXTS = {"note", "comment", "customer_note", "body", "html"}
# They turn the reading direction of what follows: "gpj.exe" reads "exe.jpg".
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str, limit: int = 300) -> str:
    """Without line breaks and control characters: fit for a header."""
    visible = "".join(" " if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} else sign for sign in str(text))
    line = " ".join(_BIDI.sub("", visible).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def long_text(text: str) -> str:
    """Line breaks stay, other control characters go."""
    lines = str(text).replace("\r\n", "\n").replace("\r", "\n")
    visible = (sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"})
    return _BIDI.sub("", "".join(visible)).strip()


def cleaned(value: Any, name: str = "") -> Any:
    """Facts with every string in them made harmless: when they are written, and again when a mail is made of them, as
    the safety of its headers is not to depend on who wrote the row."""
    if isinstance(value, str):
        return long_text(value) if name in LONG_TEXTS else one_line(value)
    if isinstance(value, dict):
        return {key: cleaned(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item, name) for item in value]
    return value
