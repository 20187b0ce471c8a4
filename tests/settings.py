"""The settings under which tests run: those of the project, in a data folder of their own, with faster passwords.

Django reads settings before any conftest.py, so this is the place where a developer's environment is kept out.
"""

import atexit
import os
import shutil
import tempfile

for _name in [*os.environ]:
    if _name.startswith("PARTWRIGHT_") or _name in {"PORT", "REDIS_URL"}:
        del os.environ[_name]
_folder = tempfile.mkdtemp(prefix="partwright-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["PARTWRIGHT_DATA"] = _folder

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

STATIC_ROOT.mkdir()  # WhiteNoise warns when it is missing

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Waking a worker is quick and leads nowhere: tests call what is to be done themselves.
CELERY_BROKER_URL = "memory://"
EMBEDDED_BROKER = False

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file: threads of one test must meet the locks that they would meet in the shop.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}

# The names of bundled files are those in static/dist, without a manifest of what collectstatic has gathered.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
