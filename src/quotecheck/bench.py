"""Answers quotations over a pipe, one JSON line each, so that a rig can measure the library."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .check import check_quotation
from .library import Library
from .types import Finding, PageMark, Placing, Reading, Wording

VERDICTS = {
    Wording.VERBATIM: "exact",
    Wording.EDITED: "faithful",
    Wording.ALTERED: "altered",
    Wording.NOT_FOUND: "not_found",
}
CITATIONS = {
    Placing.RIGHT: "ok",
    Placing.WRONG_PAGE: "wrong_page",
    Placing.WRONG_READING: "wrong_doc",
}


def main(arguments: list[str] | None = None) -> None:
    """Builds the index of a folder of texts if need be, then answers until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m quotecheck.bench", description=__doc__)
    parser.add_argument("--library", required=True, type=Path, help="folder with manifest.jsonl")
    parser.add_argument("--index", required=True, type=Path, help="folder for the index")
    chosen = parser.parse_args(arguments)
    library = Library.open(chosen.index)
    if not library.keys():
        fill(library, chosen.library)
    library.readings()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        # In one piece: ``print`` may write the end of the line by itself.
        sys.stdout.write(json.dumps(answer(json.loads(line), library)) + "\n")
        sys.stdout.flush()


def fill(library: Library, folder: Path) -> None:
    """Puts every text of the manifest into the library."""
    with (folder / "manifest.jsonl").open(encoding="utf-8") as manifest:
        for line in manifest:
            entry = json.loads(line)
            with (folder / entry["file"]).open(encoding="utf-8", newline="") as file:
                text = file.read()
            pages = tuple(PageMark(start, label) for start, label in entry["pages"])
            library.put(Reading(entry["doc"], text, entry["title"], entry["author"], pages=pages))


def answer(case: dict[str, Any], library: Library) -> dict[str, Any]:
    """What the rig wants to hear about one case."""
    cite = case.get("cite") or {}
    page = cite.get("page")
    finding = check_quotation(
        case["quote"],
        library,
        cited=cite.get("doc"),
        pages=(page,) if page is not None else (),
        unfinished=True,
    )
    return {"id": case["id"], **told(finding)}


def told(finding: Finding) -> dict[str, Any]:
    """A finding in the rig's words."""
    if finding.place is None or finding.wording is None:
        return {"verdict": "not_found"}
    reply: dict[str, Any] = {
        "verdict": VERDICTS[finding.wording],
        "doc": finding.place.reading,
        "spans": finding.place.spans,
        "changes": [
            {"quote": c.quote, "source": c.source} for c in finding.changes if c.op != "mark"
        ],
    }
    if finding.placing in CITATIONS:
        reply["citation"] = CITATIONS[finding.placing]
    return reply


if __name__ == "__main__":
    main()
