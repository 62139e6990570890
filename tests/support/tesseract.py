"""Something that answers as Tesseract does, for machines without it. ``test_ocr.py`` holds it to
the real one: what is promised of recognition is promised of both.
"""

from __future__ import annotations

import stat
import sys
from pathlib import Path

SEEN = "The winter ended in a single afternoon"

_WORDS = "".join(
    f"<span class='ocrx_word' id='w{n}' title='bbox {300 + 200 * n} 300 {480 + 200 * n} 350;"
    f" x_wconf 95'>{word}</span> "
    for n, word in enumerate(SEEN.split())
)
_HOCR = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title></title></head><body>
<div class='ocr_page' id='page_1' title='image "stdin"; bbox 0 0 2550 3300; ppageno 0'>
<div class='ocr_carea'><p class='ocr_par'><span class='ocr_line' id='l'
 title="bbox 300 300 1800 350; baseline 0 -10; x_size 50; x_descenders 10; x_ascenders 12">
{_WORDS}</span></p></div></div></body></html>
"""


def fake(folder: Path) -> Path:
    """The path of a Tesseract that sees ``SEEN`` on every picture."""
    path = folder / "tesseract"
    path.write_text(
        f"#!{sys.executable} -IS\n"
        "import sys\n"
        "if '--list-langs' in sys.argv:\n"
        "    print('List of available languages (2):\\neng\\nosd')\n"
        "else:\n"
        "    assert sys.stdin.buffer.read(8) == b'\\x89PNG\\r\\n\\x1a\\n'\n"
        "    sys.stdin.buffer.read()\n"
        f"    print({_HOCR!r})\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def broken(folder: Path) -> Path:
    """A Tesseract that knows English and fails on every picture."""
    path = folder / "broken-tesseract"
    path.write_text(
        f"#!{sys.executable} -IS\nimport sys\n"
        "if '--list-langs' in sys.argv:\n    print('Languages:\\neng')\nelse:\n    sys.exit(1)\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
