"""The command line: real files in, report and exit code out."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quotecheck.cli import main
from quotecheck.files import Unreadable
from quotecheck.types import PageMark, Reading
from tests.quotecheck.wordfile import word_file

JONES = (
    "The party was shaken. It met the news with distress, outrage and confusion for weeks.\n"
    "\fLater the party learned its lesson about dissent, and did not forget it.\n"
)
EVTUSHENKO = "I was carried along by the whirlpool of the crowd, and I could not breathe.\n"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    readings = tmp_path / "readings"
    readings.mkdir()
    (readings / "Jones - Myth, Memory, Trauma (2013).txt").write_text(JONES, encoding="utf-8")
    (readings / "Yevgeny Yevtushenko - A Precocious Autobiography.txt").write_text(
        EVTUSHENKO, encoding="utf-8"
    )
    return readings


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(text: str, *options: str, name: str = "post.txt") -> tuple[int, str, str]:
        post = folder.parent / name
        post.write_text(text, encoding="utf-8")
        code = main([str(post), "--readings", str(folder), *options])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def verdicts(out: str) -> list[tuple[str, str]]:
    found = json.loads(out)["posts"][0]["findings"]
    return [(each["quotation"]["text"], each["verdict"]) for each in found]


def test_a_post_that_quotes_rightly_is_clean(run: Run) -> None:
    code, out, err = run("They felt “distress, outrage and confusion” (Jones 1).")
    assert (code, err) == (0, "")
    assert "verbatim" in out
    assert "1 quotation: 1 verbatim." in out


def test_a_changed_word_is_wrong(run: Run) -> None:
    code, out, _ = run("They felt “distress, delight and confusion” (Jones 1).")
    assert code == 2
    assert "altered" in out


def test_a_wrong_page_is_wrong_and_the_right_one_is_told(run: Run) -> None:
    code, out, _ = run("They felt “distress, outrage and confusion” (Jones 2).")
    assert code == 2
    assert "misplaced" in out
    assert "Jones 1" in out


def test_what_stands_nowhere_is_doubtful(run: Run) -> None:
    code, out, _ = run("He said “nobody in the whole country knew what to think” (Jones 1).")
    assert code == 1
    assert "not found" in out


def test_terms_are_left_in_peace_unless_asked_for(run: Run) -> None:
    text = "The “Secret Speech” began the “thaw” and a “great idea” of his."
    code, out, _ = run(text)
    assert (code, "thaw" in out, "No quotations" in out) == (0, False, True)
    assert "thaw" in run(text, "--all")[1]


def test_somebody_merely_named_may_be_quoted_from_another_reading(run: Run) -> None:
    text = "Yevtushenko said that “the party learned its lesson about dissent” at last."
    code, out, _ = run(text, "--format", "json")
    assert code == 0
    assert verdicts(out) == [("the party learned its lesson about dissent", "verbatim")]


def test_a_bracket_that_names_another_reading_is_wrong(run: Run) -> None:
    text = "For “the party learned its lesson about dissent” (Yevtushenko) is true."
    code, out, _ = run(text, "--format", "json")
    assert code == 2
    assert verdicts(out) == [("the party learned its lesson about dissent", "elsewhere")]


def test_a_citation_that_fits_several_readings_is_settled_by_the_words(
    run: Run, folder: Path
) -> None:
    more = "The winter was long. Nobody in the whole village believed the news of it.\n"
    (folder / "Jones - Red Spring (2001).txt").write_text(f"One.\n\f{more}", encoding="utf-8")

    def placing(text: str) -> tuple[int, str]:
        code, out, _ = run(text, "--format", "json")
        return code, json.loads(out)["posts"][0]["findings"][0]["placing"]

    assert placing("“Nobody in the whole village believed the news” (Jones 2).") == (0, "right")
    assert placing("“Nobody in the whole village believed the news” (Jones 1).") == (0, "uncited")
    assert placing("“Nobody in the whole universe has ever been here” (Jones 1).") == (1, "uncited")
    assert placing("“Nobody in the whole universe has ever been here” (Ray 1).") == (
        1,
        "unknown_work",
    )
    assert placing("“Nobody in the whole universe has ever been here” (ibid.).") == (1, "uncited")


def test_a_citation_that_names_no_reading_or_several_is_told_of(run: Run, folder: Path) -> None:
    code, out, _ = run("They felt “distress, outrage and confusion” (Haldane 1).")
    assert code == 0
    assert "is none of the readings" in " ".join(out.split())
    (folder / "Jones - Red Spring (2001).txt").write_text("Spring was red.", encoding="utf-8")
    code, out, _ = run("They felt “distress, outrage and confusion” (Jones 300).")
    assert code == 0
    assert "may mean several readings: Myth, Memory, Trauma; Red Spring." in " ".join(out.split())


def test_html_markdown_and_word_posts_are_read(run: Run, folder: Path) -> None:
    page = (
        "<!doctype html><title>x</title><nav>“a b c d e f g”</nav><p>They felt &ldquo;distress, "
        "<em>outrage</em> and confusion&rdquo; (Jones&nbsp;1).<script>“no no no no no”</script>"
        "<blockquote>Later the party learned its lesson</blockquote><p><q>whirlpool of the "
        "crowd</q> (Yevtushenko)"
    )
    notes = (
        "# A post\n\nThey felt “distress, *outrage* and confusion” ([Jones](http://x.org) 1).\n\n"
        "> Later the party learned its lesson\n\n```\nprint(“a b c d e f”)\n```\n\n“whirlpool of "
        "the crowd” (Yevtushenko)"
    )
    expected = [
        ("distress, outrage and confusion", "verbatim"),
        ("Later the party learned its lesson", "verbatim"),
        ("whirlpool of the crowd", "verbatim"),
    ]
    assert verdicts(run(page, "--format", "json", name="post.html")[1]) == expected
    assert verdicts(run(notes, "--format", "json", name="post.md")[1]) == expected
    document = folder.parent / "post.docx"
    document.write_bytes(
        word_file(
            "They felt “distress, outrage and confusion” (Jones 1).",
            ("Quote", "Later the party learned its lesson"),
            "“whirlpool of the crowd” (Yevtushenko)",
        )
    )
    assert main([str(document), "--readings", str(folder)]) == 0


def test_line_numbers_are_those_of_the_file(run: Run) -> None:
    text = "# One\r\n\r\nTwo\r\n\r\nThey felt “distress, *delight* and confusion” (Jones 1)."
    _, out, _ = run(text, "--format", "sarif", name="post.md")
    region = json.loads(out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (5, 11)


def test_sarif_names_rule_level_and_place(run: Run) -> None:
    _, out, _ = run("They felt “distress, delight and confusion” (Jones 1).", "--format", "sarif")
    sarif = json.loads(out)
    assert sarif["version"] == "2.1.0"
    result = sarif["runs"][0]["results"][0]
    assert (result["ruleId"], result["level"]) == ("altered", "error")
    rules = {rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]}
    assert result["ruleId"] in rules


def test_markdown_tells_the_same_and_cannot_be_steered(run: Run) -> None:
    text = "They felt “distress, outrage | <b>and confusion” (Jones 1)."
    _, out, _ = run(text, "--format", "markdown")
    row = next(line for line in out.splitlines() if "distress" in line)
    assert row.replace("\\|", "").count("|") == 6
    assert "<b>" not in row.replace("\\<", "")


def test_nothing_a_post_holds_steers_the_terminal(run: Run) -> None:
    _, out, _ = run("They felt “distress, \x1b[31mdelight\u202e and confusion” (Jones 1).")
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_colours_are_for_terminals_and_not_for_those_who_would_rather_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = folder.parent / "post.txt"
    post.write_text("They felt “distress, outrage and confusion” (Jones 1).", encoding="utf-8")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for no_color, coloured in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", no_color)
        screen, progress = Terminal(), Terminal()
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.setattr(sys, "stderr", progress)
        assert main([str(post), "--readings", str(folder)]) == 0
        assert ("\x1b[32m" in screen.getvalue()) is coloured
        assert "Reading 2 of 2" in progress.getvalue()


def test_the_first_printed_page_can_be_told(run: Run, folder: Path) -> None:
    text = "They felt “distress, outrage and confusion” (Jones 42)."
    assert run(text)[0] == 2
    assert run(text, "--first-page", "42")[0] == 0
    text = "It “learned its lesson about dissent” (Jones x)."
    assert run(text, "--first-page", "ix")[0] == 0


def test_readings_json_says_what_file_names_do_not(run: Run, folder: Path) -> None:
    (folder / "scan-07.txt").write_text("A wholly different book of seven words.", encoding="utf-8")
    text = "It is “a wholly different book of seven words” (Смирнов 7)."
    assert run(text)[0] == 0  # found, but the citation names a work that is not known
    described = [{"file": "scan-07.txt", "author": "Ivan Smirnov", "aliases": ["Seven Words"]}]
    (folder / "readings.json").write_text(json.dumps(described), encoding="utf-8")
    code, out, _ = run(text, "--format", "json")
    citation = json.loads(out)["posts"][0]["findings"][0]["quotation"]["citation"]
    readings = json.loads(out)["readings"]
    assert code == 0
    assert readings[citation["reading"]]["file"] == "scan-07.txt"


def test_a_file_beside_a_reading_describes_it(run: Run, folder: Path) -> None:
    (folder / "scan-07.txt").write_text("A wholly different book.\fof seven words.", "utf-8")
    beside = {"author": "Ivan Smirnov", "title": "Seven Words", "first_page": "90"}
    (folder / "scan-07.json").write_text(json.dumps(beside), encoding="utf-8")
    _, out, _ = run("“a wholly different book” (Smirnov 90)", "--format", "json")
    found = json.loads(out)["posts"][0]["findings"][0]
    assert (found["verdict"], list(found["place"]["pages"])) == ("verbatim", ["90"])


def test_a_folder_is_indexed_once_and_changes_are_noticed(run: Run, folder: Path) -> None:
    text = "They felt “distress, outrage and confusion” (Jones 1)."
    run(text)
    remembered = folder / ".quotecheck" / "files.json"
    index = folder / ".quotecheck" / "index"
    before = {path.name: path.stat().st_mtime_ns for path in index.iterdir() if path.is_file()}
    known = json.loads(remembered.read_text(encoding="utf-8"))
    run(text)
    assert {
        path.name: path.stat().st_mtime_ns for path in index.iterdir() if path.is_file()
    } == before
    assert json.loads(remembered.read_text(encoding="utf-8")) == known
    jones = folder / "Jones - Myth, Memory, Trauma (2013).txt"
    jones.write_text(JONES.replace("outrage", "courage"), encoding="utf-8")
    assert run(text)[0] == 2
    jones.unlink()
    assert run(text)[0] == 1


def test_a_damaged_memory_or_index_is_built_anew(run: Run, folder: Path) -> None:
    text = "They felt “distress, outrage and confusion” (Jones 1)."
    run(text)
    cache = folder / ".quotecheck"
    (cache / "files.json").write_text("{", encoding="utf-8")
    assert run(text)[0] == 0
    for path in (cache / "index").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:40])
    assert run(text)[0] == 0


def test_the_index_can_be_kept_elsewhere(run: Run, folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "kept"
    code, _, _ = run("“the whirlpool of the crowd” (Yevtushenko)", "--cache", str(cache))
    assert code == 0
    assert cache.is_dir()
    assert not (folder / ".quotecheck").exists()


def test_a_reading_that_cannot_be_read_is_told_and_does_not_stop_the_rest(
    run: Run, folder: Path
) -> None:
    (folder / "scan.docx").write_bytes(b"no Word file at all")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    code, _, err = run("They felt “distress, outrage and confusion” (Jones 1).")
    assert code == 0
    assert "scan.docx: This Word file is damaged" in err
    assert "picture.txt: This is a picture, not text." in err
    code, _, err = run("Smith wrote “nobody knew what to think in those days” (Smith 3).")
    assert "picture.txt" in err  # told each time, though remembered
    assert code == 1


def test_loaders_of_the_caller_come_first(folder: Path, capsys: Any) -> None:
    (folder / "book.pdf").write_bytes(b"%PDF-1.7 not really")
    (folder / "bad.xyz").write_bytes(b"?")

    def load(path: Path) -> Reading:
        return Reading("", "The sealed train left at night.", pages=(PageMark(0, "7"),))

    def refuse(path: Path) -> Reading:
        raise Unreadable("It is sealed.")

    post = folder.parent / "post.txt"
    post.write_text("“The sealed train left at night” (p. 7)", encoding="utf-8")
    code = main(
        [str(post), "--readings", str(folder)], loaders={".pdf": load, ".xyz": refuse}, prog="x"
    )
    err = capsys.readouterr().err
    assert code == 0
    assert "bad.xyz: It is sealed." in err


def test_a_pdf_is_read_where_its_reader_is_installed(run: Run, folder: Path) -> None:
    pytest.importorskip("pypdfium2")
    (folder / "Smirnov - Night Train.pdf").write_bytes(
        small_pdf("The sealed train left.", "It came.")
    )
    code, _, err = run("“The sealed train left” (Smirnov 1) and “it came” (Smirnov 2).")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda post: None, "No such file"),
        (lambda post: post.write_bytes(b""), "The file is empty."),
        (lambda post: post.write_bytes(b" \n "), "The file is empty."),
        (lambda post: post.write_bytes(b"%PDF-1.4 x"), "This is a PDF, not text."),
        (lambda post: post.write_bytes(bytes(range(32)) * 9), "not text"),
        (lambda post: post.mkdir(), "directory"),
    ],
)
def test_a_post_that_cannot_be_read_ends_in_a_sentence(
    folder: Path, capsys: Any, make: Callable[[Path], None], sentence: str
) -> None:
    post = folder.parent / "post.txt"
    make(post)
    assert main([str(post), "--readings", str(folder)]) == 3
    _, err = capsys.readouterr()
    assert sentence in err
    assert "Traceback" not in err


def test_a_bad_post_does_not_hide_the_good_ones(folder: Path, capsys: Any) -> None:
    good = folder.parent / "good.txt"
    good.write_text("They felt “distress, outrage and confusion” (Jones 1).", encoding="utf-8")
    assert main(["nowhere.txt", str(good), "--readings", str(folder)]) == 3
    out, err = capsys.readouterr()
    assert "1 verbatim" in out
    assert "nowhere.txt" in err


@pytest.mark.parametrize(
    ("readings", "sentence"),
    [
        (None, "There is no folder"),
        ({}, "There are no readings in"),
        ({"a.txt": "x y", "readings.json": "{"}, "is not sound JSON"),
        ({"a.txt": "x y", "readings.json": "[1]"}, "must describe each reading"),
        ({"a.txt": "x y", "readings.json": '[{"title": "x"}]'}, "has no “file”"),
        ({"a.txt": "x y", "readings.json": "3"}, "must be a list"),
        ({"a.txt": "x y", "a.json": '{"aliases": 3}'}, "must be a list"),
    ],
)
def test_readings_that_cannot_be_used_end_in_a_sentence(
    tmp_path: Path, capsys: Any, readings: dict[str, str] | None, sentence: str
) -> None:
    folder = tmp_path / "readings"
    if readings is not None:
        folder.mkdir()
        for name, content in readings.items():
            (folder / name).write_text(content, encoding="utf-8")
    post = tmp_path / "post.txt"
    post.write_text("“a b”", encoding="utf-8")
    assert main([str(post), "--readings", str(folder)]) == 3
    assert sentence in capsys.readouterr().err


def test_a_wrong_option_is_no_wrong_quotation(capsys: Any) -> None:
    assert main(["post.txt"]) == 3
    assert main(["post.txt", "--readings", "x", "--first-page", "twelve"]) == 3
    assert "“twelve” is no page number" in capsys.readouterr().err


def test_help_tells_the_exit_codes_under_the_name_it_was_called_by(capsys: Any) -> None:
    assert main(["--help"], prog="quaestio check") == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: quaestio check")
    assert all(
        f"\n           {code}  " in out or f"exit code  {code}  " in out for code in range(4)
    )


def test_standard_input_is_a_post(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    text = "They felt “distress, outrage and confusion” (Jones 1)."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-16"))))
    assert main(["-", "--readings", str(folder)]) == 0
    assert "1 verbatim" in capsys.readouterr().out


def small_pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    count = len(pages)
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {4 + 2 * number} 0 R "
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> "
            ">> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return body + (tail + f"startxref\n{len(body)}\n%%EOF\n").encode()
