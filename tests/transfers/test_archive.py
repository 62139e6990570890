"""A course taken out as a file: what is in it, what is not, and for whom it is there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from lxml import html
from tests.config.test_access_matrix import close_file
from tests.support import cast

from quaestio.config.leftovers import TRIES
from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment, Trace
from quaestio.discussions import actions
from quaestio.discussions.actions import Relation, Rules
from quaestio.discussions.models import Post
from quaestio.readings.models import Document
from quaestio.transfers.actions import (
    ask_for_archive,
    make_archive,
    remove_archive,
    take_up_archives,
)
from quaestio.transfers.archive.data import Source, Wanted, write_json
from quaestio.transfers.archive.writing import write_archive
from quaestio.transfers.cli import CannotExport, export_course
from quaestio.transfers.models import Archive
from quaestio.transfers.persons import forget, somebody_at
from quaestio.transfers.queries import file_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ARCHIVE_ROOT = tmp_path / "archives"
    return tmp_path


def archive_of(course: Course, folder: Path, **wanted: bool) -> ZipFile:
    path = folder / "course.zip"
    path.unlink(missing_ok=True)
    write_archive(path, course, Wanted(**wanted))
    return ZipFile(BytesIO(path.read_bytes()))


def data_of(archive: ZipFile) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(archive.read("course.json"))
    return read


def texts_of(archive: ZipFile) -> str:
    """All that can be read in an archive, names of files included."""
    return "\n".join(
        f"{name}\n{archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist()
    )


def pages_in(archive: ZipFile) -> Iterator[tuple[str, html.HtmlElement]]:
    for name in archive.namelist():
        if name.endswith(".html"):
            yield name, html.fromstring(archive.read(name))


FORBIDDEN = " | ".join(
    f"//{name}"
    for name in ("script", "img", "iframe", "form", "button", "input", "style", "*[@style]")
)


@pytest.fixture
def seminar() -> Enrollment:
    """A course with something of everything; its instructor."""
    anna = cast.instructor()
    course = anna.course
    maya, noah = cast.student(course), cast.student(course, "Noah Weiss")
    reading = cast.reading(course)
    cast.document(reading)
    meeting = cast.meeting(course)
    cast.assigned(meeting, reading)
    courses.set_leaders(meeting=meeting, people=[maya])
    discussion = cast.discussion(anna, meeting=meeting)
    first = cast.response(
        maya, discussion, "“distress, outrage and confusion” (Jones 41)", positions={1: 1}
    )
    actions.edit_post(
        post=first,
        by=maya,
        source="<p>He speaks of “distress, outrage and confusion” (Jones 42).</p>",
        version=first.version,
        positions={1: 2},
    )
    first.refresh_from_db()
    cast.reply(noah, first, "I doubt it, Maya Lindqvist.")
    actions.endorse(post=first, by=anna)
    cast.passage(anna, reading)
    return anna


# -- What is in it ------------------------------------------------------------------------------


def test_the_pages_show_a_discussion_with_its_posts_positions_and_verdicts(
    seminar: Enrollment, folder: Path
) -> None:
    archive = archive_of(seminar.course, folder)
    discussion = seminar.course.discussions.get()
    page = html.fromstring(archive.read(f"d-{discussion.public_id}.html"))
    (response,) = page.xpath("//ol[contains(@class, 'posts')]/li/article")
    assert response.get("id") == f"p-{discussion.posts.get(parent=None).public_id}"
    assert response.find_class("post-no")[0].text == "1"
    assert response.find_class("byline")[0].text == "Maya Lindqvist"
    assert "no" in response.find_class("chip")[0].text_content()
    assert "on another page" in response.find_class("note")[0].text_content()
    assert "Endorsed by Anna Berg" in response.text_content()
    (reply,) = page.xpath("//ol[@class='replies']//article")
    assert "I doubt it" in reply.text_content()
    assert "moved from yes to no" in " ".join(page.find_class("moves")[0].text_content().split())
    index = html.fromstring(archive.read("index.html"))
    assert [a.get("href") for a in index.xpath("//li[@class='entry']//a")] == [
        f"readings.html#r-{seminar.course.readings.get().public_id}",
        f"d-{discussion.public_id}.html",
    ]


def test_the_data_holds_the_course(seminar: Enrollment, folder: Path) -> None:
    data = data_of(archive_of(seminar.course, folder))
    discussion = seminar.course.discussions.get()
    assert (data["format"], data["version"]) == ("quaestio-course", 1)
    assert data["course"]["title"] == seminar.course.title
    assert [one["name"] for one in data["enrollments"]] == [
        "Anna Berg",
        "Maya Lindqvist",
        "Noah Weiss",
    ]
    _anna, maya, noah = (one["id"] for one in data["enrollments"])
    (meeting,) = data["meetings"]
    reading = seminar.course.readings.get().public_id
    assert meeting["leaders"] == [maya]
    assert meeting["readings"] == [{"reading": reading, "pages": "41–63"}]
    assert data["discussions"][0]["id"] == discussion.public_id
    assert [one["text"] for one in data["discussions"][0]["questions"]] == [
        "Was it planned?",
        "What came of it?",
    ]
    response, reply = data["posts"]
    assert (response["author"], response["answers"]) == (maya, [1])
    assert [one["choice"] for one in response["positions"]] == [1, 2]
    assert response["quotations"][0]["verdict"] == "misplaced"
    assert response["quotations"][0]["reading"] == reading
    assert "41" in response["revisions"][0]["source"]
    assert (reply["author"], reply["parent"], reply["root"]) == (noah, *[response["id"]] * 2)


def test_the_data_is_the_same_twice_and_in_canonical_form(
    seminar: Enrollment, folder: Path
) -> None:
    source = Source.of(seminar.course, Wanted())
    first, second = BytesIO(), BytesIO()
    write_json(first, source)
    write_json(second, Source.of(seminar.course, Wanted()))
    assert first.getvalue() == second.getvalue()
    text = first.getvalue().decode()
    data = json.loads(text)
    assert list(data) == sorted(data)
    for line in text.splitlines():
        if line.startswith("{") and line != "{":
            row = line.rstrip(",]")
            form = json.dumps(
                json.loads(row), ensure_ascii=False, sort_keys=True, separators=(",", ":")
            )
            assert form == row


def test_the_pages_ask_nobody_for_anything_and_run_nothing(
    seminar: Enrollment, folder: Path
) -> None:
    archive = archive_of(seminar.course, folder)
    there = set(archive.namelist())
    pages = dict(pages_in(archive))
    assert len(pages) == 3
    for name, page in pages.items():
        assert not page.xpath(FORBIDDEN), name
        handlers = [a for one in page.iter() for a in one.attrib if a.startswith("on")]
        assert handlers == []
        for one in page.xpath("//link[@href]"):
            assert one.get("href") in there
        for link in page.xpath("//a[@href]"):
            to, _, anchor = link.get("href").partition("#")
            assert (to or name) in there, link.get("href")
            if anchor:
                target = pages[to or name]
                assert target.xpath("//*[@id=$id]", id=anchor), link.get("href")
    fonts = re.findall(r'url\("([^"]+)"\)', archive.read("quaestio.css").decode())
    assert fonts and set(fonts) <= there


def test_links_to_things_of_the_course_lead_into_the_copy(
    seminar: Enrollment, folder: Path, settings: Any
) -> None:
    discussion = seminar.course.discussions.get()
    post = discussion.posts.get(parent=None)
    at = settings.SITE_URL
    links = [
        f"{at}/p/{post.public_id}/",
        f"{at}/d/{discussion.public_id}/#responses",
        f"/m/{discussion.meeting.public_id}/",
        "/elsewhere/?a=1&amp;b=2",
        "https://example.org/x?a=1&amp;b=2",
    ]
    cast.response(seminar, discussion, "".join(f'<a href="{one}">there</a>' for one in links))
    page = dict(pages_in(archive_of(seminar.course, folder)))[f"d-{discussion.public_id}.html"]
    found = [
        a.get("href")
        for a in page.xpath("//div[contains(@class, 'post-text')]//a")
        if a.text == "there"
    ]
    assert found == [
        f"d-{discussion.public_id}.html#p-{post.public_id}",
        f"d-{discussion.public_id}.html#responses",
        f"index.html#m-{discussion.meeting.public_id}",
        f"{at}/elsewhere/?a=1&b=2",
        "https://example.org/x?a=1&b=2",
    ]


def test_the_readings_are_in_it_only_where_they_are_wanted(
    seminar: Enrollment, folder: Path
) -> None:
    without = archive_of(seminar.course, folder)
    assert not [name for name in without.namelist() if name.startswith("readings/")]
    (page,) = data_of(without)["pages"]
    assert page["label"] == "41" and "text" not in page
    assert data_of(without)["documents"][0]["file"] is None
    whole = archive_of(seminar.course, folder, readings=True)
    (page,) = data_of(whole)["pages"]
    (document,) = data_of(whole)["documents"]
    assert page["text"] == "Initially there was distress, outrage and confusion."
    assert document["file"].startswith("readings/jones-the-myth-of-the-short-course-")
    assert whole.read(document["file"]) == Path(Document.objects.get().file.path).read_bytes()


def test_a_file_that_is_gone_from_the_disk_is_left_out(seminar: Enrollment, folder: Path) -> None:
    Path(Document.objects.get().file.path).unlink()
    archive = archive_of(seminar.course, folder, readings=True)
    assert data_of(archive)["documents"][0]["file"] is None


def test_a_file_with_html_is_kept_so_that_no_browser_runs_it(
    seminar: Enrollment, folder: Path
) -> None:
    Document.objects.update(media_type="text/html", name="../../evil.html")
    archive = archive_of(seminar.course, folder, readings=True)
    (name,) = [one for one in archive.namelist() if one.startswith("readings/")]
    assert name.endswith(".html.txt") and ".." not in name.removeprefix("readings/")


# -- What is not in it --------------------------------------------------------------------------


def token(word: str) -> str:
    return f"canary{word}{hashlib.sha256(word.encode()).hexdigest()[:12]}"


@pytest.mark.parametrize("wanted", [{}, {"readings": True}, {"made_up_names": True}])
def test_nothing_is_in_it_that_not_every_instructor_sees(
    seminar: Enrollment, folder: Path, wanted: dict[str, bool]
) -> None:
    course = seminar.course
    noah = course.enrollments.get(byline="Noah Weiss")
    discussion = course.discussions.get()
    actions.save_draft(
        person=noah,
        target=f"respond:{discussion.public_id}",
        fields={"body": token("typing")},
        version=0,
    )
    withdrawn = cast.response(noah, discussion, token("withdrawn"))
    actions.edit_post(post=withdrawn, by=noah, source=f"<p>{token('was')}</p>", version=1)
    withdrawn.refresh_from_db()
    actions.withdraw(post=withdrawn, by=noah)
    thanker = cast.student(course, "Tilda Thanker")
    actions.thank(post=discussion.posts.get(number=1, parent=None), by=thanker)
    told = cast.response(noah, discussion)
    actions.report(post=told, by=thanker, because=token("report"))
    cast.listed(seminar, f"{token('invitee')} <{token('inviteemail')}@example.org>")
    key = courses.make_feed_key(person=noah).token
    link = cast.invitation(seminar).token
    guest = cast.guest_response(discussion, "A guest's.", address=f"{token('guest')}@example.org")
    cast.guest_entry(discussion, token("sent"), address=f"{token('sentmail')}@example.org")
    other = cast.instructor(name=token("otherteacher"))
    away = cast.discussion(other, token("elsewhere"))
    cast.response(other, away, token("elsewherepost"))
    cast.document(cast.reading(other.course, token("otherreading")), token("otherpage"))
    for hidden in ("hidden", "waiting"):
        post = cast.response(noah, discussion, token(hidden))
        actions.hide(post=post, by=seminar, because=token("reason"))
    read = texts_of(archive_of(course, folder, **wanted))
    assert token("hidden") in read and token("reason") in read  # the teachers see these
    assert "A guest's." in read and guest.public_id in read
    allowed = {token(word) for word in ("hidden", "waiting", "reason")}
    assert set(re.findall(r"canary[a-z]+[0-9a-f]{12}", read)) == allowed
    addresses = [one.user.email for one in course.enrollments.all() if one.user]
    for secret in (*addresses, key, link):
        assert secret not in read
    assert "Thanked" not in read
    data = data_of(archive_of(course, folder, **wanted))
    gone = next(one for one in data["posts"] if one["state"] == "withdrawn")
    assert (gone["source"], gone["revisions"]) == ("", [])


def test_words_that_were_taken_back_are_not_in_the_replies_to_them_either(
    seminar: Enrollment, folder: Path
) -> None:
    course = seminar.course
    maya = course.enrollments.get(byline="Maya Lindqvist")
    noah = course.enrollments.get(byline="Noah Weiss")
    said = cast.response(noah, course.discussions.get(), "Stalin was a gardener at heart.")
    about = Relation(Post.Kind.DISAGREE, "a gardener at heart", 0)
    reply = cast.reply(maya, said, "He was not.", relation=about)

    def row() -> dict[str, Any]:
        posts = data_of(archive_of(course, folder))["posts"]
        return next(one for one in posts if one["id"] == reply.public_id)

    assert (row()["quotes_text"], row()["quotes_start"]) == ("a gardener at heart", 11)
    actions.withdraw(post=said, by=noah)
    assert (row()["quotes_text"], row()["quotes_start"], row()["quotes_end"]) == ("", None, None)
    assert row()["source"] == "<p>He was not.</p>"
    assert "gardener" not in texts_of(archive_of(course, folder))


def test_addresses_are_in_it_only_where_they_are_wanted(seminar: Enrollment, folder: Path) -> None:
    cast.guest_response(seminar.course.discussions.get(), address="ruth@example.org")
    data = data_of(archive_of(seminar.course, folder))
    assert all("address" not in one for one in data["enrollments"])
    whole = archive_of(seminar.course, folder, addresses=True)
    told = {one["name"]: one["address"] for one in data_of(whole)["enrollments"]}
    assert seminar.user
    assert told["Anna Berg"] == seminar.user.email
    assert told["Ruth Kellner"] == "ruth@example.org"
    pages = "".join(whole.read(name).decode() for name, _page in pages_in(whole))
    assert seminar.user.email not in pages


# -- Made-up names ------------------------------------------------------------------------------


def test_with_made_up_names_nobody_is_called_by_their_own(
    seminar: Enrollment, folder: Path
) -> None:
    course = seminar.course
    noah = course.enrollments.get(byline="Noah Weiss")
    assert noah.user
    hidden = cast.discussion(seminar, "Under other names", rules=Rules(pseudonyms=True))
    posts = [
        cast.response(noah, hidden, f"Anna&nbsp;Berg, noah  weiss; ask {noah.user.email}."),
        cast.response(noah, hidden, '<a href="https://example.org/Noah Weiss">mine</a>'),
    ]
    actions.hide(post=posts[1], by=seminar, because="Noah Weiss asked for it.")
    hidden.names.filter(person=noah).update(name="Zygophyllum")  # no other's name by chance
    archive = archive_of(course, folder, made_up_names=True)
    read = texts_of(archive)
    for name in ("Noah Weiss", "Maya Lindqvist", "Anna Berg", "noah  weiss", noah.user.email):
        assert name not in read
    data = data_of(archive)
    assert data["made_up_names"] is True
    assert noah.public_id not in read
    assert all(one["pseudonyms_given"] == [] for one in data["discussions"])
    plants = {one["id"]: one["name"] for one in data["enrollments"]}
    assert len(set(plants.values())) == 3
    page = dict(pages_in(archive))[f"d-{hidden.public_id}.html"]
    name = page.find_class("byline")[0].text
    author = next(one["author"] for one in data["posts"] if one["id"] == posts[0].public_id)
    assert name == plants[author]
    assert "Zygophyllum" not in read
    assert f"ask {name}." in page.text_content()


def test_with_made_up_names_nobody_is_named_in_answers_sections_terms_and_files_either(
    seminar: Enrollment, folder: Path
) -> None:
    course = seminar.course
    Course.objects.filter(pk=course.pk).update(title="Anna Berg reads", term="With Anna Berg, 2026")
    course.refresh_from_db()
    discussion = course.discussions.get()
    discussion.section = courses.make_section(course=course, name="The group of Noah Weiss")
    discussion.save()
    course.enrollments.filter(byline="Maya Lindqvist").update(section=discussion.section)
    for question in discussion.questions.all():
        question.choices.update(label=Concat("label", Value(": Maya Lindqvist")))
    named = {"name": "Noah Weiss.txt", "message": "Noah Weiss."}
    Document.objects.filter(reading__course=course).update(**named)
    archive = archive_of(course, folder, made_up_names=True, readings=True)
    read = texts_of(archive)
    for name in ("Noah Weiss", "Maya Lindqvist", "Anna Berg"):
        assert name not in read
    data = data_of(archive)
    (section,) = [one["name"] for one in data["sections"]]
    assert section in [one["section"] for one in data["enrollments"]]
    assert [one["section"] for one in data["discussions"]] == [section]
    page = dict(pages_in(archive))[f"d-{discussion.public_id}.html"].text_content()
    assert section in page
    assert "Noah Weiss.txt" in texts_of(archive_of(course, folder, readings=True))


def test_a_made_up_name_is_the_same_in_every_copy(seminar: Enrollment, folder: Path) -> None:
    def names() -> list[str]:
        data = data_of(archive_of(seminar.course, folder, made_up_names=True))
        return [one["name"] for one in data["enrollments"]]

    before = names()
    for number in range(12):
        cast.student(seminar.course, f"Newcomer {number}")
    assert names()[: len(before)] == before
    assert len(set(names())) == len(names())


def test_a_byline_of_one_word_is_replaced_as_it_is_and_never_in_our_own_marks(
    seminar: Enrollment, folder: Path
) -> None:
    cast.student(seminar.course, "note")
    will = cast.student(seminar.course, "Will")
    discussion = seminar.course.discussions.get()
    cast.response(will, discussion, "Will thinks so; she will see. O’Hara agrees with O'Hara.")
    cast.student(seminar.course, "O'Hara")
    page = dict(pages_in(archive_of(seminar.course, folder, made_up_names=True)))[
        f"d-{discussion.public_id}.html"
    ]
    assert page.xpath("//aside[@class='notes']/div[@class='note']")
    said = page.find_class("post-text")[2].text_content()
    assert not re.search(r"\bWill\b", said) and "she will see" in said and "Hara" not in said


# -- Asking for it ------------------------------------------------------------------------------


def test_an_instructor_asks_for_a_copy_and_fetches_it(
    seminar: Enrollment, django_capture_on_commit_callbacks: Any
) -> None:
    client, path = cast.sign_in(seminar), f"/c/{seminar.course.public_id}/copies"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(path, {"readings": "on"}).status_code == 302
    archive = Archive.objects.get()
    assert (archive.state, archive.readings, archive.addresses) == ("ready", True, False)
    page = client.get(path).content.decode()
    assert f"{path}/{archive.public_id}" in page
    answer = client.get(f"{path}/{archive.public_id}")
    whole = BytesIO(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    close_file(answer)
    assert "index.html" in ZipFile(whole).namelist()
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="russia-after-stalin-')
    trace = Trace.objects.get(deed="taken_out")
    assert (trace.by, trace.detail["readings"]) == (seminar, True)
    assert (
        "took a copy of the course"
        in client.get(f"/c/{seminar.course.public_id}/record").content.decode()
    )


def test_asking_twice_while_it_is_being_made_is_asking_once(seminar: Enrollment) -> None:
    first = ask_for_archive(by=seminar, wanted=Wanted())
    assert ask_for_archive(by=seminar, wanted=Wanted()) == first
    assert ask_for_archive(by=seminar, wanted=Wanted(readings=True)) != first


def test_addresses_do_not_go_with_made_up_names(seminar: Enrollment) -> None:
    client, path = cast.sign_in(seminar), f"/c/{seminar.course.public_id}/copies"
    answer = client.post(path, {"addresses": "on", "made_up_names": "on"})
    assert answer.status_code == 422
    assert "tells the name that is to be hidden" in answer.content.decode()
    assert not Archive.objects.exists()


def test_a_finished_course_can_be_taken_out(seminar: Enrollment) -> None:
    courses.seal(course=seminar.course, by=seminar)
    client = cast.sign_in(seminar)
    assert client.post(f"/c/{seminar.course.public_id}/copies", {}).status_code == 302
    assert Archive.objects.exists()


def test_the_page_says_how_far_the_copy_is(seminar: Enrollment) -> None:
    archive = ask_for_archive(by=seminar, wanted=Wanted())
    Archive.objects.filter(pk=archive.pk).update(done=30, total=90)
    page = cast.sign_in(seminar).get(f"/c/{seminar.course.public_id}/copies").content.decode()
    assert "30 of 90" in page and "data-refresh" in page


def test_a_copy_that_fails_says_so_and_leaves_no_file(
    seminar: Enrollment, settings: Any, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ARCHIVE_ROOT = folder / "there"
    (folder / "there").write_text("a file where the folder should be")
    archive = make_archive(archive=ask_for_archive(by=seminar, wanted=Wanted()))
    assert archive.state == Archive.State.FAILED
    page = cast.sign_in(seminar).get(f"/c/{seminar.course.public_id}/copies").content.decode()
    assert "could not be made" in page
    assert "could not be made" in caplog.text


def test_a_copy_that_was_deleted_meanwhile_leaves_no_file(seminar: Enrollment) -> None:
    archive = ask_for_archive(by=seminar, wanted=Wanted())
    Archive.objects.filter(pk=archive.pk).delete()
    make_archive(archive=archive)
    assert not file_of(archive).exists()


def test_a_copy_that_workers_die_over_is_tried_again_and_given_up_in_the_end(
    seminar: Enrollment,
) -> None:
    archive = ask_for_archive(by=seminar, wanted=Wanted())
    name = archive.public_id
    assert take_up_archives({name: (1, True)}, tries=TRIES) == 0
    left = file_of(archive).with_name(f"{name}.zip.0000")
    left.parent.mkdir(parents=True, exist_ok=True)
    left.touch()
    assert take_up_archives({name: (TRIES, False)}, tries=TRIES) == 0
    archive.refresh_from_db()
    assert archive.state == Archive.State.FAILED and not left.exists()
    again = ask_for_archive(by=seminar, wanted=Wanted())
    assert take_up_archives({}, tries=TRIES) == 1
    again.refresh_from_db()
    assert again.state == Archive.State.READY


def test_deleting_a_copy_deletes_its_file(
    seminar: Enrollment, django_capture_on_commit_callbacks: Any
) -> None:
    archive = make_archive(archive=ask_for_archive(by=seminar, wanted=Wanted()))
    path = file_of(archive)
    assert path.stat().st_mode & 0o077 == 0
    client = cast.sign_in(seminar)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/c/{seminar.course.public_id}/copies/{archive.public_id}/remove")
    assert not path.exists() and not Archive.objects.exists()


def test_copies_go_when_somebody_in_them_is_forgotten(
    seminar: Enrollment, django_capture_on_commit_callbacks: Any
) -> None:
    archive = make_archive(archive=ask_for_archive(by=seminar, wanted=Wanted()))
    maya = seminar.course.enrollments.get(byline="Maya Lindqvist")
    assert maya.user
    found = somebody_at(maya.user.email)
    assert found
    with django_capture_on_commit_callbacks(execute=True):
        forget(found)
    assert not file_of(archive).exists()


def test_a_copy_of_another_course_is_not_there(seminar: Enrollment) -> None:
    archive = make_archive(archive=ask_for_archive(by=seminar, wanted=Wanted()))
    other = cast.instructor(name="Otto Elsewhere")
    path = f"/c/{other.course.public_id}/copies/{archive.public_id}"
    assert cast.sign_in(other).get(path).status_code == 404
    remove_archive(archive=archive)


# -- What it costs ------------------------------------------------------------------------------


def test_a_longer_thread_takes_no_more_queries(seminar: Enrollment) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            write_json(BytesIO(), Source.of(seminar.course, Wanted()))
        return len(asked)

    before = queries()
    for number in range(3):
        post = cast.response(seminar, seminar.course.discussions.get(), f"Answer {number}")
        cast.reply(seminar, post)
    assert queries() == before


# -- At the command line ------------------------------------------------------------------------


def test_an_operator_writes_a_course_into_a_file(seminar: Enrollment, folder: Path) -> None:
    to = folder / "kept.zip"
    size = export_course(seminar.course.public_id, to, readings=True, made_up_names=False)
    assert size == to.stat().st_size
    assert data_of(ZipFile(to))["documents"][0]["file"]
    trace = Trace.objects.get(deed="taken_out")
    assert (trace.course, trace.by) == (seminar.course, None)
    with pytest.raises(CannotExport, match="is there already"):
        export_course(seminar.course.public_id, to, readings=False, made_up_names=False)


def test_a_course_that_is_not_there_is_not_written(folder: Path) -> None:
    with pytest.raises(CannotExport, match="no course with the id nowhere"):
        export_course("nowhere", folder / "kept.zip", readings=False, made_up_names=False)
    assert not (folder / "kept.zip").exists()
