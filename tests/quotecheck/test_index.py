"""The library on disk: stored once, shared by processes, never trusted when damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from quotecheck import IndexDamaged, Library, PageMark, Reading, check_quotation, index
from quotecheck.types import Verdict
from tests.quotecheck import shelf

MILL = Reading(
    "mill",
    "The wheel of the mill had not turned since spring.\fNobody in the valley missed its noise.",
    "The Mill",
    "Ada Brook",
    "1921",
    (PageMark(0, "i"), PageMark(51, "ii")),
    ("Brook's Mill",),
)
QUOTED = "had not turned since spring"


def only_file(folder: Path) -> Path:
    (path,) = folder.glob("*.reading")
    return path


def test_a_reading_comes_back_as_it_was_put_in(tmp_path: Path) -> None:
    Library.open(tmp_path).put(MILL)
    found = Library.open(tmp_path).reading("mill")
    assert found.text() == MILL.text
    assert found.pages == MILL.pages
    assert (found.title, found.author, found.year) == ("The Mill", "Ada Brook", "1921")
    assert found.info.aliases == ("Brook's Mill",)


def test_putting_the_same_again_touches_nothing(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    assert library.put(MILL) is True
    before = only_file(tmp_path).stat()
    assert library.put(MILL) is False
    after = only_file(tmp_path).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_new_reading_leaves_the_others_alone(tmp_path: Path) -> None:
    library, _ = shelf.filled(tmp_path, readings=2, count=200)
    before = {path: path.stat() for path in tmp_path.glob("*.reading")}
    library.put(MILL)
    assert {path: path.stat() for path in before} == before
    assert len(library.keys()) == 3


def test_what_is_put_changed_and_removed_is_seen_at_once(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    watching = Library.open(tmp_path)
    assert check_quotation(QUOTED, watching).verdict is Verdict.NOT_FOUND
    library.put(MILL)
    assert check_quotation(QUOTED, watching).verdict is Verdict.VERBATIM
    library.put(Reading("mill", "Another text that has nothing in common with it."))
    assert check_quotation(QUOTED, watching).verdict is Verdict.NOT_FOUND
    library.remove("mill")
    assert watching.keys() == ()
    library.remove("mill")


def test_another_process_sees_the_same(tmp_path: Path) -> None:
    Library.open(tmp_path).put(MILL)
    code = (
        "import sys; from quotecheck import Library, check_quotation;"
        "print(check_quotation(sys.argv[2], Library.open(sys.argv[1])).verdict.value)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), QUOTED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "verbatim\n"


def test_any_name_will_do_for_a_key(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    keys = ["../../etc/passwd", "a/b", "", "käse\u0000", "\ud800", "x" * 60]
    for key in keys:
        library.put(Reading(key, MILL.text))
    assert set(library.keys()) == set(keys)
    assert all(path.parent == tmp_path for path in tmp_path.rglob("*.reading"))


def test_a_reading_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Library.open(tmp_path).reading("mill")


def test_a_file_cut_off_anywhere_never_gives_a_wrong_verdict(tmp_path: Path) -> None:
    Library.open(tmp_path).put(MILL)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    for size in range(0, len(whole), 37):
        path.write_bytes(whole[:size])
        library = Library.open(tmp_path)
        finding = check_quotation(QUOTED, library)
        assert finding.verdict is Verdict.NOT_FOUND or finding.place is not None
        if library.broken():
            assert finding.unsearched == ("mill",)
            with pytest.raises(IndexDamaged):
                library.reading("mill")
        else:
            assert finding.verdict is Verdict.VERBATIM


def test_a_flipped_byte_is_repaired_or_refused(tmp_path: Path) -> None:
    Library.open(tmp_path).put(MILL)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    repaired = refused = 0
    for at in range(0, len(whole), 41):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        library = Library.open(tmp_path)
        finding = check_quotation(QUOTED, library)
        if library.broken():
            refused += 1
            assert finding.verdict is Verdict.NOT_FOUND
        else:
            repaired += 1
            assert finding.verdict is Verdict.VERBATIM
            assert library.reading("mill").text() == MILL.text
    assert repaired
    assert refused


def test_a_lost_reading_is_whole_again_when_it_is_put_anew(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    library.put(MILL)
    path = only_file(tmp_path)
    path.write_bytes(b"quotechk and then nothing of use")
    assert library.put(MILL) is True
    assert check_quotation(QUOTED, library).verdict is Verdict.VERBATIM


def test_an_index_of_another_version_is_built_anew_from_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(index, "VERSION", index.VERSION - 1)
        Library.open(tmp_path).put(MILL)
    before = only_file(tmp_path).read_bytes()
    assert check_quotation(QUOTED, Library.open(tmp_path)).verdict is Verdict.VERBATIM
    assert only_file(tmp_path).read_bytes() != before


def test_a_writer_that_dies_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(tmp_path)
    library.put(MILL)

    def fail(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(index.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        library.put(Reading("mill", "A new text."))
    assert [path.suffix for path in tmp_path.iterdir()] == [".reading"]
    assert check_quotation(QUOTED, library).verdict is Verdict.VERBATIM


def test_words_and_text_agree_wherever_one_looks(tmp_path: Path) -> None:
    library, texts = shelf.filled(tmp_path, readings=2, count=900)
    for key, text in texts.items():
        reading = library.reading(key)
        whole = reading.words(0, reading.word_count)
        assert len(whole) == reading.word_count
        for start in range(0, reading.word_count - 20, 53):
            assert reading.words(start, start + 20) == whole[start : start + 20]
            span = reading.span(start, start + 20)
            assert span == (whole[start].start, whole[start + 19].end)
            assert reading.text(*span) == text[slice(*span)]


def test_a_stretch_read_as_it_is_asked_for_has_the_same_words(tmp_path: Path) -> None:
    library, _ = shelf.filled(tmp_path, readings=1, count=900)
    reading = library.reading("book0")
    wanted = reading.words(100, 160)
    stretch = reading.stretch(100, 160)
    assert stretch[30:37] == wanted[30:37]
    assert [stretch[0], stretch[-1]] == [wanted[0], wanted[-1]]
    assert list(stretch) == wanted
    assert stretch.folds() == [word.fold for word in wanted]
    assert list(stretch.part(10, 20)) == wanted[10:20]


def test_memory_given_back_is_filled_again(tmp_path: Path) -> None:
    library, _ = shelf.filled(tmp_path, readings=1, count=300)
    reading = library.reading("book0")
    before = reading.words(0, 50)
    reading.trim()
    assert reading.words(0, 50) == before
    assert reading.damaged() == []
