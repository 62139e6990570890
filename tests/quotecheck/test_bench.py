"""The program that a measuring rig drives."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_it_answers_line_by_line_and_remembers_its_index(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    (folder / "texts").mkdir(parents=True)
    text = "The wheel of the mill had not turned since spring.\nNobody missed its noise."
    (folder / "texts/mill.txt").write_text(text, encoding="utf-8")
    entry = {"doc": "mill", "file": "texts/mill.txt", "title": "The Mill", "author": "Brook"}
    entry |= {"pages": [[0, "1"], [51, "2"]]}
    (folder / "manifest.jsonl").write_text(json.dumps(entry) + "\n", encoding="utf-8")
    cases = [
        {"id": "a", "quote": "Nobody missed its noise", "cite": {"doc": "mill", "page": "2"}},
        {"id": "b", "quote": "had turned since spring", "cite": {"doc": "mill", "page": "2"}},
        {"id": "c", "quote": "the lighthouse was painted green", "cite": None},
        {"id": "d", "quote": "The wheel … had not turned since spr", "cite": None},
    ]
    command = [sys.executable, "-m", "quotecheck.bench", "--library", str(folder)]
    command += ["--index", str(tmp_path / "index")]
    for _ in range(2):
        asked = "".join(json.dumps(case) + "\n" for case in cases)
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
        ready, *answers = map(json.loads, done.stdout.splitlines())
        assert ready == {"ready": True}
        assert [(a["id"], a["verdict"]) for a in answers] == [
            ("a", "exact"),
            ("b", "altered"),
            ("c", "not_found"),
            ("d", "faithful"),
        ]
        assert answers[0] | {"doc": "mill", "spans": [[51, 74]], "citation": "ok"} == answers[0]
        assert answers[1]["citation"] == "wrong_page"
        assert answers[1]["changes"] == [{"quote": [3, 3], "source": [26, 29]}]
