"""Reading a catalogue from TOML, and the fingerprint by which a published one is known."""

import hashlib
import json
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from quoting.pricing.catalogue import Catalogue

DEMO_CATALOGUE = Path(__file__).parent.parent / "demo" / "catalogue.toml"


def load_catalogue(text: str) -> Catalogue:
    """A catalogue from TOML; numbers become Decimal without ever being a float.

    Raises tomllib.TOMLDecodeError or pydantic.ValidationError, both ValueErrors, for a text that is none.
    """
    return Catalogue.model_validate(tomllib.loads(text, parse_float=Decimal))


@cache
def demo_catalogue() -> Catalogue:
    """What a new shop starts with."""
    return load_catalogue(DEMO_CATALOGUE.read_text(encoding="utf-8"))


def catalogue_sha256(catalogue: Catalogue) -> str:
    return payload_sha256(catalogue.model_dump(mode="json"))


def payload_sha256(document: Any) -> str:
    """SHA-256 of the canonical JSON: keys sorted, no blanks, UTF-8, decimals as written."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
