"""Files made to do harm, or broken beyond what any program writes; each made anew where needed."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from functools import cache

from tests.readings.extraction.makepdf import (
    Sheet,
    assemble,
    open_book,
    outline,
    pdf,
    scanned,
    sheet,
)
from tests.readings.extraction.makezip import docx, epub, overlapping, packed, paragraph, xhtml

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + f"]><w:document {W}><w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    f"<w:document {W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
)


def stream(head: str, body: bytes) -> bytes:
    return f"<< {head} /Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"


def deflated_page(content: bytes, layers: int = 1) -> bytes:
    """A page whose content is packed, once or several times over."""
    for _ in range(layers):
        content = zlib.compress(content, 9)
    filters = "/FlateDecode " * layers
    return assemble(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            4: stream(f"/Filter [{filters}]", content),
            5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        },
        "/Root 1 0 R",
    )


def page_tree(pages: bytes, page: bytes) -> bytes:
    return assemble({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: pages, 3: page}, "/Root 1 0 R")


def form_loop() -> bytes:
    form = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 1000 0 R >> >>",
        b"/X Do /X Do /X Do",
    )
    page = Sheet(raw=b"/X Do", extra="/Resources << /XObject << /X 1000 0 R >> >>")
    return pdf([page], objects=[form])


GOOD = pdf([sheet("A sound page.\nWith two lines.", foot="7")] * 3, title="Sound")
PDFS: dict[str, Callable[[], bytes]] = {
    "many layers of packing": lambda: deflated_page(b" " * 50_000_000, layers=4),
    "a content bomb": lambda: deflated_page(b"BT /F1 9 Tf (ha) Tj ET\n" * 2_000_000),
    "one endless line": lambda: deflated_page(b"BT /F1 9 Tf 1 0 0 1 9 9 Tm (" + b"x" * 5_000_000 + b") Tj ET"),
    "unbalanced states": lambda: deflated_page(b"q " * 3_000_000),
    "brackets in brackets": lambda: deflated_page(b"[" * 1_000_000),
    "a form inside itself": lambda: form_loop(),
    "the page tree in a circle": lambda: (page_tree(
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>", b"<< >>"
    )),
    "a million pages claimed": lambda: (page_tree(
        b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", b"<< /Type /Page /Parent 2 0 R >>"
    )),
    "fewer pages than none": lambda: (page_tree(
        b"<< /Type /Pages /Kids [3 0 R] /Count -5 >>", b"<< /Type /Page /Parent 2 0 R >>"
    )),
    "two hundred pages claimed, one there": lambda: (page_tree(
        b"<< /Type /Pages /Kids [3 0 R] /Count 200 >>", b"<< /Type /Page /Parent 2 0 R >>"
    )),
    "a huge page": lambda: pdf([Sheet(sheet("Far and wide.").lines, box="0 0 1e9 1e9")]),
    "a page without width": lambda: pdf([Sheet(sheet("Thin.").lines, box="0 0 0 792")]),
    "a page turned inside out": lambda: pdf([Sheet(sheet("Inside out.").lines, box="612 792 0 0")]),
    "a page box of words": lambda: pdf([Sheet(sheet("Words.").lines, box="a b c d")]),
    "a cross-reference in a circle": lambda: GOOD.replace(b"trailer\n<<", b"trailer\n<< /Prev 9 "),
    "a cross-reference into nowhere": lambda: GOOD.replace(b"startxref\n", b"startxref\n99999999"),
    "every offset wrong": lambda: GOOD.replace(b" 00000 n", b" 00000 f"),
    "a script on opening": lambda: (pdf(
        [sheet("Quiet.")],
        catalog="/OpenAction << /S /JavaScript /JS (app.alert\\(1\\); while\\(true\\){}) >>",
    )),
    "a program on opening": lambda: (pdf(
        [sheet("Quiet.")], catalog="/OpenAction << /S /Launch /F (/bin/sh) >>"
    )),
    "a form that submits itself": lambda: (pdf(
        [sheet("Quiet.")],
        catalog="/AcroForm << /XFA 1000 0 R /Fields [] >>",
        objects=[stream("", b"<xdp:xdp><script>x</script></xdp:xdp>")],
    )),
    "labels in a circle": lambda: (pdf(
        [sheet("Numbered.")],
        catalog="/PageLabels 1000 0 R",
        objects=[b"<< /Kids [1000 0 R 1000 0 R] >>"],
    )),
    "bookmarks in a circle": lambda: (pdf(
        [sheet("Marked.")],
        catalog="/Outlines 1000 0 R",
        objects=[
            b"<< /First 1001 0 R /Last 1001 0 R >>",
            b"<< /Title (One) /Dest [10 0 R /Fit] /First 1000 0 R /Next 1001 0 R >>",
        ],
    )),
    "bookmarks without end": lambda: outline(
        [sheet("Marked.")] * 3, [(0, f"Chapter {n}. Mark", 1 + n % 3) for n in range(100_000)]
    ),
    "bookmarks without a bottom": lambda: outline(
        [sheet("Marked.")], [(n, f"Mark {n}", 1) for n in range(5_000)]
    ),
    "a bookmark as long as a book": lambda: outline(
        [sheet("Marked.")] * 2, [(0, "m " * 500_000, 1), (0, "Chapter " + "9" * 50_000, 2)]
    ),
    "ten thousand bookmarks on one page": lambda: outline(
        [sheet("Marked.\n" * 40)], [(n % 3, f"Mark {n} " + "m" * 280, 1) for n in range(10_000)]
    ),
    "nine hundred bookmarks on one crowded page": lambda: outline(
        [sheet("\n\n".join(f"{n}" for n in range(60)))],
        [(0, f"{n} " + "m " * 140, 1) for n in range(900)],
    ),
    "bookmarks a thousand deep": lambda: outline(
        [sheet("Marked.")] * 2, [(n, f"Mark {n}", 1 + n % 2) for n in range(1_000)]
    ),
    "one endless title for all bookmarks": lambda: (pdf(
        [sheet("Marked.")] * 2,
        catalog="/Outlines 1000 0 R",
        objects=[
            b"<< /Type /Outlines /First 1002 0 R /Last 1901 0 R >>",
            b"(" + b"Title " * 180_000 + b")",
            *(
                f"<< /Title 1001 0 R /Parent 1000 0 R /Dest [10 0 R /Fit] "
                f"{f'/Next {n + 1} 0 R' if n < 1901 else ''} >>".encode()
                for n in range(1002, 1902)
            ),
        ],
    )),
    "bookmarks that are each other's parents": lambda: (pdf(
        [sheet("Marked.")] * 2,
        catalog="/Outlines 1000 0 R",
        objects=[
            b"<< /Type /Outlines /First 1001 0 R /Last 1003 0 R >>",
            b"<< /Title (One) /Parent 1002 0 R /Dest [10 0 R /Fit] /First 1002 0 R /Next 1003 0 R >>",
            b"<< /Title (Two) /Parent 1001 0 R /Dest [12 0 R /Fit] /First 1001 0 R /Next 1002 0 R >>",
            b"<< /Title (Three) /Parent 1003 0 R /Dest [12 0 R /Fit] /First 1003 0 R /Prev 1001 0 R >>",
        ],
    )),
    "bookmarks of signs that nobody sees": lambda: (pdf(
        [sheet("Marked.")] * 2,
        catalog="/Outlines 1000 0 R",
        objects=[
            b"<< /Type /Outlines /First 1001 0 R /Last 1002 0 R >>",
            b"<< /Title <FEFF202E0000000700410042D800D800200B206600430044> /Parent 1000 0 R "
            b"/Dest [10 0 R /Fit] /Next 1002 0 R >>",
            b"<< /Title (\\000\\001\\033[31mRed\\177\\n\\n\\nTwo <script>) /Parent 1000 0 R "
            b"/Dest [12 0 R /Fit] >>",
        ],
    )),
    "a label as long as a book": lambda: (pdf(
        [sheet("Numbered.")], labels="0 << /S /D /P (" + "x" * 100_000 + ") >>"
    )),
    "a roman number in the billions": lambda: pdf([sheet("Roman.")], labels="0 << /S /r /St 2000000000 >>"),
    "a title without end": lambda: pdf([sheet("Titled.")], title="t" * 1_000_000),
    "an unknown lock": lambda: pdf([sheet("Locked.")], encrypted=True).replace(b"/Standard", b"/Unknown1"),
    "nothing but a head": lambda: b"%PDF-1.7\n%%EOF",
    "a head and noise": lambda: b"%PDF-1.7\n" + random.Random(1).randbytes(50_000) + b"\n%%EOF\n",
    "text with stray halves of letters": lambda: (pdf(
        [sheet("Half.")], objects=[b"<< /Title <FEFFD800D800DC00> >>"], title="\\330\\000"
    )),
}  # fmt: skip
ZIPS: dict[str, Callable[[], bytes]] = {
    "a zip bomb": lambda: packed({"word/document.xml": b" " * 40_000_000}),
    "a smaller zip bomb": lambda: packed({"word/document.xml": b" " * 15_000_000}),
    "entries that overlap": lambda: overlapping(200, 1_000_000),
    "twenty thousand entries": lambda: packed({f"word/{n}.xml": b"" for n in range(20_000)}),
    "a path that climbs": lambda: packed({"word/document.xml": b"x", "word/../../../etc/cron.d/x": b"x"}),
    "a path from the root": lambda: packed({"word/document.xml": b"x", "/etc/passwd": b"x"}),
    "a billion laughs": lambda: packed({"word/document.xml": LAUGHS}),
    "a file from outside": lambda: packed({"word/document.xml": OUTSIDE}),
    "a billion laughs in UTF-16": lambda: packed({"word/document.xml": LAUGHS.encode("utf-16")}),
    "deep nesting in Word": lambda: docx("<w:p>" * 100_000 + "</w:p>" * 100_000),
    "nesting just too deep": lambda: docx("<w:p>" * 240 + "<w:x>" * 12 + "</w:x>" * 12 + "</w:p>" * 240),
    "a book that names a file outside": lambda: (packed(
        {"META-INF/container.xml": '<c><rootfile full-path="../../etc/passwd"/></c>'}
    )),
    "deep nesting in a book": lambda: epub(["<div>" * 100_000 + "x" + "</div>" * 100_000]),
    "a book in a circle": lambda: epub(["<p>x</p>"], nav="<nav epub:type='page-list'><a href='nav.xhtml'>1</a></nav>"),
    "a zip inside a zip": lambda: packed({"inner.zip": packed({"word/document.xml": b"x"})}),
    "a directory that lies": lambda: docx(paragraph("x"))[:-12] + b"\xff" * 12,
}  # fmt: skip
TEXTS: dict[str, Callable[[], bytes]] = {
    "deep nesting in a web page": lambda: b"<html><body>" + b"<div>" * 200_000 + b"x",
    "a web page of open links": lambda: b"<html><body>" + b"<a href=x><b>" * 50_000 + b"x",
    "a web page of one attribute": lambda: b"<html><body><p class='" + b"x " * 500_000 + b"'>y</p>",
    "entities in a web page": lambda: b"<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><html><p>&a; x",
    "nested lists": lambda: b"<html><body>" + b"<ul><li>x" * 20_000,
    "a comment without end": lambda: b"<html><!--" + b"-" * 500_000,
    "brackets in Markdown": lambda: b"# x\n" + b"![" * 20_000,
    "quotes in Markdown": lambda: b"# x\n" + b">" * 20_000,
    "only form feeds": lambda: b"x" + b"\f" * 200_000 + b"x",
    "only accents": lambda: ("x" + "\u0301" * 500_000).encode(),
    "only hyphens": lambda: b"-\n" * 60_000,
    "short lines": lambda: b"x\n" * 60_000,
    "only spaces": lambda: b" " * 3_000_000 + b"x",
    "half of UTF-16": lambda: b"\xff\xfe\x00\xd8" * 9999,
}  # fmt: skip

CASES = {**PDFS, **ZIPS, **TEXTS}


@cache
def sound() -> list[bytes]:
    """Sound files of every kind, to be spoilt."""
    pages = [sheet(f"Leaf {n}.\nA sound page, with\na second line.", foot=str(n)) for n in range(4)]
    letters = "Снег сошёл. «Оттепель», 1954.\n\nNaïve façade, “quoted” – and so on.\n" * 20
    return [
        outline(pages, [(0, "Leaf 0.", 1), (1, "Chapter 1", 2), (1, "Chapter 2", 4)]),
        pdf([open_book(pages[0], pages[1]), open_book(pages[2], pages[3])], labels="0 << /S /r >>"),
        scanned(pdf(pages[:1]), dpi=40),
        docx(
            paragraph("Chapter 1", style="berschrift1") + paragraph("Sound.") * 20,
            title="A",
            pages=2,
        ),
        epub(
            ["<h1>One</h1><p>Sound.</p>", "<h2>Two</h2><p>And <i>well</i>.</p>"] * 3, ncx="<ncx/>"
        ),
        xhtml("<nav>x</nav><article><h1>Sound</h1><p>Well.</p></article>" * 9).encode(),
        letters.encode(),
        letters.encode("utf-16"),
        letters.encode("koi8-r", "replace"),
        ("\f".join(f"{n}\n\n{letters}" for n in range(41, 45))).encode(),
    ]


_NUMBER = re.compile(rb"\d{1,6}")


def mutated(seed: int) -> bytes:
    """A sound file with bytes changed, cut out, doubled, its end or its numbers lost: the same
    ones each time."""
    sources = sound()
    chance = random.Random(seed)
    data = bytearray(sources[seed % len(sources)])
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(data))
        match chance.randrange(6):
            case 0:
                data[at] = chance.randrange(256)
            case 1 if len(data) > 200:
                del data[at : at + chance.randint(1, 20)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 50)]
            case 3:  # a length, a reference, an offset
                number = _NUMBER.search(data, at)
                if number:
                    data[number.start() : number.end()] = b"%d" % chance.choice(
                        [0, 1, 2, 3, 65_535, 2**31 - 1, 2**32, 10**18, chance.randrange(1000)]
                    )
            case 4:
                data[at : at + 4] = chance.choice(
                    [b"\0\0\0\0", b"\xff\xff\xff\xff", b"<<>>", b"endobj"]
                )
            case 5 if chance.random() < 0.1 and len(data) > 200:
                del data[max(100, at) :]
    return bytes(data)
