"""A verdict that changes with the readings keeps what it was, and says why."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from tests.support import cast

from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, PastVerdict, Post
from quaestio.readings import actions as readings
from quaestio.readings.models import Page, Reading

pytestmark = pytest.mark.django_db

FIRST = "Initially there was distress, outrage and confusion among the members."
QUOTE = "She saw “distress, outrage and confusion among the members” there (Jones 41)."


class Seminar:
    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.course = self.anna.course
        self.maya = cast.student(self.course)
        self.discussion: Discussion = cast.discussion(self.anna)
        self.reading: Reading = cast.reading(self.course)

    def upload(self, text: str, name: str = "jones.txt") -> None:
        """As a teacher does it, and read by the worker."""
        document = readings.upload(
            by=self.anna,
            reading=self.reading,
            file=ContentFile(text.encode(), name=name),
            name=name,
            first_label="41",
        )
        readings.read_document(document=document)
        actions.recheck(course=self.course)

    def note(self, post: Post) -> str:
        post.refresh_from_db()
        return " ".join(post.body_html.split("</aside>")[0].split())


@pytest.fixture
def s() -> Seminar:
    return Seminar()


def verdict(post: Post) -> str:
    return str(post.quotations.get().verdict)


def test_a_late_upload_is_not_held_against_the_writer(s: Seminar) -> None:
    post = cast.response(s.maya, s.discussion, QUOTE)
    assert verdict(post) == "not_found"
    s.upload(f"{FIRST}\f")
    assert verdict(post) == "verbatim"
    past = PastVerdict.objects.get()
    assert (past.verdict, past.because, past.reading) == ("not_found", "added", s.reading)
    assert "Was not found until" in s.note(post)
    assert "when Jones was uploaded." in s.note(post)


def test_a_better_file_is_named_as_what_changed_it(s: Seminar) -> None:
    s.upload(FIRST.replace("outrage", "rage"))
    post = cast.response(s.maya, s.discussion, QUOTE)
    assert verdict(post) == "altered"
    s.upload(FIRST, "better.txt")
    assert verdict(post) == "verbatim"
    assert "Was not word for word until" in s.note(post)
    assert "when Jones got another file." in s.note(post)


def test_a_reading_taken_out_is_named(s: Seminar) -> None:
    s.upload(FIRST)
    post = cast.response(s.maya, s.discussion, QUOTE)
    readings.remove_reading(reading=s.reading)
    actions.recheck(course=s.course)
    assert verdict(post) == "not_found"
    assert "Was verbatim until" in s.note(post)
    assert "when Jones was taken out." in s.note(post)


def test_corrected_page_numbers_are_named(s: Seminar) -> None:
    s.upload(f"{FIRST}\fThe second page, with words of its own on it.")
    Page.objects.filter(number=1).update(label="14")
    s.reading.documents.update(text_sha256="mislabelled")
    post = cast.response(s.maya, s.discussion, QUOTE)
    assert verdict(post) == "misplaced"
    Page.objects.filter(number=1).update(label="41")
    s.reading.documents.update(text_sha256="labelled")
    actions.recheck(course=s.course)
    assert verdict(post) == "verbatim"
    assert "Was on another page until" in s.note(post)
    assert "when the record of Jones was corrected." in s.note(post)


def test_it_is_kept_through_checks_and_edits_that_leave_the_words_alone(s: Seminar) -> None:
    post = cast.response(s.maya, s.discussion, QUOTE)
    s.upload(FIRST)
    actions.recheck(course=s.course)
    post.refresh_from_db()
    edited = actions.edit_post(
        post=post, by=s.maya, source=f"<p>More.</p><p>{QUOTE}</p>", version=post.version
    )
    assert "Was not found until" in edited.body_html
    assert PastVerdict.objects.count() == 1
    edited = actions.edit_post(
        post=edited,
        by=s.maya,
        source="<p>“distress, outrage” (Jones 41)</p>",
        version=edited.version,
    )
    assert "Was not found until" not in edited.body_html


def test_what_a_writer_put_right_is_kept_but_not_told_to_the_class(s: Seminar) -> None:
    s.upload(f"{FIRST}\fThe second page, with words of its own on it.")
    post = cast.response(s.maya, s.discussion, QUOTE.replace("(Jones 41)", "(Jones 44)"))
    before = verdict(post)
    edited = actions.edit_post(post=post, by=s.maya, source=f"<p>{QUOTE}</p>", version=post.version)
    assert before != verdict(post) == "verbatim"
    past = PastVerdict.objects.get()
    assert (past.because, past.reading) == ("edited", None)
    assert "until" not in edited.body_html


def test_the_second_of_two_equal_quotations_has_a_past_of_its_own(s: Seminar) -> None:
    post = cast.response(
        s.maya, s.discussion, f"{QUOTE} {QUOTE.replace('(Jones 41)', '(Jones 44)')}"
    )
    s.upload(f"{FIRST}\fWords on page 42.\fWords on page 43.\fWords on page 44.")
    assert [one.occurrence for one in PastVerdict.objects.all()] == [1, 2]
    assert [one.verdict for one in post.quotations.all()] == ["verbatim", "misplaced"]


def test_links_in_notes_lead_to_the_place_in_the_file_now_in_use(s: Seminar) -> None:
    s.upload(FIRST)
    post = cast.response(s.maya, s.discussion, QUOTE)
    s.upload(f"A title page.\f{FIRST}", "better.txt")
    post.refresh_from_db()
    found = post.quotations.get()
    assert found.page_number == 2
    start, end = found.page_start, found.page_end
    assert f"/r/{s.reading.public_id}/p/2?from={start}&amp;to={end}#passage" in post.body_html
    page = cast.sign_in(s.maya).get(f"/r/{s.reading.public_id}/p/2?from={start}&to={end}")
    marked = page.content.decode().split('<mark id="passage">')[1].split("</mark>")[0]
    assert "distress, outrage and confusion among the members" in marked
