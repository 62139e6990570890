"""What every engine inside the database promises; the tests run on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quaestio.discussions import actions
from quaestio.discussions.models import Post
from quaestio.readings.extraction import ExtractedPage
from quaestio.search import index
from quaestio.search.index import matching, scores
from quaestio.search.words import wanted
from tests.support import cast

pytestmark = pytest.mark.django_db

TEXTS = {
    "plain": "The price of butter rose in the kitchen.",
    "inflected": "Nobody thawed; the thaws came later.",
    "accents": "Élan, café, naïveté.",
    "german": "Die Straße war grün, die Wörter schön.",
    "russian": "Оттепель пришла: Ёлка стояла в углу.",
    "greek": "Ὁ λόγος τοῦ Σωκράτους.",
    "chinese": "夜晚的銀河鐵道很美。",
    "japanese": "カタカナとひらがな",
    "thai": "ภาษาไทยไม่มีช่องว่าง",
    "arabic": "الكتاب على الطاولة",
    "hindi": "हिन्दी में लिखा",
    "emoji": "A 🦊 fox, and a zero\u200bwidth space.",
    "hostile": 'Robert\'); DROP TABLE posts;-- 100% "quoted" \\ back* ^slash NEAR(a b)',
}
FOUND = {
    "butter": {"plain"},
    "BUTTER kitchen": {"plain"},
    "but": {"plain"},
    "utter": set(),
    "inc": set(),
    "incourse": set(),
    '"price of butter"': {"plain"},
    '"butter of price"': set(),
    '"butt"': set(),
    "butter -kitchen": set(),
    "butter -cellar": {"plain"},
    'the -"in the kitchen" -thaws': set(),
    "thaw": {"inflected"},
    "elan CAFE": {"accents"},
    "naïvete": {"accents"},
    "strasse": {"german"},
    "Worter": {"german"},
    "оттепель": {"russian"},
    "елка": {"russian"},
    "λόγος": {"greek"},
    "ΣΩΚΡΑΤΟΥΣ": {"greek"},
    "銀河": {"chinese"},
    "河鐵": {"chinese"},
    "鐵河": set(),
    "ひらがな": {"japanese"},
    "ไทย": {"thai"},
    "الكتاب": {"arabic"},
    "हिन्दी": {"hindi"},
    "fox": {"emoji"},
    "drop table": {"hostile"},
    "100": {"hostile"},
    "near": {"hostile"},
    "in": {"plain"},
    "🦊": set(),
    "%": set(),
    "": set(),
}


@pytest.fixture
def posts(db: None) -> dict[str, Post]:
    anna = cast.instructor()
    discussion = cast.discussion(anna, "Nothing of it here", context="", questions=[])
    return {name: cast.response(anna, discussion, text) for name, text in TEXTS.items()}


def found(typed: str, post: Post) -> set[Post]:
    course = post.discussion.course
    return set(matching(Post.objects.all(), wanted(typed), [course.public_id]))


@pytest.mark.parametrize("typed", FOUND)
def test_what_is_found(typed: str, posts: dict[str, Post]) -> None:
    names = {post.pk: name for name, post in posts.items()}
    assert {names[post.pk] for post in found(typed, posts["plain"])} == FOUND[typed]


@pytest.mark.parametrize("typed", [one for one in FOUND if FOUND[one]])
def test_what_is_found_is_put_in_order(typed: str, posts: dict[str, Post]) -> None:
    course = posts["plain"].discussion.course.public_id
    weighed = scores(Post.objects.all(), wanted(typed), [course])
    there = set(weighed)
    assert {posts[name].pk for name in FOUND[typed]} <= there
    assert scores(Post.objects.all(), wanted(typed), ["another"]) == {}
    assert scores(Post.objects.all(), wanted(typed), []) == {}


def test_any_sign_may_be_typed(posts: dict[str, Post]) -> None:
    for typed in TEXTS.values():
        found(typed, posts["plain"])
        found(f'"{typed}', posts["plain"])
        found(f"butter -{typed}", posts["plain"])
        scores(Post.objects.all(), wanted(f"butter {typed}"), ["one", "two"])
    for code in (*range(1, 0x250), 0xFFFD, 0x1F98A):
        found(f"b{chr(code)} {chr(code)}b {chr(code)}", posts["plain"])


def test_another_course_is_not_looked_into(posts: dict[str, Post]) -> None:
    away = cast.instructor()
    there = cast.response(away, cast.discussion(away), TEXTS["plain"])
    assert found("butter", posts["plain"]) == {posts["plain"]}
    assert found("butter", there) == {there}
    both = [posts["plain"].discussion.course.public_id, there.discussion.course.public_id]
    assert set(matching(Post.objects.all(), wanted("butter"), both)) == {posts["plain"], there}
    assert not matching(Post.objects.all(), wanted("butter"), [])


def test_nobody_reaches_another_course_by_its_word_in_the_index(posts: dict[str, Post]) -> None:
    word = index.course_word(posts["plain"].discussion.course.public_id)
    away = cast.instructor()
    there = cast.response(away, cast.discussion(away))
    assert found(word, there) == set()


def test_rows_that_are_not_asked_for_are_not_found(posts: dict[str, Post]) -> None:
    course = posts["plain"].discussion.course.public_id
    others = Post.objects.exclude(pk=posts["plain"].pk)
    assert not matching(others, wanted("butter"), [course])


def test_what_was_edited_is_found_by_its_new_words_alone(posts: dict[str, Post]) -> None:
    post = posts["plain"]
    actions.edit_post(post=post, by=post.author, source="<p>Margarine.</p>", version=1)
    assert found("margarine", post) == {post}
    assert found("butter", post) == set()


def test_what_is_deleted_is_not_found(posts: dict[str, Post]) -> None:
    course = posts["plain"].discussion.course.public_id
    posts["plain"].delete()
    assert not matching(Post.objects.all(), wanted("butter"), [course])


def test_what_was_not_posted_in_the_end_is_not_found(posts: dict[str, Post]) -> None:
    post = posts["plain"]
    with pytest.raises(actions.EditConflict):
        actions.edit_post(post=post, by=post.author, source="<p>Margarine.</p>", version=7)
    assert found("margarine", post) == set()
    assert found("butter", post) == {post}


def test_a_post_of_ten_thousand_words_is_found_by_its_last() -> None:
    anna = cast.instructor()
    text = " ".join(f"word{number}" for number in range(10_000)) + " finis"
    post = cast.response(anna, cast.discussion(anna), text)
    assert found("finis", post) == {post}
    assert found('"word9999 finis"', post) == {post}


def test_a_word_without_an_end_breaks_nothing() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna), "x" * 5000 + " end " + "\u0663" * 3000)
    assert found("x" * 200, post) == {post}
    assert found("end", post) == {post}


def test_the_index_can_be_made_anew(posts: dict[str, Post]) -> None:
    from modelsearch.models import IndexEntry

    anna = posts["plain"].author
    cast.document(cast.reading(anna.course), "A page on butter.", "Another.")
    before = IndexEntry.objects.count()
    IndexEntry.objects.all().delete()
    assert found("butter", posts["plain"]) == set()
    made = dict(index.rebuild())
    assert made == {"posts": len(TEXTS), "discussions": 1, "pages": 2}
    assert IndexEntry.objects.count() == before
    assert found("butter", posts["plain"]) == {posts["plain"]}


def test_putting_many_rows_takes_one_query_for_two_hundred(posts: dict[str, Post]) -> None:
    rows = list(Post.get_indexed_objects())
    with CaptureQueriesContext(connection) as one:
        index.put(rows[:1])
    with CaptureQueriesContext(connection) as all_of_them:
        index.put(rows)
    assert len(one) == len(all_of_them)
    assert len([query for query in one if "INSERT" in str(query["sql"])]) == 1


# -- Readings -----------------------------------------------------------------------------------


def test_a_better_file_takes_the_place_of_the_first_in_the_index() -> None:
    from modelsearch.models import IndexEntry

    from quaestio.readings.actions import keep_pages, use_document
    from quaestio.readings.extraction import Extracted
    from quaestio.readings.models import Document, Page

    anna = cast.instructor()
    reading = cast.reading(anna.course)
    first = cast.document(reading, "A page on butter.")
    better = Document.objects.create(reading=reading, name="better.txt", size=1)
    keep_pages(
        better,
        Extracted("text/plain", "", "", pages=(ExtractedPage(1, "1", "On margarine."),)),
    )
    here = [anna.course.public_id]
    assert not matching(Page.objects.all(), wanted("butter"), here)
    assert len(matching(Page.objects.all(), wanted("margarine"), here)) == 1
    assert IndexEntry.objects.count() == 1
    first.refresh_from_db()
    use_document(document=first)
    assert len(matching(Page.objects.all(), wanted("butter"), here)) == 1
    assert not matching(Page.objects.all(), wanted("margarine"), here)
