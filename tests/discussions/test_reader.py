"""The reader: a page with those who quote it, and what can be done with words on it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions.drafts import LONGEST_DRAFT
from quaestio.discussions.forms import source_of
from quaestio.discussions.models import Discussion, Draft
from quaestio.discussions.quoting import citation_of, put_into_draft, quotation_html
from quaestio.readings.models import Bookmark, Page, Passage, Reading
from quaestio.readings.passages import Place
from quaestio.web.richtext import flatten

pytestmark = pytest.mark.django_db

FIRST = (
    "Initially there was distress, outrage and confusion among the members.\n\n"
    "Nobody had planned the silence that followed it; it grew by itself."
)
SECOND = "The hall was heated; the speech was not printed in any newspaper of the country."


class Seminar:
    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.course: Course = self.anna.course
        self.maya = cast.student(self.course)
        self.reading: Reading = cast.reading(self.course)
        cast.document(self.reading, FIRST, SECOND)
        self.discussion: Discussion = cast.discussion(self.anna)
        self.client = cast.sign_in(self.maya)

    def address(self, what: str = "", page: int = 1) -> str:
        return f"/r/{self.reading.public_id}/p/{page}{what}"

    def page(self, who: Enrollment | None = None, query: str = "") -> str:
        client = cast.sign_in(who) if who else self.client
        answer = client.get(self.address() + query)
        assert answer.status_code == 200
        return answer.content.decode()


@pytest.fixture
def s() -> Seminar:
    return Seminar()


def span(words: str, text: str = FIRST) -> dict[str, str]:
    start = text.index(words)
    return {"from": str(start), "to": str(start + len(words)), "words": words}


def quote(s: Seminar, words: str, target: str, client: Client | None = None) -> str:
    fields = {**span(words), "target": target}
    answer = (client or s.client).post(s.address("/quote"), fields)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


# -- The margin ---------------------------------------------------------------------------------


def test_a_passage_says_who_quotes_it(s: Seminar) -> None:
    cast.response(s.maya, s.discussion, "“distress, outrage and confusion” (Jones 41)")
    page = s.page(s.anna)
    assert '<span class="quoted">distress, outrage and confusion</span>' in page
    margin = page.split('class="notes"')[1].split("</aside>")[0]
    assert "Maya Lindqvist" in margin
    assert page.index('class="notes"') < page.index("Nobody had planned")  # beside its paragraph


def test_quotations_that_overlap_are_one_passage(s: Seminar) -> None:
    chance = cast.student(s.course, "Chance Robbins")
    cast.response(s.maya, s.discussion, "“there was distress, outrage and confusion” (Jones 41)")
    cast.response(chance, s.discussion, "“outrage and confusion among the members” (Jones 41)")
    page = s.page()
    assert page.count('class="note"') == 1
    assert "Maya Lindqvist" in page
    assert "Chance Robbins" in page


def test_many_posts_on_one_passage_fold_and_are_counted(s: Seminar) -> None:
    for number in range(5):
        someone = cast.student(s.course, f"Student {number}")
        cast.response(someone, s.discussion, "“distress, outrage and confusion” (Jones 41)")
    page = s.page()
    assert "5 posts" in page
    assert "Who quotes it" in page
    assert "quoted often" in page


def test_a_post_that_is_not_for_this_reader_quotes_nothing(s: Seminar) -> None:
    post = cast.response(s.maya, s.discussion, "“distress, outrage and confusion” (Jones 41)")
    actions.hide(post=post, by=post.discussion.author)
    noah = cast.student(s.course, "Noah Weiss")
    for page in (s.page(noah), cast.sign_in(noah).get(f"/r/{s.reading.public_id}/").content):
        assert "Maya Lindqvist" not in str(page)
        assert "quoted often" not in str(page)
    assert (
        "Nobody has quoted from it yet"
        in cast.sign_in(noah).get(f"/r/{s.reading.public_id}/").content.decode()
    )


def test_names_that_a_discussion_hides_are_hidden_in_the_margin_too(s: Seminar) -> None:
    masked = cast.discussion(s.anna, "Whose words?", rules=actions.Rules(pseudonyms=True))
    cast.response(s.maya, masked, "“distress, outrage and confusion” (Jones 41)")
    noah = cast.student(s.course, "Noah Weiss")
    page = s.page(noah)
    assert "quoted" in page
    assert "Maya" not in page
    assert "Maya Lindqvist (" in s.page(s.anna)


def test_what_one_is_not_to_read_before_answering_quotes_nothing(s: Seminar) -> None:
    first = cast.discussion(s.anna, "Think first", rules=actions.Rules(post_first=True))
    cast.response(s.maya, first, "“distress, outrage and confusion” (Jones 41)")
    noah = cast.student(s.course, "Noah Weiss")
    overview = f"/r/{s.reading.public_id}/"
    assert "Maya Lindqvist" not in s.page(noah)
    assert "1 post quotes it" not in cast.sign_in(noah).get(overview).content.decode()
    cast.response(noah, first, "I think so too, for my part.")
    assert "Maya Lindqvist" in s.page(noah)
    assert "1 post quotes it" in cast.sign_in(noah).get(overview).content.decode()


def test_a_file_without_pages_is_cited_by_its_paragraphs(s: Seminar) -> None:
    Page.objects.update(kind="paragraph", label="1–2", paragraphs=[1, 2])
    page = Page.objects.get(number=1)
    second = page.text.index("the silence")
    assert citation_of(s.reading, Place(page, 0, 9)) == "(Jones ¶ 1)"
    assert citation_of(s.reading, Place(page, 0, second + 5)) == "(Jones ¶¶ 1–2)"


def test_who_quotes_a_page_costs_the_same_for_one_and_for_many(s: Seminar) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            s.page()
        return len(queries)

    cast.response(s.maya, s.discussion, "“distress, outrage and confusion” (Jones 41)")
    s.page()
    once = cost()
    for name in ("Noah Weiss", "Chance Robbins"):
        someone = cast.student(s.course, name)
        cast.response(someone, s.discussion, "“the silence that followed it” (Jones 41)")
    assert cost() == once


# -- Where the class looked ---------------------------------------------------------------------


def test_a_reading_shows_where_the_class_looked(s: Seminar) -> None:
    cast.response(s.maya, s.discussion, "“distress, outrage and confusion” (Jones 41)")
    cast.response(s.anna, s.discussion, "“the silence that followed it” (Jones 41)")
    cast.response(s.anna, s.discussion, "“not printed in any newspaper” (Jones 42)")
    shown = s.client.get(f"/r/{s.reading.public_id}/").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert "3 posts quote it, by 2 people, from 2 of 2 pages." in text
    assert "p. 41 2 posts p. 42 1 post" in text
    assert shown.count('class="bar"') == 2


def test_a_post_that_quotes_a_page_twice_counts_once(s: Seminar) -> None:
    cast.response(
        s.maya,
        s.discussion,
        "“distress, outrage and confusion” and “the silence that followed it” (Jones 41)",
    )
    shown = s.client.get(f"/r/{s.reading.public_id}/").content.decode()
    assert "1 post quotes it," in shown


# -- Quote this ---------------------------------------------------------------------------------


def test_words_go_into_the_response_with_their_citation(s: Seminar) -> None:
    where = quote(s, "distress, outrage and confusion", f"respond:{s.discussion.public_id}")
    assert where == f"/d/{s.discussion.public_id}/#body-help"
    draft = Draft.objects.get()
    assert draft.person == s.maya
    assert draft.fields["body"] == "<p>“distress, outrage and confusion” (Jones 41)</p>"
    shown = s.client.get(f"/d/{s.discussion.public_id}/").content.decode()
    assert "“distress, outrage and confusion” (Jones 41)" in shown


@pytest.mark.parametrize("format_", ["text", "html"])
def test_nothing_that_was_written_is_lost(s: Seminar, format_: str) -> None:
    target = f"respond:{s.discussion.public_id}"
    body = "I think 2 * 2 is *four*." if format_ == "text" else "<p>I think so.</p>"
    fields = {"body": body, "format": format_, "answers": ["1"], "position-1": "2"}
    before = actions.save_draft(person=s.maya, target=target, fields=fields, version=0)
    quote(s, "distress, outrage and confusion", target)
    draft = Draft.objects.get()
    assert draft.version == before.version + 1
    assert draft.fields["body"].startswith(body)
    assert draft.fields["answers"] == ["1"]
    assert draft.fields["position-1"] == "2"
    assert "“distress, outrage and confusion” (Jones 41)" in (
        flatten(source_of(draft.fields["body"], format_)).text
    )


def test_a_text_open_elsewhere_is_not_written_over_by_an_older_one(s: Seminar) -> None:
    target = f"respond:{s.discussion.public_id}"
    begun = {"body": "Begun.", "format": "text"}
    old = actions.save_draft(person=s.maya, target=target, fields=begun, version=0)
    quote(s, "distress, outrage and confusion", target)
    with pytest.raises(actions.EditConflict):
        actions.save_draft(
            person=s.maya, target=target, fields={"body": "Typed on."}, version=old.version
        )
    assert "distress" in Draft.objects.get().fields["body"]


def test_the_discussion_one_came_from_is_the_one_it_goes_into(s: Seminar) -> None:
    other = cast.discussion(s.anna, "Another question")
    assert "You are asked which response" in s.page()
    came = {"HTTP_REFERER": f"http://testserver/d/{other.public_id}/"}
    page = s.client.get(s.address(), **came).content.decode()
    assert f'value="respond:{other.public_id}"' in page
    page = s.client.get(s.address(page=2)).content.decode()  # and a page on, too
    assert f'value="respond:{other.public_id}"' in page


def test_where_several_are_open_it_is_asked(s: Seminar) -> None:
    other = cast.discussion(s.anna, "Another question")
    answer = s.client.post(s.address("/quote"), {**span("the silence"), "target": ""})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert not Draft.objects.exists()
    for one in (s.discussion, other):
        assert f'value="respond:{one.public_id}"' in shown


def test_what_is_discussed_with_this_reading_stands_first_among_them(s: Seminar) -> None:
    meeting = cast.meeting(s.course)
    cast.assigned(meeting, s.reading)
    with_it = cast.discussion(s.anna, "With it", meeting=meeting)
    also = cast.discussion(s.anna, "Also with it", meeting=meeting)
    newest = cast.discussion(s.anna, "On something else")
    shown = s.client.get(s.address("/quote")).content.decode()
    offered = re.findall(r'name="target" value="respond:(\w+)"( checked)?', shown)
    assert [one for one, _checked in offered[:2]] == [also.public_id, with_it.public_id]
    assert offered[0][1] and newest.public_id in dict(offered[2:])


def test_what_was_closed_meanwhile_is_said_to_be_and_the_words_stay(s: Seminar) -> None:
    actions.close_discussion(discussion=s.discussion, by=s.anna)
    fields = {**span("the silence"), "target": f"respond:{s.discussion.public_id}"}
    shown = s.client.post(s.address("/quote"), fields).content.decode()
    assert "That is not open any more." in shown
    assert "the silence</textarea>" in shown


def test_a_reply_that_was_begun_can_be_added_to(s: Seminar) -> None:
    post = cast.response(s.anna, s.discussion)
    target = f"reply:{post.public_id}"
    actions.save_draft(person=s.maya, target=target, fields={"body": "But"}, version=0)
    assert quote(s, "the silence", target) == f"/p/{post.public_id}/reply#body-help"
    assert "the silence" in Draft.objects.get().fields["body"]


@pytest.mark.parametrize("words", ["distress, outrage and great confusion", "", "   "])
def test_words_that_do_not_stand_on_the_page_are_not_quoted(s: Seminar, words: str) -> None:
    fields = {"words": words, "target": f"respond:{s.discussion.public_id}"}
    answer = s.client.post(s.address("/quote"), fields)
    assert answer.status_code == 422
    assert not Draft.objects.exists()
    assert words.strip() in answer.content.decode()


def test_a_page_can_be_cut_down_by_hand(s: Seminar) -> None:
    page = s.client.get(s.address("/quote")).content.decode()
    assert "it grew by itself." in page
    fields = {
        "words": "Nobody  had planned\nthe silence",
        "target": f"respond:{s.discussion.public_id}",
    }
    assert s.client.post(s.address("/quote"), fields).status_code == 302
    assert (
        Draft.objects.get().fields["body"] == "<p>“Nobody had planned the silence” (Jones 41)</p>"
    )


def test_what_is_put_into_a_draft_is_found_verbatim_on_its_page(s: Seminar) -> None:
    for words in ("distress, outrage and confusion", FIRST):
        quote(s, words, f"respond:{s.discussion.public_id}")
    source = Draft.objects.get().fields["body"]
    post = actions.respond(by=s.maya, discussion=s.discussion, source=source)
    found = list(post.quotations.values_list("verdict", "page_label"))
    assert found == [("verbatim", "41"), ("verbatim", "41")]


def test_long_words_are_set_off_and_verses_keep_their_lines() -> None:
    verse = "The trumpet of a prophecy! O Wind,\nIf Winter comes, can Spring be far behind?"
    assert quotation_html(verse, "(Shelley 69)") == (
        "<blockquote><p>The trumpet of a prophecy! O Wind,<br>"
        "If Winter comes, can Spring be far behind? (Shelley 69)</p></blockquote>"
    )
    assert (
        quotation_html("<b> & “so” he said", "(X)") == "<p>“&lt;b&gt; &amp; ‘so’ he said” (X)</p>"
    )


STYLES = {
    "mla": ("(Jones 41)", "(Jones, <em>The Myth of the Short Course</em>, 41)", "(Jones ¶ 1)"),
    "chicago": (
        "(Jones 2006, 41)",
        "(Jones 2006, <em>The Myth of the Short Course</em>, 41)",
        "(Jones 2006, ¶ 1)",
    ),
    "chicago-notes": (
        "(Jones 41)",
        "(Jones, <em>The Myth of the Short Course</em>, 41)",
        "(Jones ¶ 1)",
    ),
    "apa": (
        "(Jones, 2006, p. 41)",
        "(Jones, 2006, <em>The Myth of the Short Course</em>, p. 41)",
        "(Jones, 2006, para. 1)",
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_it_is_cited_in_the_style_of_the_course(s: Seminar, style: str) -> None:
    s.reading.year, s.reading.course.citation_style = "2006", style
    s.reading.save()
    place = Place(Page.objects.get(number=1), 0, 9)
    plain, among_namesakes, by_paragraph = STYLES[style]
    assert citation_of(s.reading, place) == plain
    other = cast.reading(s.course, "Another book", year="2006")
    assert citation_of(s.reading, place) == among_namesakes
    other.year = "2012"
    other.save()
    assert citation_of(s.reading, place) == (
        "(Jones 2006, 41)" if style in {"mla", "chicago-notes"} else plain
    )
    other.delete()
    place.page.kind, place.page.paragraphs = "paragraph", [1, 2]
    assert citation_of(s.reading, place) == by_paragraph
    s.reading.author = ""
    title = "<em>The Myth of the Short Course</em>"
    assert title in citation_of(s.reading, place)


@pytest.mark.parametrize("style", STYLES)
def test_the_check_reads_what_is_cited_so(s: Seminar, style: str) -> None:
    Course.objects.update(citation_style=style)
    Reading.objects.update(year="2006")
    quote(s, "distress, outrage and confusion", f"respond:{s.discussion.public_id}")
    source = Draft.objects.get().fields["body"]
    found = actions.respond(by=s.maya, discussion=s.discussion, source=source).quotations.get()
    assert (found.verdict, found.page_label, bool(found.citation)) == ("verbatim", "41", True)


def test_a_draft_that_would_be_too_long_stays_as_it_is(s: Seminar) -> None:
    target = f"respond:{s.discussion.public_id}"
    full = {"body": "x" * (LONGEST_DRAFT - 10), "format": "text"}
    actions.save_draft(person=s.maya, target=target, fields=full, version=0)
    with pytest.raises(actions.PostRefused):
        put_into_draft(person=s.maya, target=target, addition="<p>Some more words</p>")
    assert Draft.objects.get().fields == full


# -- Ask about this -----------------------------------------------------------------------------


def test_words_become_the_context_of_a_question(s: Seminar) -> None:
    meeting = cast.meeting(s.course)
    cast.assigned(meeting, s.reading)
    client = cast.sign_in(s.anna)
    answer = client.post(s.address("/ask"), span("the silence that followed it"))
    assert answer["Location"] == f"/c/{s.course.public_id}/ask"
    page = client.get(answer["Location"]).content.decode()
    assert "“the silence that followed it” (Jones 41)" in page
    assert f'value="{meeting.pk}" selected' in page


def test_only_those_who_may_pose_are_offered_it(s: Seminar) -> None:
    assert "Ask about this" not in s.page()
    assert "Ask about this" in s.page(s.anna)
    assert s.client.post(s.address("/ask"), span("the silence")).status_code == 403


# -- Where one stopped --------------------------------------------------------------------------


def test_the_place_is_remembered_and_gone_back_to(s: Seminar) -> None:
    s.client.get(s.address(page=2))
    assert "Go on reading at 42" in s.client.get(f"/r/{s.reading.public_id}/").content.decode()
    assert "go on at 42" in s.client.get(f"/c/{s.course.public_id}/readings/").content.decode()
    answer = s.client.get(f"/r/{s.reading.public_id}/on")
    assert answer["Location"] == s.address(page=2)


def test_where_there_are_no_pages_the_paragraphs_are_named(s: Seminar) -> None:
    Page.objects.update(kind="paragraph", paragraphs=[1, 2])
    Page.objects.filter(number=2).update(label="3–4", paragraphs=[3, 4])
    s.client.get(s.address(page=2))
    assert "Go on reading at ¶¶ 3–4" in s.client.get(f"/r/{s.reading.public_id}/").content.decode()
    assert s.client.get(f"/r/{s.reading.public_id}/on")["Location"] == s.address(page=2)


def test_following_a_link_to_a_passage_does_not_move_the_bookmark(s: Seminar) -> None:
    s.client.get(s.address(page=2))
    s.client.get(s.address() + "?from=0&to=9")
    assert Bookmark.objects.get().page_number == 2


def test_a_bookmark_goes_by_the_printed_number_when_the_file_is_replaced(s: Seminar) -> None:
    s.client.get(s.address(page=2))
    s.reading.documents.update(is_current=False)
    cast.document(s.reading, "Title page", FIRST, SECOND, first_label=40)
    answer = s.client.get(f"/r/{s.reading.public_id}/on")
    assert answer["Location"] == s.address(page=3)


def test_an_observer_reads_and_links_and_is_offered_nothing_else(s: Seminar) -> None:
    page = s.page(cast.observer(s.course))
    assert "Link to this" in page
    for not_offered in ("Quote this", "Quote from this page", "Ask about this"):
        assert not_offered not in page


@pytest.mark.parametrize("address", ["/r/{reading}/", "/c/{course}/readings/"])
def test_lists_cost_the_same_for_one_row_and_for_three(s: Seminar, address: str) -> None:
    client = cast.sign_in(s.anna)
    url = address.format(reading=s.reading.public_id, course=s.course.public_id)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    def another(name: str) -> None:
        someone = cast.student(s.course, name)
        text = "“distress, outrage and confusion” (Jones 41), otherwise (Dobson 2009, 12)."
        cast.response(someone, s.discussion, text.replace("Dobson", name.split()[0]))
        cast.document(cast.reading(s.course, f"A book by {name}", author=name))
        linked = cast.passage(s.anna, s.reading)
        linked.orphaned_at = linked.made_at
        linked.save()

    another("Noah Weiss")
    client.get(url)
    once = cost()
    another("Chance Robbins")
    another("Danielle Price")
    assert cost() == once


# -- Several pages at once ----------------------------------------------------------------------


def test_pages_in_a_row_can_be_read_and_printed(s: Seminar) -> None:
    meeting = cast.meeting(s.course)
    cast.assigned(meeting, s.reading, "41–42")
    assert 'value="42" required' in s.client.get(f"/r/{s.reading.public_id}/").content.decode()
    page = s.client.get(f"/r/{s.reading.public_id}/pages?from=42&to=41").content.decode()
    assert page.index("Initially there was distress") < page.index("The hall was heated")
    answer = s.client.get(f"/r/{s.reading.public_id}/pages?from=41&to=99", follow=True)
    assert "No page is numbered “99”" in answer.content.decode()


def test_an_end_alone_is_one_page_and_none_at_all_is_told_how_to_give_it(s: Seminar) -> None:
    there = f"/r/{s.reading.public_id}"
    page = s.client.get(f"{there}/pages?from=42&to=").content.decode()
    assert "The hall was heated" in page
    assert "Initially there was distress" not in page
    answer = s.client.get(f"{there}/pages", follow=True)
    assert "give the first and the last" in answer.content.decode()
    answer = s.client.get(f"{there}/go?label=", follow=True)
    assert "Give the number that is printed on it." in answer.content.decode()


# -- A link to a passage ------------------------------------------------------------------------


def linked(s: Seminar, words: str = "the silence that followed it") -> Passage:
    answer = s.client.post(s.address("/link"), span(words))
    assert answer.status_code == 302
    return Passage.objects.latest("pk")


def followed(s: Seminar, passage: Passage) -> str:
    return s.client.get(f"/passage/{passage.public_id}", follow=True).content.decode()


def test_a_passage_has_an_address_that_marks_it(s: Seminar) -> None:
    passage = linked(s)
    page = followed(s, passage)
    assert '<mark id="passage">the silence that followed it</mark>' in page
    assert f"/passage/{passage.public_id}" in page
    assert linked(s) == passage


def replace(s: Seminar, *texts: str, first_label: int = 41) -> None:
    s.reading.documents.update(is_current=False)
    cast.document(s.reading, *texts, first_label=first_label)


def test_the_address_survives_a_better_scan(s: Seminar) -> None:
    passage = linked(s)
    replace(s, "A title page", "Preface.", FIRST.replace("Nobody", "No body"), SECOND)
    page = followed(s, passage)
    assert '<mark id="passage">the silence that followed it</mark>' in page
    assert "This link was made to the words" not in page
    passage.refresh_from_db()
    assert passage.page_number == 3


def test_words_that_a_better_scan_corrects_are_found_and_said_to_differ(s: Seminar) -> None:
    replace(s, FIRST.replace("silence", "si1ence"), SECOND)
    s.client.post(s.address("/link"), {"words": "Nobody had planned the si1ence that followed it"})
    passage = Passage.objects.get()
    replace(s, "A title page", FIRST, SECOND)
    page = followed(s, passage)
    assert '<mark id="passage">Nobody had planned the silence that followed it' in page
    assert "This link was made to the words" in page


def test_words_that_are_gone_leave_an_orphan_that_says_what_they_were(s: Seminar) -> None:
    passage = linked(s)
    replace(s, "Another book altogether.", "With nothing in it of what was there.")
    answer = s.client.get(f"/passage/{passage.public_id}")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "the silence that followed it" in page
    assert "not in the file now in use" in page
    passage.refresh_from_db()
    assert passage.orphaned_at is not None
    assert "lost their passage" in (
        cast.sign_in(s.anna).get(f"/r/{s.reading.public_id}/").content.decode()
    )
    assert "lost their passage" not in s.client.get(f"/r/{s.reading.public_id}/").content.decode()
    replace(s, FIRST, SECOND)
    assert '<mark id="passage">the silence that followed it</mark>' in followed(s, passage)


def test_common_words_are_not_moved_to_another_place(s: Seminar) -> None:
    passage = linked(s, "it")
    replace(s, "Here it stands alone.", "There are other things, and it is one of them.")
    s.client.get(f"/passage/{passage.public_id}")
    passage.refresh_from_db()
    assert passage.orphaned_at is not None


def test_of_two_places_the_one_among_the_same_words_is_meant(s: Seminar) -> None:
    passage = linked(s, "the silence")
    replace(s, "He kept the silence of the grave and the silence of the archive.", FIRST)
    followed(s, passage)
    passage.refresh_from_db()
    assert (passage.page_number, passage.orphaned_at) == (2, None)


# -- Words that run over the end of a page ------------------------------------------------------

LAST = "Whoever asked was told that the matter was closed, and that the"
NEXT = "party had learned its lesson.\n\nNobody asked again that winter, nor in the next."
OVER = "the matter was closed, and that the party had learned its lesson"


class Over(Seminar):
    """A sentence begins on p. 41 and ends on p. 42."""

    def __init__(self) -> None:
        super().__init__()
        self.reading.documents.all().delete()
        cast.document(self.reading, LAST, NEXT, "A third page.")

    def turned(self, page: int, query: str = "") -> str:
        return self.client.get(self.address(page=page) + query).content.decode()


@pytest.fixture
def over() -> Over:
    return Over()


def margin(page: str) -> str:
    return page.split('class="notes"')[1].split("</aside>")[0]


@pytest.mark.parametrize("cited", ["41", "42", "41-42", "41–42", "pp. 41-42", "41f."])
def test_it_is_right_to_cite_either_page_or_both(over: Over, cited: str) -> None:
    post = cast.response(over.maya, over.discussion, f"He says “{OVER}” (Jones {cited}).")
    found = post.quotations.get()
    assert (found.verdict, found.page_label) == ("verbatim", "41–42")


def test_another_page_is_told_and_both_are_offered(over: Over) -> None:
    post = cast.response(over.maya, over.discussion, f"He says “{OVER}” (Jones 43).")
    found = post.quotations.get()
    assert (found.verdict, found.page_label) == ("misplaced", "41–42")


def test_the_margins_of_both_pages_say_who_quotes_it(over: Over) -> None:
    cast.response(over.maya, over.discussion, f"He says “{OVER}” (Jones 41-42).")
    first, second = over.turned(1), over.turned(2)
    assert '<span class="quoted">the matter was closed, and that the</span>' in first
    assert '<span class="quoted">party had learned its lesson</span>' in second
    for page in (first, second):
        assert "Maya Lindqvist" in margin(page)
    assert re.search(r"continues on <a [^>]+>p. 42</a>", margin(first))
    assert re.search(r"begins on <a [^>]+>p. 41</a>", margin(second))
    assert 'class="notes"' not in over.turned(3)
    thread = over.client.get(f"/d/{over.discussion.public_id}/").content.decode()
    link = re.search(r'href="(/r/[^"]+)#passage"', thread)
    assert link
    assert link[1].startswith(f"{over.address()}?")
    page = over.client.get(link[1].replace("&amp;", "&")).content.decode()
    assert '<mark id="passage">the matter was closed, and that the</mark>' in strip_quoted(page)
    on = re.search(r'href="([^"]+)#passage">The passage continues on p. 42', page)
    assert on
    page = over.client.get(on[1].replace("&amp;", "&")).content.decode()
    assert '<mark id="passage">party had learned its lesson</mark>' in strip_quoted(page)
    assert "The passage begins on p. 41" in page


def strip_quoted(page: str) -> str:
    return re.sub(r'<span class="quoted">(.*?)</span>', r"\1", page)


def test_it_counts_for_both_pages(over: Over) -> None:
    cast.response(over.maya, over.discussion, f"He says “{OVER}” (Jones 41-42).")
    shown = over.client.get(f"/r/{over.reading.public_id}/").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert "1 post quotes it, by 1 person, from 2 of 3 pages." in text
    assert "p. 41 1 post p. 42 1 post" in text


def test_an_ellipsis_marks_only_the_pages_from_which_words_are_taken(over: Over) -> None:
    text = "“Whoever asked was told that the matter was closed … Nobody asked again that winter”"
    post = cast.response(over.maya, over.discussion, f"{text} (Jones 41-42).")
    found = post.quotations.get()
    assert found.page_label == "41–42"
    start = NEXT.index("Nobody")
    assert [found.page_number, found.further] == [
        1,
        [[2, start, start + len("Nobody asked again that winter")]],
    ]


def test_words_can_be_quoted_over_the_end_of_a_page(over: Over) -> None:
    target = f"respond:{over.discussion.public_id}"
    words = "and that the"
    asked = {**span(words, LAST), "target": target, "on": "1"}
    page = over.client.post(over.address("/quote"), asked).content.decode()
    assert "and that the party had learned its lesson." in page
    assert "They are cited as (Jones 41–42)." in page
    cast.reading(over.course, "Another book of hers")
    page = over.client.post(over.address("/quote"), asked).content.decode()
    assert "(Jones, <em>The Myth of the Short Course</em>, 41–42)." in page
    assert not Draft.objects.exists()
    Reading.objects.exclude(pk=over.reading.pk).delete()
    fields = {"words": "and that the party had learned its lesson", "target": target}
    assert over.client.post(over.address("/quote"), fields).status_code == 302
    body = Draft.objects.get().fields["body"]
    assert body == "<p>“and that the party had learned its lesson” (Jones 41–42)</p>"


def test_a_page_taken_by_hand_offers_the_beginning_of_the_next(over: Over) -> None:
    offer = "Add the beginning of p. 42"
    assert offer in over.client.get(over.address("/quote")).content.decode()
    assert offer in over.turned(1)
    assert "Add the beginning" not in over.client.get(over.address("/quote", 3)).content.decode()
    assert "Add the beginning" not in over.turned(3)


def test_a_word_cut_at_the_end_of_the_page_is_whole_again(over: Over) -> None:
    Page.objects.filter(number=1).update(text="It was the central com-")
    Page.objects.filter(number=2).update(text="mittee that met in the winter.")
    target = f"respond:{over.discussion.public_id}"
    fields = {"words": "the central committee that met", "target": target}
    assert over.client.post(over.address("/quote"), fields).status_code == 302
    assert "“the central committee that met” (Jones 41–42)" in Draft.objects.get().fields["body"]


def linked_over(over: Over) -> Passage:
    assert over.client.post(over.address("/link"), {"words": OVER}).status_code == 302
    return Passage.objects.get()


def test_a_link_to_such_a_passage_marks_both_pages(over: Over) -> None:
    passage = linked_over(over)
    assert (passage.words, passage.label) == (OVER, "41–42")
    page = followed(over, passage)
    assert '<mark id="passage">the matter was closed, and that the</mark>' in page
    assert "This link was made to the words" not in page
    assert "The passage continues on p. 42" in page
    page = over.turned(2, f"?passage={passage.public_id}")
    assert '<mark id="passage">party had learned its lesson</mark>' in page
    assert linked_over(over) == passage


def test_a_better_scan_may_break_the_page_elsewhere(over: Over) -> None:
    passage = linked_over(over)
    replace(over, "A title page", f"{LAST} party had", NEXT.removeprefix("party had "))
    page = followed(over, passage)
    assert '<mark id="passage">the matter was closed, and that the party had</mark>' in page
    passage.refresh_from_db()
    assert (passage.page_number, passage.last_page) == (2, 3)
    replace(over, f"{LAST} {NEXT}")
    assert f'<mark id="passage">{OVER}</mark>' in followed(over, passage)
    passage.refresh_from_db()
    assert (passage.page_number, passage.last_page) == (1, None)
    replace(over, LAST, NEXT)
    followed(over, passage)
    passage.refresh_from_db()
    assert (passage.page_number, passage.last_page) == (1, 2)


def test_a_short_passage_at_the_end_of_a_page_is_known_by_what_follows_overleaf(over: Over) -> None:
    over.client.post(over.address("/link"), {"words": "and that the"})
    passage = Passage.objects.get()
    replace(over, "Not so, and that the whole of it is another thing.", f"{LAST} {NEXT}")
    followed(over, passage)
    passage.refresh_from_db()
    assert (passage.page_number, passage.orphaned_at) == (2, None)
