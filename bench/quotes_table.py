"""Prints what the runs of bench/quotes.sh have measured as one table.

python bench/quotes_table.py RIG OUT
"""

from __future__ import annotations

import os
import platform
import sys
from datetime import date
from pathlib import Path
from typing import Any

NAMES = {
    "quotecheck": "quotecheck",
    "scan": "plain scan (`str.find`)",
    "fts5-phrase": "SQLite FTS5, phrase",
    "fts5-ranking": "SQLite FTS5 ranking + RapidFuzz",
    "rapidfuzz": "RapidFuzz over every text",
    "edlib": "edlib over every text",
    "quid": "Quid (told the reading)",
}


def main() -> None:
    rig, out = Path(sys.argv[1]), Path(sys.argv[2])
    sys.path.insert(0, str(rig))
    from quotebench.score import load, quantile, score

    gold, _ = load(str(out / "dev" / "gold.jsonl"))
    print(f"{date.today():%d %B %Y}, {os.cpu_count()} cores, {platform.machine()}, ", end="")
    print(f"Python {platform.python_version()}\n")
    print("| | cases | right (mean of the classes) | altered passed | absent found | ", end="")
    print("median | p99 | index | disk |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, title in NAMES.items():
        path = out / f"{name}.jsonl"
        if path.exists():
            pred, run = load(str(path))
            rows = score(gold, pred, True)
            print(row(title, rows, pred, run, quantile))


def row(
    title: str, rows: dict[str, Any], pred: dict[str, Any], run: dict[str, Any], quantile: Any
) -> str:
    times = [p["ms"] for p in pred.values() if "ms" in p]
    told = [rows[c]["verdicts"] for c in rows if c.startswith("misquote")]
    asked = sum(sum(v.values()) for v in told)
    passed = sum(v.get("exact", 0) + v.get("faithful", 0) for v in told) / max(1, asked)
    absent = [rows[c] for c in ("absent", "absent_short", "real_absent") if c in rows]
    wrong = sum(r["false_positive_rate"] * r["n"] for r in absent) / max(
        1, sum(r["n"] for r in absent)
    )
    cells = [
        title,
        str(len(pred)),
        f"{rows['MACRO']['right']:.3f}",
        f"{passed:.1%}",
        f"{wrong:.1%}",
        f"{quantile(times, 0.5):.2f} ms" if times else "–",
        f"{quantile(times, 0.99):.1f} ms" if times else "–",
        f"{run['index_s']:.0f} s" if "index_s" in run else "–",
        f"{run['index_disk_mb']:.0f} MB" if "index_disk_mb" in run else "–",
    ]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
