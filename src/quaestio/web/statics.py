"""Fonts, scripts and styles, packed once when they are collected; ours without their comments,
which are for whoever reads the source and a sixth of what they weigh.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import brotli
from django.core.files.base import ContentFile, File
from whitenoise import compress, storage

# Under the name that changes with content, which alone is served to browsers. Brotli at its best
# is slow, and those who administer the site wait less for gzip than for a start of the server.
OURS = re.compile(r"[/\\](web|django_prose_editor)[/\\][^/\\]+\.[0-9a-f]{12}\.(js|css|svg)\Z")


OWN = re.compile(r"web/[^/]+\.(css|js)\Z")
# Comments on lines of their own. A string or template over several lines holds none in our files.
ON_LINES = re.compile(r"^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*\n", re.M | re.S)


def without_comments(text: str) -> str:
    return ON_LINES.sub("", text)


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
    def _save(self, name: str, content: File[bytes]) -> str:
        if OWN.match(name):
            whole = b"".join(content.chunks()).decode()
            content = ContentFile(without_comments(whole).encode())
        saved: str = super()._save(name, content)
        return saved

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(**options)
