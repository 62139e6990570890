"""Fails when the models have moved on without a migration. Touches no data of anybody's."""

from __future__ import annotations

import os
import sys
import tempfile


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="quaestio-check-") as data:
        os.environ |= {"QUAESTIO_DATA": data, "QUAESTIO_DATABASE_URL": ""}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
        import django
        from django.core.management import call_command

        django.setup()
        try:
            call_command("makemigrations", check=True, dry_run=True)
        except SystemExit:
            sys.stderr.write("A model changed without a migration.\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
