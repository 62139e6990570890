"""What people type, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quaestio.web.richtext import (
    Mark,
    annotate,
    clean,
    clean_rendered,
    count_words,
    flatten,
    from_plain,
    is_empty,
    to_plain,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    '<math><mtext><table><mglyph><style><img title="</style><img src onerror=alert(1)>">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    "<p onclick=alert(1) style='x:expression(alert(1))' id=main name=body class=main>x</p>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=//evil><input name=x><button formaction=javascript:alert(1)>",
    '<div class="notes"><aside class="note verdict">fake</aside></div>',
    '<a class="quote verbatim" href="/r/x">fake verdict</a>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>x</script>",
    "<base href=//evil><meta http-equiv=refresh content=0;url=//evil><link rel=stylesheet href=x>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_that_runs_gets_through(source: str) -> None:
    for made in (clean(source), from_plain(source), annotate(clean(source), [], [])):
        for word in ("<script", "<img", "<svg", "<math", "<iframe", "<form", "<style", "<base"):
            assert word not in made.lower()
        live = made.lower().replace("&lt;", "").split("<")
        assert not any("javascript:" in tag.split(">")[0] for tag in live[1:])
        assert not any(" on" in tag.split(">")[0] for tag in live[1:])


@pytest.mark.parametrize("source", HOSTILE)
def test_a_writer_cannot_fake_a_verdict(source: str) -> None:
    assert "class=" not in clean(source)
    assert "id=" not in clean(source)


@given(st.text(max_size=300))
def test_cleaning_is_the_last_word(text: str) -> None:
    for made in (clean(text), from_plain(text)):
        assert clean(made) == made
        rendered = annotate(made, [], [])
        assert clean_rendered(rendered) == rendered


@given(st.lists(st.text(alphabet="ab *_[]<>&\\#-1.\u00e9", min_size=1, max_size=30), max_size=5))
def test_what_is_typed_can_be_typed_again(lines: list[str]) -> None:
    """Opening a post in the plain text field and saving it unchanged changes nothing."""
    once = from_plain("\n\n".join(lines))
    again = from_plain(to_plain(once))
    assert flatten(again).text == flatten(once).text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("He *said* so.", "He said so."),
        ("> a block\n> quotation", "a block\nquotation"),
        ("- one\n- two", "one\n\ntwo"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("# no heading", "# no heading"),
        ("snake_case_name and 2*3*4", "snake_case_name and 234"),
        ("<b>bold</b>", "<b>bold</b>"),
    ],
)
def test_plain_text_reads_as_it_was_typed(typed: str, shown: str) -> None:
    assert flatten(from_plain(typed)).text == shown


def test_block_quotations_are_known_by_their_place() -> None:
    flat = flatten(from_plain("Before.\n\n> The words\n> themselves.\n\nAfter."))
    assert [flat.text[start:end] for start, end in flat.block_quotes] == ["The words\nthemselves."]


def test_a_mark_is_set_over_the_words_it_belongs_to() -> None:
    source = clean("<p>He <em>wrote “so it</em> was” (3).</p><p>Then.</p>")
    text = flatten(source).text
    start, end = text.index("“"), text.index("”") + 1
    html = annotate(
        source, [Mark(start, end, "quote altered", "/r/x")], ["<div class=note>N</div>"]
    )
    assert '<em>wrote <a class="quote altered" href="/r/x"' in html
    assert html.count('<div class="note">') == 1
    assert html.index("note") < html.index("Then.")
    assert flatten(clean(html)).text.replace("\n\nN", "") == text


@given(st.data())
def test_marking_never_changes_the_words(data: st.DataObject) -> None:
    source = from_plain(
        "One *two* three.\n\n> four **five** six\n\n- seven [eight](/x) nine\n- ten"
    )
    text = flatten(source).text
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    html = annotate(source, [Mark(start, end, "quote edited", "/r/x")], [""])
    assert "".join(flatten(html).text.split()) == "".join(text.split())


@pytest.mark.parametrize("source", ["", "<p></p>", "<p> \u00a0</p>", "<p>\u200b\ufeff</p>", "<br>"])
def test_nothing_readable_is_empty(source: str) -> None:
    assert is_empty(source)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two", 2),
        ("the party’s don't", 3),
        ("well-known", 1),
        ("讨论问题", 4),
        ("да и нет", 3),
    ],
)
def test_words_are_counted_as_a_reader_counts(text: str, words: int) -> None:
    assert count_words(text) == words


def test_absurd_nesting_keeps_the_words_and_drops_the_nesting() -> None:
    made = clean("<blockquote>" * 5000 + "<p>deep &amp; &lt;b&gt;</p>")
    assert flatten(made).text == "deep & <b>"
    assert len(made) < 100
