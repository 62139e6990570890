"""Fonts, scripts and styles, packed once when they are collected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import brotli
from whitenoise import compress, storage

# Under the name that changes with content, which alone is served to browsers. Brotli at its best
# is slow, and those who administer the site wait less for gzip than for a start of the server.
OURS = re.compile(r"[/\\](web|django_prose_editor)[/\\][^/\\]+\.[0-9a-f]{12}\.(js|css|svg)\Z")


class Compressor(compress.Compressor):  # type: ignore[misc]
    """Gzip for every text; Brotli for what readers and writers get."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "use_brotli": False})

    def compress(self, path: str) -> list[str]:
        written: list[str] = super().compress(path)
        if written and OURS.search(path):
            file = Path(path)
            packed = brotli.compress(file.read_bytes())
            written.append(self.write_data(path, packed, ".br", file.stat()))
        return written


class Storage(storage.CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(**options)
