"""Checks quotations against the texts they come from.

    >>> from quotecheck import Library, Post, Reading   # doctest: +SKIP

Read ``check.py`` first.
"""
