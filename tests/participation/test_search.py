"""The search of a course and of all one's courses: who finds what, and how it is shown."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Pseudonym
from quaestio.readings.models import Page
from quaestio.search import index

pytestmark = pytest.mark.django_db


def page(who: Enrollment | None, course: Course | None = None, **asked: Any) -> str:
    path = f"/c/{course.public_id}/search" if course else "/search"
    answer = cast.sign_in(who).get(path, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def found(who: Enrollment | None, words: str, **asked: Any) -> list[str]:
    """What each result says, without its marks; in the person's own course."""
    course = asked.pop("course", None) or (who.course if who else None)
    tree = html.fromstring(page(who, course, q=words, **asked))
    return [entry.text_content() for entry in tree.findall('.//li[@class="entry"]')]


def finds(who: Enrollment | None, words: str, **asked: Any) -> bool:
    return bool(found(who, words, **asked))


# -- What is shown ------------------------------------------------------------------------------


def test_a_result_says_where_it_is_who_wrote_it_and_marks_the_words() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    post = cast.response(maya, cast.discussion(anna), "The price of butter &lt;rose&gt; again.")
    shown = page(anna, anna.course, q="BUTTER rose")
    assert f'href="/p/{post.public_id}/"' in shown
    assert "Was the muddle purposeful? · Response 1" in unescape(shown)
    assert "Maya Lindqvist" in shown
    assert "The price of <mark>butter</mark> &lt;<mark>rose</mark>&gt; again." in shown
    assert "1 post" in shown


def test_a_reply_is_named_by_both_numbers() -> None:
    anna = cast.instructor()
    response = cast.response(anna, cast.discussion(anna), "One.")
    cast.reply(anna, response, "Of butter.")
    assert "Reply 1.1" in found(anna, "butter")[0]


def test_a_discussion_is_found_by_its_title_its_context_and_its_questions() -> None:
    anna = cast.instructor()
    cast.discussion(anna, "The lamp", context="<p>The wick.</p>")
    for words in ("lamp", "wick", "planned", "lamp wick planned"):
        assert "The lamp" in found(anna, words)[0]
    assert "<mark>lamp</mark>" in page(anna, anna.course, q="lamp")


def test_a_page_of_a_reading_leads_to_the_marked_passage() -> None:
    anna = cast.instructor()
    reading = cast.reading(anna.course)
    cast.document(reading, "Nothing here.", "It was the queue for butter.")
    shown = page(anna, anna.course, q="butter")
    assert f'href="/r/{reading.public_id}/p/2?from=21&amp;to=27#passage"' in shown
    assert "p. 42" in shown
    assert '<mark id="passage"' in cast.sign_in(anna).get(
        f"/r/{reading.public_id}/p/2?from=21&to=27"
    ).content.decode().replace("<mark id=passage", '<mark id="passage"')


def overleaf(of: Course) -> Any:
    reading = cast.reading(of)
    cast.document(
        reading,
        "It was a queue like any other: nobody had brought a pencil, and the winter ended in a",
        "single afternoon, and nobody noticed it. The committee met above the post-",
        "office, where the secretary wrote with a burnt match.",
    )
    return reading


@pytest.mark.parametrize(
    ("words", "pages"),
    [
        ('"ended in a single afternoon"', [1]),
        ('"a single"', [1]),
        ('"IN A SINGLE AFTERNOON, and"', [1]),
        ('winter "ended in a single afternoon" pencil', [1]),
        (
            '"a queue like any other nobody had brought a pencil and the winter ended in a single"',
            [1],
        ),
        ('"above the postoffice where the secretary"', [2]),
        ("postoffice", [2]),
        ('"single afternoon"', [2]),
        ('"afternoon single"', []),
        ('"ended single"', []),
        ('"in a a single"', []),
        ("nobody", [1, 2]),
        ('nobody -"in a single afternoon"', [2]),
        ("office", [3]),
    ],
)
def test_words_that_run_over_the_end_of_a_page_are_found_on_it(
    words: str, pages: list[int]
) -> None:
    anna = cast.instructor()
    overleaf(anna.course)
    shown = html.fromstring(page(anna, anna.course, q=words, sort="new"))
    links = [link.get("href") for link in shown.iterfind('.//li[@class="entry"]//a[@href]')]
    assert sorted(int(link.split("/p/")[1].partition("?")[0]) for link in links) == pages


def test_such_words_are_marked_in_the_result_and_where_it_leads() -> None:
    anna = cast.instructor()
    reading = overleaf(anna.course)
    shown = page(anna, anna.course, q='"ended in a single afternoon"')
    assert "<mark>ended in a single afternoon</mark>, and nobody noticed it." in shown
    address = f"/r/{reading.public_id}/p/1?from=75&amp;to=16&amp;until=2#passage"
    assert f'href="{address}"' in shown
    client = cast.sign_in(anna)
    first = client.get(unescape(address)).content.decode()
    assert ">ended in a</mark>" in first
    assert "The passage continues on p. 42" in first


def test_the_footnotes_of_a_page_do_not_stand_between() -> None:
    anna = cast.instructor()
    reading = overleaf(anna.course)
    first = reading.documents.get().pages.get(number=1)
    first.notes_at = len(first.text) + 2
    first.text += "\n\n1. In the archive, file 12."
    first.save()
    index.put(list(Page.get_indexed_objects()))
    assert finds(anna, '"ended in a single afternoon"')
    assert not finds(anna, '"file 12 single"')


def test_a_page_without_pages_is_named_by_its_paragraphs() -> None:
    anna = cast.instructor()
    made = cast.document(cast.reading(anna.course), "Butter.")
    made.pages.update(kind="paragraph", label="1–9")
    assert "¶¶ 1–9" in found(anna, "butter")[0]


def test_from_one_course_the_same_words_can_be_looked_for_in_all() -> None:
    anna = cast.instructor()
    assert 'href="/search?q=butter+-x"' in page(anna, anna.course, q="butter -x", kind="posts")


def test_a_reading_that_was_taken_out_is_not_searched() -> None:
    from quaestio.readings.actions import remove_reading

    anna = cast.instructor()
    reading = cast.reading(anna.course)
    cast.document(reading, "Butter.")
    assert finds(anna, "butter")
    remove_reading(reading=reading)
    assert not finds(anna, "butter")


def test_newest_posts_come_first_and_the_rest_on_further_pages() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna)
    now = timezone.now()
    for number in range(1, 24):
        cast.response(
            anna, discussion, f"butter number{number}.", at=now - timedelta(hours=30 - number)
        )
    assert len(found(anna, "butter")) == 5
    assert "number23" in found(anna, "butter", sort="new")[0]
    assert "All 23 posts" in page(anna, anna.course, q="butter")
    assert len(found(anna, "butter", kind="posts")) == 20
    last = found(anna, "butter", kind="posts", page=2, sort="new")
    assert len(last) == 3
    assert "number1." in last[-1]
    for odd in ("0", "-1", "99", "x", "²", "9" * 30):
        assert found(anna, "butter", kind="posts", page=odd)


def test_what_is_most_about_the_words_comes_first_and_the_newest_on_demand() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna)
    hours = iter(range(9, 0, -1))

    def say(text: str) -> None:
        at = timezone.now() - timedelta(hours=next(hours))
        cast.response(anna, discussion, text, at=at)

    say("The price of butter rose, butter became rare, and butter was all they spoke of.")
    say("Much was said that year of housing, of the new kitchens and of butter among other things.")
    say("Butter: nothing but butter.")
    say("A last word on the squares, the crowds, the portraits, the trains, and on butter as well.")
    best = found(anna, "butter", kind="posts")
    assert {"spoke of" in one or "nothing but" in one for one in best[:2]} == {True}
    newest = found(anna, "butter", kind="posts", sort="new")
    assert ["as well" in newest[0], "nothing but" in newest[1]] == [True, True]
    assert sorted(best) == sorted(newest)
    shown = page(anna, anna.course, q="butter", kind="posts", sort="new", by="Anna")
    for way in ("sort=new", "kind=posts", "by=Anna"):
        assert way in shown
    assert 'name="sort" value="new"' in shown


def test_two_that_are_as_good_stand_with_the_newer_one_first() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna)
    for number in (1, 2, 3):
        at = timezone.now() - timedelta(hours=9 - number)
        cast.response(anna, discussion, f"Butter in {1955 + number}.", at=at)
    assert ["1958" in found(anna, "butter")[0], "1956" in found(anna, "butter")[2]] == [True, True]


def test_what_was_typed_stands_in_the_field_again() -> None:
    anna = cast.instructor()
    shown = page(anna, anna.course, q='"><script>alert(1)</script>', by="<b>", kind="posts")
    assert "<script>alert" not in shown
    assert 'value="&quot;&gt;&lt;script&gt;' in shown


def test_an_empty_search_says_what_can_be_found() -> None:
    anna = cast.instructor()
    assert "Finds words in discussions, posts and readings" in page(anna, anna.course)
    assert "Finds words" in page(anna)
    assert "There is no word in this" in page(anna, anna.course, q="?!")
    assert "only left out" in page(anna, anna.course, q="-butter")
    nothing = page(anna, anna.course, q="butter", by="Maya")
    assert "Nothing was found for “butter”" in nothing
    assert 'href="?q=butter"' in nothing


def test_one_search_goes_through_all_of_ones_courses_and_no_other() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    other = cast.instructor(name="Otto Holm")
    courses.join(by=maya.user, token=cast.invitation(other).token)
    third = cast.instructor(name="Tessa Third")
    for teacher in (anna, other, third):
        cast.response(teacher, cast.discussion(teacher), f"Butter of {teacher.byline}.")
    shown = page(maya, q="butter")
    assert "Butter</mark> of Anna Berg" in shown
    assert "Butter</mark> of Otto Holm" in shown
    assert "Tessa Third" not in shown
    assert other.course.title in shown


# -- Narrowing it down --------------------------------------------------------------------------


def test_a_search_can_be_narrowed_to_a_person_a_meeting_a_reading_a_kind() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    meeting = cast.meeting(anna.course)
    reading = cast.reading(anna.course)
    cast.document(reading, "Initially there was distress, outrage and confusion over butter.")
    cast.assigned(meeting, reading)
    first = cast.discussion(anna, "On butter", meeting=meeting)
    second = cast.discussion(anna, "More on butter")
    cast.response(maya, first, "Butter one.")
    cast.response(
        noah,
        second,
        "Butter two: “Initially there was distress, outrage and confusion” (Jones 41).",
    )
    assert len(found(anna, "butter")) == 5
    assert [one for one in found(anna, "butter", by="noah") if "two" in one]
    assert len(found(anna, "butter", by="NOAH weiss")) == 1
    assert len(found(anna, "butter", by="anna")) == 2
    assert len(found(anna, "butter", meeting=meeting.public_id)) == 3
    assert len(found(anna, "butter", reading=reading.public_id)) == 2
    assert len(found(anna, "butter", kind="readings")) == 1
    assert len(found(anna, "butter", kind="posts", by="maya", meeting=meeting.public_id)) == 1
    assert not finds(anna, "butter", meeting="unknown")
    assert not finds(anna, "butter", reading="unknown")
    assert len(found(anna, "butter", kind="unknown")) == 5


# -- Who finds what -----------------------------------------------------------------------------


def test_hidden_waiting_and_withdrawn_words_are_found_by_those_who_may_read_them() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna)
    actions.hide(post=cast.response(maya, discussion, "Hiddenword."), by=anna)
    actions.withdraw(post=cast.response(maya, discussion, "Withdrawnword."), by=maya)
    waiting = cast.student(anna.course, "Wanda Waits")
    courses.place(
        by=anna,
        enrollment=waiting,
        role=waiting.role,
        byline=waiting.byline,
        section=None,
        hold_posts=True,
    )
    cast.response(waiting, discussion, "Waitingword.")
    for word, who in {
        "hiddenword": [anna, maya],
        "withdrawnword": [maya],
        "waitingword": [anna, waiting],
    }.items():
        for person in (anna, maya, noah, waiting):
            assert finds(person, word) == (person in who), (word, person)
    assert "hidden" in found(anna, "hiddenword")[0]


def test_a_search_keeps_the_secret_of_post_first() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna, rules=Rules(post_first=True))
    cast.response(noah, discussion, "Butter was the point.")
    shown = page(maya, maya.course, q="butter")
    for secret in ("1 post", "Noah", "the point"):
        assert secret not in shown
    cast.response(maya, discussion)
    assert finds(maya, "butter")


def test_drafts_and_discussions_of_another_section_are_not_found() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    section = courses.make_section(course=anna.course, name="Monday")
    monday = cast.discussion(anna, "Butter on Monday", rules=Rules(section=section))
    cast.response(anna, monday, "Butter.")
    cast.discussion(anna, "Butter in a draft", open_now=False)
    assert len(found(anna, "butter")) == 3
    assert not finds(maya, "butter")
    courses.place(by=anna, enrollment=maya, role=maya.role, byline=maya.byline, section=section)
    assert len(found(maya, "butter")) == 2


def test_the_public_finds_posts_of_a_public_course_and_no_readings() -> None:
    anna = cast.instructor(cast.course(is_public=True))
    cast.document(cast.reading(anna.course), "Butter in a book.")
    cast.response(anna, cast.discussion(anna), "Butter in a post.")
    shown = found(None, "butter", course=anna.course)
    assert len(shown) == 1
    assert "in a post" in shown[0]
    assert "open to its members only" in page(None, anna.course, q="book")


def test_an_address_is_never_searched() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    cast.response(maya, cast.discussion(anna))
    assert maya.user is not None
    for asked in ({"words": maya.user.email}, {"words": "think", "by": maya.user.email}):
        assert not finds(anna, **asked)
        assert not finds(maya, **asked)


class Masked:
    """A discussion under made-up names, with a post by Maya."""

    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna, rules=Rules(pseudonyms=True))
        cast.response(self.maya, self.discussion, "Butter, I think.")
        self.name = Pseudonym.objects.get(person=self.maya).name


def test_a_name_does_not_find_what_was_written_under_a_made_up_one() -> None:
    scene = Masked()
    shown = found(scene.noah, "butter")[0]
    assert scene.name in shown
    assert "Maya" not in shown
    assert not finds(scene.noah, "butter", by="Maya")
    assert not finds(scene.noah, "Maya")
    assert finds(scene.noah, "butter", by=scene.name)
    assert finds(scene.anna, "butter", by="Maya")
    assert finds(scene.anna, "butter", by=scene.name)
    assert scene.name in found(scene.anna, "butter")[0]
    assert "Maya Lindqvist" in found(scene.anna, "butter")[0]


def test_nor_after_its_writer_became_an_assistant() -> None:
    scene = Masked()
    courses.place(
        by=scene.anna, enrollment=scene.maya, role=Role.ASSISTANT, byline="Maya L.", section=None
    )
    assert not finds(scene.noah, "butter", by="Maya")
    assert "Maya" not in found(scene.noah, "butter")[0]


def test_teachers_are_found_by_name_where_names_are_hidden() -> None:
    scene = Masked()
    cast.response(scene.anna, scene.discussion, "Butter, says a teacher.")
    assert len(found(scene.noah, "butter", by="Anna")) == 1


# -- What it costs ------------------------------------------------------------------------------


def count(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("kind", ["", "&kind=posts", "&kind=discussions", "&kind=readings"])
def test_a_search_costs_the_same_for_one_result_and_for_three(kind: str) -> None:
    anna = cast.instructor()

    def one_more() -> None:
        discussion = cast.discussion(anna, "Butter", rules=Rules(pseudonyms=True))
        cast.reply(anna, cast.response(cast.student(anna.course), discussion, "Butter"), "Butter.")
        cast.document(cast.reading(anna.course), "Butter.")

    one_more()
    client = cast.sign_in(anna)
    path = f"/c/{anna.course.public_id}/search?q=butter{kind}"
    count(client, path)
    once = count(client, path)
    one_more()
    one_more()
    assert count(client, path) == once <= 19


def test_a_whole_sentence_may_be_looked_for_as_it_stands() -> None:
    """An engine bears few brackets in one another, and words in a row may run over any turn."""
    anna = cast.instructor()
    words = [one + other for one in "bcdfghklmn" for other in "aeio"]
    cast.document(cast.reading(anna.course), " ".join(words[:30]), " ".join(words[30:]))
    assert finds(anna, f'"{" ".join(words)}"')
    assert not finds(anna, f'"{" ".join("abcdefghij" * 10)}"')


def test_whoever_is_in_very_many_courses_searches_them_all() -> None:
    anna = cast.instructor()
    for number in range(120):
        cast.course(f"Course {number}", by=anna.user)
    cast.document(cast.reading(anna.course), "Initially there was distress.")
    page = cast.sign_in(anna).get("/search", {"q": "distress"})
    assert "Initially there was" in page.content.decode()
