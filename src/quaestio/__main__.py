"""The ``quaestio`` command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
    from quaestio.config.cli import run

    if sys.argv[1:2] != ["check"]:  # which has no site, only its user's own files
        # What the site stores is for its own user and group: mail, posts, uploaded files.
        os.umask(os.umask(0o077) | 0o027)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
