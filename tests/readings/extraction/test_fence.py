"""The fence itself: each limit holds, and what the child may not do it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from quaestio.readings.extraction import Limits, Refused, extract
from quaestio.readings.extraction.types import MEGABYTE

WORDS = b"word " * 1_000_000


def code_of_refusal(path: Path, limits: Limits) -> str:
    with pytest.raises(Refused) as caught:
        extract(path, limits=limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (WORDS, Limits(wall_seconds=0.001), "too_slow"),
        (b"a-\n" * 2_000_000, Limits(cpu_seconds=1), "too_slow"),
        (WORDS, Limits(output_bytes=100_000), "too_big_inside"),
        (WORDS * 10, Limits(memory_bytes=96 * MEGABYTE), "too_big_inside"),
        (WORDS, Limits(characters=1_000_000), "too_big_inside"),
        (WORDS, Limits(file_bytes=MEGABYTE), "too_large"),
    ],
    ids=["clock", "processor", "output", "memory", "characters", "size"],
)
def test_each_limit_holds(tmp_path: Path, data: bytes, limits: Limits, code: str) -> None:
    path = tmp_path / "upload.bin"
    path.write_bytes(data)
    assert code_of_refusal(path, limits) == code


def test_a_file_that_has_gone_is_refused_like_any_other(tmp_path: Path) -> None:
    assert code_of_refusal(tmp_path / "gone", Limits()) == "damaged"


def test_a_folder_is_refused_like_any_other(tmp_path: Path) -> None:
    assert code_of_refusal(tmp_path, Limits()) == "damaged"


def test_without_its_powers_the_child_writes_no_file(tmp_path: Path) -> None:
    target = tmp_path / "written"
    code = (
        "from quaestio.readings.extraction.child import give_up_powers\n"
        "from quaestio.readings.extraction import Limits\n"
        "give_up_powers(Limits())\n"
        f"open({str(target)!r}, 'wb', buffering=0).write(b'x')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "File too large" in ended.stderr
    assert target.read_bytes() == b""


def test_a_refusal_shows_its_sentence_and_keeps_its_template(tmp_path: Path) -> None:
    path = tmp_path / "upload.bin"
    path.write_bytes(WORDS)
    with pytest.raises(Refused, match="This file is 5 MB; a file may have up to 2 MB") as caught:
        extract(path, limits=Limits(file_bytes=2 * MEGABYTE))
    assert "%(limit)d" in caught.value.sentence.template
