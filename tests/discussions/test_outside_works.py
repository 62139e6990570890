"""Works that are cited and are none of the readings; citations that fit several readings."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from tests.support import cast

from quaestio.discussions import actions
from quaestio.discussions.models import OutsideWork

pytestmark = pytest.mark.django_db

TEXT = (
    "He spoke of “the cult that grew among us like a fungus” (Khrushchev, The Cult of the "
    "Individual), as others did too (Dobson 2009, 12)."
)


@pytest.fixture
def anna() -> cast.Enrollment:
    return cast.instructor()


def readings_page(of: cast.Enrollment) -> str:
    return cast.sign_in(of).get(f"/c/{of.course.public_id}/readings/").content.decode()


def test_a_work_that_is_none_of_the_readings_is_said_to_be_so(anna: cast.Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    post = cast.response(anna, cast.discussion(anna), TEXT)
    note = " ".join(post.body_html.split("<aside")[1].split())
    assert "(Khrushchev, The Cult of the Individual) is none of the course’s readings." in note
    assert 'class="verdict unchecked">not checked' in note
    assert "quote unchecked" in post.body_html


def test_somebody_who_is_merely_named_is_said_to_be_the_author_of_no_reading(
    anna: cast.Enrollment,
) -> None:
    cast.document(cast.reading(anna.course))
    text = "Arendt writes that “the lonely are easily led by anybody at all” (475)."
    post = cast.response(anna, cast.discussion(anna), text)
    note = " ".join(post.body_html.split("<aside")[1].split())
    assert "<p>Arendt is the author of none of the course’s readings.</p>" in note
    assert 'class="verdict unchecked">not checked' in note


def test_a_translation_is_not_said_to_be_missing(anna: cast.Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    text = "Er spricht von „Bestürzung, Empörung und Verwirrung“ (Jones 41, meine Übersetzung)."
    post = cast.response(anna, cast.discussion(anna), text)
    note = " ".join(post.body_html.split("<aside")[1].split())
    assert "<p>A translation is not compared with the original.</p>" in note
    assert 'class="verdict unchecked">not checked' in note
    assert "quote unchecked" in post.body_html


def test_a_work_cited_without_a_quotation_has_one_quiet_note(anna: cast.Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    text = (
        "Others did too (Dobson 2009, 12).</p><p>They still do (Dobson 2009, 44), and so does Jones "
        "(Jones 41).</p><p>He spoke of “the cult that grew among us like a fungus” (Orlova 1990, 7)."
    )
    post = cast.response(anna, cast.discussion(anna), text)
    first, second = post.body_html.split("<aside")[1:]
    assert 'aria-label="Quotations in this paragraph"' in second
    note = html.fromstring(f"<aside{first.split('</aside>')[0]}</aside>").text_content()
    assert note == "Dobson 2009, 12not among the readings, so not checked"
    assert "verdict" not in first
    assert post.body_html.count("Dobson 2009, 12") == 2
    assert "Orlova 1990, 7</span>" not in second


def test_an_author_and_a_year_are_told_where_they_can_be_no_event(anna: cast.Enrollment) -> None:
    cast.document(cast.reading(anna.course, year="2006"))
    text = (
        "As is known (Jones 2006; Dobson 2009).</p><p>So it is (Orlova et al. 1990).</p>"
        "<p>It ended (Stalin 1953), as others had (Paris 1919; Berlin 1945)."
    )
    post = cast.response(anna, cast.discussion(anna), text)
    works = OutsideWork.objects.filter(is_sure=True).order_by("pk")
    assert list(works.values_list("author", "year")) == [
        ("Dobson", "2009"),
        ("Orlova et al", "1990"),
    ]
    assert post.body_html.count("not among the readings") == 2


def test_what_may_be_a_work_or_an_event_is_listed_for_teachers_alone(
    anna: cast.Enrollment,
) -> None:
    cast.document(cast.reading(anna.course))
    maya = cast.student(anna.course)
    discussion = cast.discussion(anna)
    post = cast.response(maya, discussion, "As was known (Lenin 1917), and again (Paris 1919).")
    assert "readings" not in post.body_html
    tree = html.fromstring(readings_page(anna))
    (folded,) = tree.xpath("//details[contains(., '2 more, perhaps')]")
    assert "Lenin (1917)" in " ".join(folded.text_content().split())
    assert "perhaps" not in readings_page(maya)
    panel = cast.sign_in(maya).post(
        f"/c/{anna.course.public_id}/check", {"body": "As was known (Lenin 1917)."}
    )
    assert "readings, so" not in panel.content.decode()
    cast.response(anna, discussion, "Surely (Lenin 1917, 12).")
    tree = html.fromstring(readings_page(anna))
    (folded,) = tree.xpath("//details[contains(., '1 more, perhaps')]")
    assert "Lenin" not in folded.text_content()


def test_it_is_said_while_one_writes_too(anna: cast.Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    panel = (
        cast.sign_in(anna)
        .post(f"/c/{anna.course.public_id}/check", {"body": "So do others (Dobson 2009, 12)."})
        .content.decode()
    )
    assert "Not among the readings, so not checked: Dobson 2009, 12" in panel


def test_words_from_a_reading_without_text_are_said_to_be_unchecked(anna: cast.Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    cast.reading(anna.course, "Ledgers of Return", author="Wendt, Casimir")
    cast.reading(anna.course, "The Mill", author="Roe, Ada")
    text = "It was “a lamp that nobody had ever lit before” (Wendt 12)."
    post = cast.response(anna, cast.discussion(anna), text)
    note = " ".join(post.body_html.split("<aside")[1].split())
    assert "There is no text of Wendt to look in." in note
    assert 'class="verdict unchecked">not checked' in note
    assert "The reading cited, Ledgers of Return, could not be searched." in note
    assert "Not searched, for want of their text: Roe, Ada, The Mill." in note


def test_teachers_see_such_works_with_who_cites_them(anna: cast.Enrollment) -> None:
    maya = cast.student(anna.course)
    discussion = cast.discussion(anna)
    cast.response(maya, discussion, TEXT)
    cast.response(anna, discussion, "Others say so too (Dobson 2009, 44).")
    page = readings_page(anna)
    text = " ".join(html.fromstring(page).text_content().split())
    assert "Cited, but not among the readings" in text
    assert text.index("Dobson (2009)") < text.index("Khrushchev, The Cult of the Individual")
    assert "in 2 posts: Maya Lindqvist, Anna Berg" in text
    assert "Cited, but not" not in readings_page(maya)


def test_such_a_work_is_added_with_one_click(anna: cast.Enrollment) -> None:
    discussion = cast.discussion(anna)
    cast.response(cast.student(anna.course), discussion, TEXT)
    links = html.fromstring(readings_page(anna)).xpath("//a[contains(., 'Add this reading')]/@href")
    khrushchev = next(link for link in links if "Khrushchev" in link)
    assert parse_qs(urlsplit(khrushchev).query) == {
        "author": ["Khrushchev"],
        "title": ["The Cult of the Individual"],
    }
    client = cast.sign_in(anna)
    form = client.get(khrushchev).content.decode()
    assert 'value="The Cult of the Individual"' in form
    record = {"author": "Nikita Khrushchev", "title": "The Cult of the Individual"}
    client.post(f"/c/{anna.course.public_id}/readings/new", record)
    actions.recheck(course=anna.course)
    assert [work.author for work in OutsideWork.objects.all()] == ["Dobson"]


def test_a_citation_without_a_quotation_is_checked_again_too(anna: cast.Enrollment) -> None:
    post = cast.response(anna, cast.discussion(anna), "As is well known (Dobson 2009, 12).")
    before = post.body_html
    cast.reading(anna.course, "Khrushchev’s Cold Summer", author="Miriam Dobson", year="2009")
    actions.recheck(course=anna.course)
    post.refresh_from_db()
    assert "not among the readings" in before
    assert "not among the readings" not in post.body_html
    assert not OutsideWork.objects.exists()


def test_what_is_hidden_or_edited_away_is_not_listed(anna: cast.Enrollment) -> None:
    discussion = cast.discussion(anna)
    hidden = cast.response(anna, discussion, "Hidden (Khrushchev, Memoirs).")
    actions.hide(post=hidden, by=anna)
    edited = cast.response(anna, discussion, "Known (Dobson 2009, 12).")
    actions.edit_post(post=edited, by=anna, source="<p>Known.</p>", version=1)
    assert "Cited, but not" not in readings_page(anna)


def test_a_citation_that_fits_several_readings_is_asked_about(anna: cast.Enrollment) -> None:
    for title, year in (("Myth, Memory, Trauma", "2013"), ("The Burial of Stalin", "2006")):
        cast.document(cast.reading(anna.course, title, year=year), f"A page of {title}.")
    text = "“words that stand in neither of the two at all” (Jones 42)"
    post = cast.response(anna, cast.discussion(anna), text)
    client = cast.sign_in(anna)
    panel = client.post(f"/c/{anna.course.public_id}/check", {"body": text}).content.decode()
    for cite in ("(Jones 2013, 42)", "(Jones 2006, 42)"):
        assert f"I mean {cite}</button>" in panel
    note = " ".join(html.fromstring(post.body_html.split("</p>", 1)[1]).text_content().split())
    assert "(Jones 42): which of these?" in note
    assert "Myth, Memory, Trauma (2013): (Jones 2013, 42)" in note
    assert "The Burial of Stalin (2006): (Jones 2006, 42)" in note
