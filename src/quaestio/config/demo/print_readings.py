"""Print the two PDF readings from their source text.

``python -m quaestio.config.demo.print_readings`` does it. The PDFs are kept in the repository;
this is needed only after a source text was changed. It uses a Chromium on the machine. Each page
of the source becomes one printed page, with a running head, its printed number, words divided at
the line ends, and the number as its page label.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "readings"
SOFT_HYPHEN = "\u00ad"

STYLE = """
@page { size: 140mm 216mm; margin: 0 }
body { margin: 0; font: 10.6pt/1.38 "P052", "Liberation Serif", serif }
section { box-sizing: border-box; width: 140mm; height: 215.5mm; padding: 22mm 23mm 0;
  break-after: page; position: relative; overflow: hidden }
header { position: absolute; top: 12mm; left: 23mm; right: 23mm; font-size: 8.5pt;
  text-align: center; font-style: italic }
footer { position: absolute; bottom: 11mm; left: 0; right: 0; text-align: center; font-size: 9pt }
h1 { font-size: 17pt; line-height: 1.2; font-weight: normal; margin: 4mm 0 1mm }
h2 { font-size: 11pt; font-weight: normal; font-style: italic; margin: 0 0 4mm }
.author { margin: 0 0 3mm } .note { font-size: 8pt; line-height: 1.3; margin: 0 0 5mm }
.text p { margin: 0; text-indent: 5mm; text-align: justify; hyphens: manual }
.text p.flush { text-indent: 0 }
"""


def main() -> None:
    for source in sorted(HERE.glob("*.source.txt")):
        target = HERE / f"{source.name.removesuffix('.source.txt')}.pdf"
        head, pages = read_source(source)
        print_pdf(as_html(head, pages), target)
        add_page_labels(target, style=head["numbers"], first=int(head["first"]))


def read_source(source: Path) -> tuple[dict[str, str], list[tuple[str, list[str]]]]:
    """The heading lines, and the pages: each its printed number and its paragraphs."""
    top, *rest = re.split(r"(?m)^=== (\w+)\n", source.read_text(encoding="utf-8"))
    head = dict(line.split(": ", 1) for line in top.strip().splitlines())
    numbers, texts = rest[::2], rest[1::2]
    pages = [
        (number, text.strip().split("\n\n")) for number, text in zip(numbers, texts, strict=True)
    ]
    return head, pages


def as_html(head: dict[str, str], pages: list[tuple[str, list[str]]]) -> str:
    sections = []
    for index, (number, paragraphs) in enumerate(pages):
        if index == 0:
            note, *paragraphs = paragraphs
            opening = (
                f"<h1>{html.escape(head['title'])}</h1><h2>{html.escape(head['subtitle'])}</h2>"
                f"<p class='author'>{html.escape(head['author'])}</p>"
                f"<p class='note'>{html.escape(note)}</p>"
            )
        else:
            running = head["title"] if index % 2 == 0 else head["author"]
            opening = f"<header>{html.escape(running)}</header>"
        body = [
            paragraph_html(paragraph, first=index == 0 and place == 0)
            for place, paragraph in enumerate(paragraphs)
        ]
        sections.append(
            f"<section>{opening}<div class='text'>{''.join(body)}</div>"
            f"<footer>{number}</footer></section>"
        )
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{html.escape(head['title'])}"
        f"</title><style>{STYLE}</style><body>{''.join(sections)}"
    )


def paragraph_html(paragraph: str, *, first: bool) -> str:
    """A ``+`` in front means that the paragraph began on the page before."""
    indented = not first and not paragraph.startswith("+")
    text = paragraph.lstrip("+").replace("'", "’")
    text = re.sub(r"[A-Za-z]{6,}", lambda word: divided(word[0]), text)
    return f"<p class='{'indented' if indented else 'flush'}'>{html.escape(text)}</p>"


def divided(word: str) -> str:
    """Soft hyphens between two consonants that stand between vowels: ``com-mit-tee``."""
    return re.sub(
        r"(?i)(?<=[a-z][aeiou][b-df-hj-np-tv-z])(?=[b-df-hj-np-tv-z][aeiou][a-z]{2})"
        r"(?!.(?:ing|e[drs])\b)"
        r"(?<![tscpgwr](?=h))(?<!c(?=k))(?<![pbcdfgkt](?=[lr]))",
        SOFT_HYPHEN,
        word,
    )


def print_pdf(page: str, target: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("No Chromium found on this machine.")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        subprocess.run(
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri(),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip


def add_page_labels(target: Path, *, style: str, first: int) -> None:
    """Append a new catalogue to the PDF that says which number is printed on its first page."""
    data = target.read_bytes()
    trailer = data[data.rindex(b"trailer") :]
    root = re.search(rb"/Root (\d+) 0 R", trailer)
    previous = re.search(rb"startxref\s+(\d+)", trailer)
    if root is None or previous is None:
        raise SystemExit(f"{target.name}: not the kind of PDF this knows how to amend.")
    catalogue = re.search(rb"\n%s 0 obj\s*<<(.*?)>>\s*endobj" % root[1], data, re.DOTALL)
    if catalogue is None:
        raise SystemExit(f"{target.name}: no catalogue found.")
    letter = b"r" if style == "roman" else b"D"
    labels = b"/PageLabels << /Nums [0 << /S /%s /St %d >>] >>" % (letter, first)
    start = len(data) + 1
    data += b"\n%s 0 obj\n<<%s\n%s>>\nendobj\n" % (root[1], catalogue[1], labels)
    table = len(data)
    data += b"xref\n%s 1\n%010d 00000 n \n" % (root[1], start)
    kept = re.sub(rb"/Prev \d+", b"", trailer[: trailer.index(b"startxref")])
    ending = kept.rstrip().removesuffix(b">>") + b"/Prev %s>>\n" % previous[1]
    data += ending + b"startxref\n%d\n%%%%EOF\n" % table
    target.write_bytes(data)


if __name__ == "__main__":
    main()
