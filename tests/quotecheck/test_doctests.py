"""What the library's own documentation shows is so."""

from __future__ import annotations

import doctest

import quotecheck


def test_the_examples_of_the_library_run() -> None:
    failed, tried = doctest.testmod(quotecheck)
    assert failed == 0
    assert tried >= 6
