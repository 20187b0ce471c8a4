"""`manage.py icons truck box` adds icons of bootstrap-icons to static/img/icons.svg, the sprite that {% icon %} draws from."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.templatetags.show import SPRITE

SYMBOL = re.compile(r'<symbol id="([\w-]+)".*?</symbol>', re.S)


class Command(BaseCommand):
    help = "Adds icons of bootstrap-icons to the sprite of the pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+")

    def handle(self, *, names: list[str], **options: Any) -> None:
        sprite = settings.BASE_DIR / "static" / SPRITE
        symbols = {match[1]: match[0] for match in SYMBOL.finditer(sprite.read_text())} if sprite.exists() else {}
        symbols |= {name: symbol(name) for name in names}
        lines = "\n".join(symbols[name] for name in sorted(symbols))
        sprite.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n')


def symbol(name: str) -> str:
    source = Path(settings.BASE_DIR, "node_modules/bootstrap-icons/icons", f"{name}.svg")
    if not source.exists():
        raise CommandError(f"bootstrap-icons has no {name}")
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", source.read_text(), flags=re.S)
    return f'<symbol id="{name}" viewBox="0 0 16 16">{" ".join(inner.split())}</symbol>'
