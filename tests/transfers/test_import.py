"""A class blog page comes in: through the paste box, through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html
from tests.support import cast

from quaestio.__main__ import main
from quaestio.courses.models import Enrollment
from quaestio.discussions.models import Discussion, Post

pytestmark = pytest.mark.django_db

PAGE = """Discussion question: Did the thaw begin before the speech?

In the spring of 1953 the camps began to empty. The historian calls this a “silent spring” (Dobson 24).

With that in mind, my questions are: Who opened the gates? And did anyone outside notice?

This entry was posted in Uncategorized. Bookmark the permalink.

3 Responses to Discussion question: Did the thaw begin before the speech?

  1. mkowalski says:

    I think the amnesty was Beria's.

    It was about labour, not mercy.

  2. Ana Prieto says:

    People noticed. My great-aunt came home.

  3. j.doe says:

    I agree with Ana.

Leave a Reply

Your email address will not be published. Required fields are marked *
"""
SAMPLE = Path(__file__).parents[3] / "shared/samples/class-blog-page.txt"


def fields_of(page: str) -> dict[str, str]:
    """The fields of the preview's form, as a browser would send them back."""
    form = next(one for one in html.fromstring(page).forms if one.get("class") == "preview")
    return dict(form.form_values())


def test_a_pasted_page_becomes_a_discussion_after_a_look_at_it() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    preview = client.post(path, {"page": PAGE, "do": "read"}).content.decode()
    assert not Discussion.objects.exists()
    fields = fields_of(preview)
    assert fields["title"] == "Did the thaw begin before the speech?"
    stored = client.post(path, {**fields, "do": "store", "name-3": "Jane Doe", "answers-1": "2"})
    made = Discussion.objects.get()
    assert stored["Location"] == f"/d/{made.public_id}/"
    assert "<p>In the spring of 1953" in made.context
    posts = list(made.posts.select_related("author").order_by("number"))
    assert [(post.number, post.author.byline) for post in posts] == [
        (1, "mkowalski"),
        (2, "Ana Prieto"),
        (3, "Jane Doe"),
    ]
    assert posts[0].source.count("<p>") == 2
    assert [answer.question.number for answer in posts[0].answers.all()] == [2]
    assert made.questions.count() >= 2


def test_the_same_preview_stored_twice_is_one_discussion() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    fields = fields_of(client.post(path, {"page": PAGE}).content.decode())
    for _ in range(3):
        client.post(path, {**fields, "do": "store"})
    assert Discussion.objects.count() == 1
    assert Post.objects.count() == 3


def test_people_known_by_name_have_no_account_and_the_same_name_is_one_person() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    fields = fields_of(client.post(path, {"page": PAGE}).content.decode())
    client.post(path, {**fields, "do": "store", "name-3": "ana prieto"})
    imported = Enrollment.objects.filter(course=anna.course, user=None)
    assert sorted(one.byline for one in imported) == ["Ana Prieto", "mkowalski"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name-2": " "}, "Please give a name."),
        ({"text-2": " "}, "This response has no text."),
        ({"answers-2": "9"}, "There is no question with this number."),
        ({"title": ""}, "This field is required."),
    ],
)
def test_a_preview_that_cannot_be_stored_comes_back_whole(
    change: dict[str, str], sentence: str
) -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    fields = fields_of(client.post(path, {"page": PAGE}).content.decode())
    answer = client.post(path, {**fields, "do": "store", **change})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "My great-aunt came home." in page or "text-2" in change
    assert not Discussion.objects.exists()
    assert not Enrollment.objects.filter(user=None).exists()


@pytest.mark.parametrize(
    "content", [b"", b"   \n", b"\x89PNG\r\n\x1a\n" + bytes(200), b"%PDF-1.4 x", b"x" * 10_000_000]
)
def test_a_file_that_is_no_page_is_refused_with_a_sentence(content: bytes) -> None:
    anna = cast.instructor()
    file = SimpleUploadedFile("page.txt", content)
    answer = cast.sign_in(anna).post(f"/c/{anna.course.public_id}/import", {"file": file})
    assert answer.status_code == 422
    assert 'class="error' in answer.content.decode()


def test_lines_that_were_not_understood_are_shown_and_kept() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    fields = fields_of(client.post(path, {"page": PAGE}).content.decode())
    client.post(path, {**fields, "do": "store", "left_over": "A line nobody understood."})
    assert "A line nobody understood." in Discussion.objects.get().context


def test_a_student_cannot_import() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    answer = cast.sign_in(maya).post(f"/c/{anna.course.public_id}/import", {"page": PAGE})
    assert answer.status_code == 403


def run(*arguments: str) -> int:
    from quaestio.config.cli import run as command

    return command(["import", *arguments])


def test_a_dry_run_prints_what_was_understood_and_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "page.txt"
    file.write_text(PAGE)
    assert run(str(file), "--dry-run") == 0
    printed = capsys.readouterr().out
    for words in ("Did the thaw begin before the speech?", "Who opened the gates?", "Ana Prieto"):
        assert words in printed
    assert not Discussion.objects.exists()


def test_the_command_stores_in_a_teachers_name_and_once(tmp_path: Path) -> None:
    anna = cast.instructor()
    assert anna.user is not None
    file = tmp_path / "page.txt"
    file.write_text(PAGE)
    options = [str(file), "--course", anna.course.public_id, "--by", anna.user.email]
    assert run(*options) == 0
    assert run(*options) == 0
    assert Discussion.objects.get().posts.count() == 3


@pytest.mark.parametrize("options", [[], ["--course", "nothing", "--by", "x@example.edu"]])
def test_the_command_says_what_is_missing(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "page.txt"
    file.write_text(PAGE)
    assert run(str(file), *options) == 2
    assert "quaestio import:" in capsys.readouterr().err


def test_the_page_we_started_from() -> None:
    if not SAMPLE.exists():
        pytest.skip(f"{SAMPLE} is not here")
    anna = cast.instructor()
    cast.reading(anna.course, "Myth, Memory, Trauma", author="Jones, Polly")
    cast.reading(anna.course, "A Precocious Autobiography", author="Yevtushenko, Yevgeny")
    cast.reading(anna.course, "The Cult of the Individual", author="Khrushchev, Nikita")
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    fields = fields_of(client.post(path, {"page": SAMPLE.read_text()}).content.decode())
    client.post(path, {**fields, "do": "store"})
    made = Discussion.objects.get()
    assert made.title.startswith("Was the intitial muddled era")
    assert made.context.count("<p>") == 4
    assert made.questions.count() == 6
    assert made.posts.count() == 6
    assert "Bookmark the permalink" not in made.context
    citations = {one.citation for one in made.quotations.filter(post=None)}
    assert {"(Evtushenko)", "(Jones 42)", "(The Cult of the Individual, Khruschev)"} <= citations


def test_the_command_is_installed() -> None:
    assert callable(main)


def test_a_date_no_blog_can_have_is_left_out() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    fields = fields_of(client.post(path, {"page": PAGE}).content.decode())
    odd = {"posted": "0001-01-01T00:00:00", "posted-1": "9999-12-31T23:59:59.999999"}
    assert client.post(path, {**fields, **odd, "do": "store"}).status_code == 302
    assert Discussion.objects.get().created_at.year > 2000
    assert all(post.created_at.year < 2200 for post in Post.objects.all())


def test_a_page_with_zero_bytes_in_it_is_read_without_them() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    preview = client.post(path, {"page": PAGE.replace("mkowalski", "mko\0walski")})
    fields = fields_of(preview.content.decode())
    assert fields["name-1"] == "mkowalski"
    client.post(path, {**fields, "name-1": "M.\0K.", "do": "store"})
    assert Post.objects.get(number=1).author.byline == "M.K."


def test_a_page_with_as_many_responses_as_are_taken_can_be_stored() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/import"
    many = "".join(f"Person {number} says:\n\nWords {number}.\n\n" for number in range(400))
    preview = client.post(path, {"page": f"A title\n\n400 Responses to A title\n\n{many}"})
    fields = fields_of(preview.content.decode())
    assert client.post(path, {**fields, "do": "store"}).status_code == 302
    assert Post.objects.count() == 400
