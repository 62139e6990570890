"""The site's real settings, in a data folder of their own that goes when the tests end.

QUAESTIO_DATABASE_URL chooses the engine: SQLite, unless ``tools/postgres.py`` set it. Nothing else
that a developer has in the environment reaches the tests.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_data = tempfile.mkdtemp(prefix="quaestio-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("QUAESTIO_")]:
    if _name != "QUAESTIO_DATABASE_URL":
        del os.environ[_name]
os.environ["QUAESTIO_DATA"] = _data
os.environ["QUAESTIO_TASKS"] = "immediate"  # no worker runs beside the tests

from quaestio.config.settings import *  # noqa: E402, F403
from quaestio.config.settings import DATA, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    # A file, as in earnest: several connections, WAL, writers that queue.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.db")}

# The names of static files without the fingerprints that a built site gives them.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
STATIC_ROOT.mkdir(exist_ok=True)
