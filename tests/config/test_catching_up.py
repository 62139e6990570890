"""What an older version stored is brought up to date after an upgrade, without anybody asking."""

from __future__ import annotations

from typing import Any

import pytest
from modelsearch.models import IndexEntry
from tests.support import cast

from quaestio.config import clock
from quaestio.config.upkeep import sentences
from quaestio.courses.models import Enrollment
from quaestio.readings import rereading
from quaestio.readings.extraction.types import VERSION
from quaestio.readings.models import Document, Page
from quaestio.search import index
from quaestio.search.models import Stamp

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


def outdated(teacher: Enrollment, title: str) -> Document:
    """A file with two pages, of which an older version had made three."""
    made = cast.document(cast.reading(teacher.course, title=title), "One.", "Two.", "Three.")
    made.file.storage.delete(str(made.file.name))
    made.file.storage.save(str(made.file.name), _file(b"One.\n\fTwo.\n"))
    Document.objects.filter(pk=made.pk).update(extractor=VERSION - 1)
    return made


def _file(content: bytes) -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(content)


def turn(capture: Any) -> None:
    with capture(execute=True):
        clock.catch_up()


def test_one_file_is_read_again_in_each_turn_until_all_are(
    teacher: Enrollment, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = outdated(teacher, "Frost"), outdated(teacher, "Mud")
    turn(django_capture_on_commit_callbacks)
    read = Document.objects.filter(extractor=VERSION)
    assert [one.pk for one in read] == [second.pk]
    turn(django_capture_on_commit_callbacks)
    assert {one.pk for one in read.all()} == {first.pk, second.pk}
    turn(django_capture_on_commit_callbacks)
    assert not rereading.outdated().exists()


def test_while_one_is_in_hand_no_other_begins(teacher: Enrollment, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    outdated(teacher, "Frost")
    outdated(teacher, "Mud")
    assert rereading.reread_next()
    assert not rereading.reread_next()
    assert Document.objects.filter(rereading=True).count() == 1


def test_one_that_cannot_be_read_again_is_not_tried_for_ever(
    teacher: Enrollment, django_capture_on_commit_callbacks: Any
) -> None:
    document = outdated(teacher, "Frost")
    document.file.storage.delete(str(document.file.name))
    turn(django_capture_on_commit_callbacks)
    document.refresh_from_db()
    assert document.not_reread
    assert document.pages.count() == 3
    assert list(rereading.outdated()) == [document]
    assert not rereading.reread_next()
    # A later version tries once more.
    Document.objects.update(not_reread_by=VERSION - 1)
    assert rereading.untried().exists()


def test_an_operator_who_does_it_by_hand_is_left_alone(
    teacher: Enrollment, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.CATCH_UP = False
    outdated(teacher, "Frost")
    turn(django_capture_on_commit_callbacks)
    assert rereading.untried().count() == 1
    assert index.behind()


def test_teachers_see_in_the_list_what_has_changed(
    teacher: Enrollment, django_capture_on_commit_callbacks: Any
) -> None:
    outdated(teacher, "Frost")
    page = f"/c/{teacher.course.public_id}/readings"
    client = cast.sign_in(teacher)
    assert "read again" not in client.get(page, follow=True).content.decode()
    turn(django_capture_on_commit_callbacks)
    shown = client.get(page, follow=True).content.decode()
    assert "3 pages before" in shown
    maya = cast.sign_in(cast.student(teacher.course))
    assert "3 pages before" not in maya.get(page, follow=True).content.decode()


def test_the_command_and_the_operators_list_say_how_far_it_has_come(
    teacher: Enrollment, django_capture_on_commit_callbacks: Any
) -> None:
    document = outdated(teacher, "Frost")
    cast.document(cast.reading(teacher.course, "Mud"))
    told = list(sentences())
    assert "1 file of 2 to be read again, in the background." in told
    assert any("rows brought up to date" in one for one in told)
    document.file.storage.delete(str(document.file.name))
    turn(django_capture_on_commit_callbacks)
    told = list(sentences())
    assert "Nothing is to be read again; 2 files in use." in told
    assert any(one.startswith("1 file could not be read again") for one in told)
    assert "The search index is up to date." in told


# -- The search index ---------------------------------------------------------------------------


def entries(of: type[Page] = Page) -> list[str]:
    return list(IndexEntry.objects.order_by("pk").values_list("autocomplete", flat=True))


def spoil() -> None:
    """As an older version put them in, which knew no words at the turn of a page."""
    IndexEntry.objects.all().delete()
    for page in Page.objects.all():
        page.following = ""
        page.text = "older"
        index.put([page])


def test_rows_that_an_older_version_put_in_come_in_anew_lot_by_lot(
    teacher: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.document(cast.reading(teacher.course), "Butter and", "margarine", "and lard.")
    before = sorted(map(str, entries()))
    spoil()
    monkeypatch.setattr(index, "LOT", 2)
    done = [index.freshen_some(seconds=0) for _ in range(5)]
    assert sum(done) == 3
    assert max(done) <= 2
    assert not index.behind()
    assert sorted(map(str, entries())) == before
    assert index.freshen_some(seconds=0) == 0


def test_it_goes_on_where_it_was_stopped(
    teacher: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.document(cast.reading(teacher.course), "One.", "Two.", "Three.")
    monkeypatch.setattr(index, "LOT", 1)
    first = Page.objects.order_by("pk").first()
    assert first
    while not Stamp.objects.filter(kind="readings.Page", reached=first.pk).exists():
        index.freshen_some(seconds=0)
    assert dict(index.behind())[Page] == first.pk
    done, total = index.how_far()
    assert total - done == 2


def test_an_index_made_anew_is_up_to_date() -> None:
    assert index.behind()
    for _rows in index.rebuild():
        pass
    assert not index.behind()


def test_a_newer_version_begins_from_the_first_row(monkeypatch: pytest.MonkeyPatch) -> None:
    for _rows in index.rebuild():
        pass
    monkeypatch.setattr(index, "VERSION", index.VERSION + 1)
    assert all(reached == 0 for _model, reached in index.behind())
    assert len(index.behind()) == 3
