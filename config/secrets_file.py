"""A secret that is made once and kept in the data folder."""

import os
import secrets
from pathlib import Path


def secret(path: Path) -> str:
    """The secret at `path`, made first if it is not there. Two processes starting at once get the same one."""
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(secrets.token_urlsafe(48))
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
