"""Putting a class list in: what is shown before, who is in at once, who comes by a link of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from queue import Queue
from threading import Barrier, Event
from time import sleep

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.config.clearing import clear_old
from quaestio.courses import actions
from quaestio.courses.classlist import read_list
from quaestio.courses.deeds import Deed
from quaestio.courses.links import link_of
from quaestio.courses.models import Enrollment, Invitee, Section, Trace
from quaestio.courses.roles import Role
from quaestio.notifications.models import Letter, Notice
from quaestio.notifications.sending import send_letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Enrollment:
    return cast.instructor()


def confirmed(name: str, address: str) -> User:
    user = cast.person(name, address)
    user.emailaddress_set.create(email=address, verified=True, primary=True)  # type: ignore[attr-defined]
    return user


def page_of(by: Enrollment, list: str, **fields: str) -> str:
    path = f"/c/{by.course.public_id}/people/list"
    response = cast.sign_in(by).post(path, {"list": list, "role": "student", **fields})
    return response.content.decode()


def put_in(by: Enrollment, list: str, **fields: str) -> Client:
    client = cast.sign_in(by)
    path = f"/c/{by.course.public_id}/people/list"
    sent = {"list": list, "role": "student", "do": "store", **fields}
    assert client.post(path, sent)["Location"] == f"/c/{by.course.public_id}/people"
    return client


def people_page(by: Enrollment) -> str:
    return cast.sign_in(by).get(f"/c/{by.course.public_id}/people").content.decode()


def rows(page: str) -> list[str]:
    """The rows of the tables, as one reads them."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in found]
    plain = [[" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in row] for row in cells]
    return [" ".join(" | ".join(row).split()) for row in plain]


def invitee(course: object, address: str) -> Invitee:
    return Invitee.objects.get(course=course, address=address)


# -- Before anything is done --------------------------------------------------------------------


def test_a_list_is_looked_at_first_and_nothing_is_changed(anna: Enrollment) -> None:
    maya = cast.student(anna.course, "Maya Lindqvist")
    rolf = cast.removed(anna.course, "Rolf Gone")
    tuesday = actions.make_section(course=anna.course, name="Tuesday")
    actions.place(enrollment=maya, by=anna, role=maya.role, byline=maya.byline, section=tuesday)
    assert maya.user and rolf.user and anna.user
    before = (Enrollment.objects.count(), Section.objects.count())
    page = page_of(
        anna,
        f"Name,Email,Section,Role\nIris,iris@example.org,monday,\nM,{maya.user.email},Monday,TA\n"
        f"R,{rolf.user.email},,\nX,nothing,,\nA,{anna.user.email},,\n",
        with_sections="on",
    )
    assert "Nothing is changed yet" in page
    shown = "\n".join(rows(page))
    assert "2 | Iris | new | iris@example.org | Student | monday" in shown
    assert "5 | X nothing | “nothing” is no e-mail address." in shown
    assert f"4 | Rolf Gone | was taken out, comes back | {rolf.user.email} | Student" in shown
    assert f"6 | Anna Berg | in already, address not confirmed | {anna.user.email} | Ins" in shown
    assert (
        "Maya Lindqvist has not confirmed this address" in shown
    )  # so a list makes nobody an assistant
    assert "A section is made: monday." in page
    assert (Enrollment.objects.count(), Section.objects.count()) == before
    assert not Invitee.objects.exists() and not Letter.objects.exists()


def test_a_change_of_role_or_section_is_shown_and_done(anna: Enrollment) -> None:
    maya = cast.student(anna.course, user=confirmed("Maya Lindqvist", "maya@example.edu"))
    text = "Name,Email,Section,Role\nM,maya@example.edu,Monday,TA"
    page = page_of(anna, text, with_sections="on")
    change = "in already; role: Student → Assistant; section: none → Monday"
    assert f"2 | Maya Lindqvist | {change} | maya@example.edu | Assistant | Monday" in rows(page)
    put_in(anna, text, with_sections="on")
    maya.refresh_from_db()
    assert (maya.role, maya.section and maya.section.name) == (Role.ASSISTANT, "Monday")
    assert maya.byline == "Maya Lindqvist"
    assert "in already" in page_of(anna, text, with_sections="on")
    assert "There is nothing to do" in page_of(anna, text, with_sections="on")


def test_the_preview_does_not_tell_whether_an_address_has_an_account(anna: Enrollment) -> None:
    confirmed("Noah Weiss", "noah@example.edu")
    cast.person("Ada Unsure", "ada@example.edu")
    page = page_of(anna, "noah@example.edu\nada@example.edu\nnobody@example.edu")
    told = {re.sub(r"\S+@|^\d", "", row) for row in rows(page) if "@example.edu" in row}
    assert told == {" | | new | example.edu | Student |"}
    assert "Noah" not in page and "Ada" not in page


def test_sections_are_left_alone_unless_the_teacher_says_so(anna: Enrollment) -> None:
    text = "Maya; maya@example.edu; Monday"
    page = page_of(anna, text)
    assert "The list names sections (Monday), which are left out." in page
    put_in(anna, text)
    assert not Section.objects.exists()
    put_in(anna, text, with_sections="on")
    assert str(invitee(anna.course, "maya@example.edu").section) == "Monday"


def test_sections_are_known_whatever_their_capitals(anna: Enrollment) -> None:
    actions.make_section(course=anna.course, name="Monday")
    put_in(anna, "M; m@example.edu; MONDAY\nN; n@example.edu; monday", with_sections="on")
    assert Section.objects.count() == 1


def test_a_file_is_looked_at_and_its_text_can_be_corrected(anna: Enrollment) -> None:
    file = SimpleUploadedFile("class.csv", "Zoë;zoe@example.edu;\r\nX;no".encode("utf-16"))
    path = f"/c/{anna.course.public_id}/people/list"
    fields = {"list": "", "role": "observer", "file": file, "do": "store"}
    page = cast.sign_in(anna).post(path, fields).content.decode()
    assert "Nothing is changed yet" in page  # a file is always looked at first
    assert "1 | Zoë | new | zoe@example.edu | Observer |" in rows(page)
    assert re.search(r"<textarea[^>]*>\s*Zoë;zoe@example.edu;", page)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"list": ""}, "The list is empty."),
        ({"list": "Maya"}, "No line of this holds an e-mail address"),
        ({"list": "", "file": b"PK\x03\x04"}, "This is a file of Excel, not a text."),
        ({"list": "m@example.edu", "role": "guest"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_kept(
    anna: Enrollment, fields: dict[str, str | bytes], sentence: str
) -> None:
    file = fields.get("file")
    sent = {"role": "student", "do": "store", **fields}
    if isinstance(file, bytes):
        sent["file"] = SimpleUploadedFile("class.xlsx", file)  # type: ignore[assignment]
    path = f"/c/{anna.course.public_id}/people/list"
    response = cast.sign_in(anna).post(path, sent)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Invitee.objects.exists()


def test_a_list_never_leaves_a_course_without_an_instructor(anna: Enrollment) -> None:
    assert anna.user
    anna.user.emailaddress_set.create(email=anna.user.email, verified=True)  # type: ignore[attr-defined]
    text = f"Email,Role\n{anna.user.email},student\nm@example.edu,student"
    assert "The course would be left without an instructor." in page_of(anna, text)
    put_in(anna, text)
    anna.refresh_from_db()
    assert anna.role == Role.INSTRUCTOR
    assert Invitee.objects.count() == 1


def test_looking_takes_the_same_queries_for_one_line_and_for_thirty(anna: Enrollment) -> None:
    def queries(count: int) -> int:
        lines = [f"P{n} <p{n}@example.edu>; A" for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page_of(anna, "\n".join(lines), with_sections="on")
        return len(asked)

    for n in range(30):
        cast.student(anna.course, user=confirmed(f"P{n}", f"p{n}@example.edu"))
    assert queries(1) == queries(30)


# -- Who is in at once --------------------------------------------------------------------------


def test_an_account_with_a_confirmed_address_is_in_at_once_and_is_told(anna: Enrollment) -> None:
    noah = confirmed("Noah Weiss", "noah@example.edu")
    put_in(anna, "Weiss, N.; NOAH@example.edu; Monday", with_sections="on")
    person = Enrollment.objects.get(user=noah)
    assert (person.byline, person.role, str(person.section)) == ("Noah Weiss", "student", "Monday")
    assert not Invitee.objects.exists()
    notice = Notice.objects.get(to=noah)
    page = cast.sign_in(noah).get("/notices/").content.decode()
    assert "your teacher has put the class list in" in page
    assert anna.course.title in page
    put_in(anna, "noah@example.edu")
    assert Notice.objects.get(to=noah) == notice


def test_an_address_that_was_not_confirmed_opens_nothing_by_itself(anna: Enrollment) -> None:
    squatter = cast.person("Sly", "iris@example.org")
    put_in(anna, "Iris <iris@example.org>")
    assert not Enrollment.objects.filter(user=squatter).exists()
    assert cast.sign_in(squatter).get(anna.course.get_absolute_url()).status_code == 404
    (wanted,) = Invitee.objects.all()
    assert cast.sign_in(squatter).post(f"/invited/{wanted.public_id}/{'0' * 40}").status_code == 404


def test_whoever_was_taken_out_comes_back_by_a_new_list(anna: Enrollment) -> None:
    rolf = cast.student(anna.course, user=confirmed("Rolf", "rolf@example.edu"))
    actions.remove_person(enrollment=rolf, by=anna)
    put_in(anna, "rolf@example.edu")
    rolf.refresh_from_db()
    assert rolf.removed_at is None


def test_the_record_says_that_a_list_was_put_in(anna: Enrollment) -> None:
    confirmed("Noah Weiss", "noah@example.edu")
    put_in(anna, "noah@example.edu\niris@example.org")
    trace = Trace.objects.get(deed=Deed.LISTED)
    assert trace.detail == {"enrolled": 1, "invited": 1}
    page = cast.sign_in(anna).get(f"/c/{anna.course.public_id}/record").content.decode()
    assert "put a class list in" in page
    assert "invited by mail: 1" in page


# -- Who is invited -----------------------------------------------------------------------------


def test_the_others_get_one_mail_each_with_a_link_of_their_own(anna: Enrollment) -> None:
    put_in(anna, "Iris Iwu <iris@example.org>\nju@example.org")
    put_in(anna, "Iris Iwu <iris@example.org>\nju@example.org")  # the same list again
    told = send_letters(worker="test")
    assert (told.sent, len(mail.outbox)) == (2, 2)
    first, second = mail.outbox
    assert first.to == ["Iris Iwu <iris@example.org>"]
    assert first.subject == f"You are invited to {anna.course.title}"
    links = [re.search(r"http://localhost:8000(/invited/\S+)", one.body) for one in mail.outbox]
    assert links[0] and links[1] and links[0][1] != links[1][1]
    assert links[0][1] == link_of(invitee(anna.course, "iris@example.org"))
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "ju@example.org" not in first.message().as_string()
    assert "iris@example.org" not in second.message().as_string()


def test_an_address_whose_domain_is_beyond_ascii_gets_its_mail(anna: Enrollment) -> None:
    put_in(anna, "Maya Lindqvist <maya@universität.example>")
    send_letters(worker="one")
    assert mail.outbox[0].to == ["Maya Lindqvist <maya@xn--universitt-y5a.example>"]
    assert Letter.objects.get().state == Letter.State.SENT


def test_the_link_lets_in_once_with_whichever_account(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "Iris <iris@example.org>")
    link = link_of(iris)
    page = Client().get(link).content.decode()
    assert anna.course.title in page and "Make an account" in page
    assert f"/accounts/signup/?next={link}" in page
    ida = cast.person("Ida Private", "ida@elsewhere.example")
    client = cast.sign_in(ida)
    assert "Join the course" in client.get(link).content.decode()
    assert not Enrollment.objects.filter(user=ida).exists()
    assert client.post(link)["Location"] == anna.course.get_absolute_url()
    assert Enrollment.objects.get(user=ida).byline == "Ida Private"
    assert not Invitee.objects.exists()
    for response in (cast.sign_in(cast.person()).post(link), Client().get(link)):
        assert response.status_code == 410
        assert "It works once" in response.content.decode()
    assert f"/accounts/login/?next={link}" in Client().get(link).content.decode()
    assert anna.course.enrollments.count() == 2


def test_whoever_came_in_by_it_is_led_in_again_however_they_press(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "Iris <iris@example.org>")
    client = cast.sign_in(ida := cast.person("Ida Private"))
    client.post(link_of(iris))
    for response in (client.get(link_of(iris)), client.post(link_of(iris))):
        assert response["Location"] == anna.course.get_absolute_url()
    assert "You are in this course already." in client.get("/").content.decode()
    me = Enrollment.objects.get(user=ida)
    assert actions.take_place(by=ida, public_id=str(iris.public_id)) == me
    actions.remove_person(enrollment=me, by=anna)
    assert client.get(link_of(iris)).status_code == 410


def test_a_mailed_link_leads_in_whoever_came_by_another_way_first(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "Iris <iris@example.org>")
    person = confirmed("Iris", "iris@example.org")
    actions.join(by=person, token=cast.invitation(anna).token)
    response = cast.sign_in(person).get(link_of(iris))
    assert response["Location"] == anna.course.get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_one_time_are_one_person_who_is_in() -> None:
    anna = cast.instructor()
    for _ in range(5):
        (iris,) = cast.listed(anna, f"Iris <{cast.person().email}>")
        person = cast.person()
        begin = Barrier(4)
        press = partial(actions.take_place, by=person, public_id=str(iris.public_id))
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(together, begin, press) for _ in range(4)]:
                done.result()
    assert Enrollment.objects.filter(course=anna.course).count() == 6


def test_a_link_that_was_changed_is_none(anna: Enrollment) -> None:
    first, second = cast.listed(anna, "a@example.org", "b@example.org")
    mixed = link_of(first).replace(first.public_id, second.public_id)
    client = cast.sign_in(cast.person())
    assert client.post(mixed).status_code == 404
    assert "We know no such link" in client.get(mixed).content.decode()
    assert Invitee.objects.count() == 2


def test_an_invitation_that_is_over_or_ended_lets_nobody_in(anna: Enrollment) -> None:
    over, ended = cast.listed(anna, "a@example.org", "b@example.org")
    Invitee.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(1))
    path = f"/c/{anna.course.public_id}/people/invited/{ended.public_id}/end"
    assert cast.sign_in(anna).post(path).status_code == 302
    for one in (over, ended):
        assert cast.sign_in(cast.person()).post(link_of(one)).status_code == 410
    assert anna.course.enrollments.count() == 1
    assert send_letters(worker="test").sent == 0  # nothing is left to say


def test_a_finished_course_is_joined_by_nobody(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "iris@example.org")
    actions.seal(course=anna.course, by=anna)
    assert cast.sign_in(cast.person()).post(link_of(iris)).status_code == 410
    assert send_letters(worker="test").sent == 0


def test_whoever_was_taken_out_since_does_not_come_back_by_an_older_link(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "iris@example.org")
    rolf = cast.removed(anna.course)
    assert cast.sign_in(rolf).post(link_of(iris)).status_code == 410
    assert Invitee.objects.exists()


def test_whoever_is_in_already_settles_the_invitation(anna: Enrollment) -> None:
    monday = actions.make_section(course=anna.course, name="Monday")
    (iris,) = cast.listed(anna, "iris@example.org")
    Invitee.objects.update(section=monday)
    ida = cast.student(anna.course, "Ida")
    client = cast.sign_in(ida)
    assert "You are in this course already" in client.get(link_of(iris)).content.decode()
    client.post(link_of(iris))
    ida.refresh_from_db()
    assert (ida.section, Invitee.objects.count()) == (monday, 0)


def test_whoever_came_by_another_address_is_known_when_the_same_list_comes_again(
    anna: Enrollment,
) -> None:
    (iris,) = cast.listed(anna, "Iris <iris@example.org>")
    ida = cast.person("Ida Private", "ida@elsewhere.example")
    cast.sign_in(ida).post(link_of(iris))
    sent = Letter.objects.count()
    page = page_of(anna, "Iris <iris@example.org>")
    known = "1 | Ida Private | in already, by the invitation to this address | iris@example.org"
    assert any(row.startswith(known) for row in rows(page))
    assert "There is nothing to do" in page
    put_in(anna, "Iris <iris@example.org>\nju@example.org")
    assert [one.address for one in Invitee.objects.all()] == ["ju@example.org"]
    assert Letter.objects.count() == sent + 1
    assert "iris@example.org" not in str(Enrollment.objects.filter(user=ida).values())


def test_a_list_makes_nobody_a_teacher_who_came_by_another_address(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "iris@example.org")
    ida = cast.person("Ida Private", "ida@elsewhere.example")
    cast.sign_in(ida).post(link_of(iris))
    put_in(anna, "Email,Role\niris@example.org,assistant\nju@example.org,student")
    assert Enrollment.objects.get(user=ida).role == Role.STUDENT


def test_one_course_does_not_know_by_which_address_somebody_came_to_another(
    anna: Enrollment,
) -> None:
    (iris,) = cast.listed(anna, "iris@example.org")
    ida = cast.person("Ida Private", "ida@elsewhere.example")
    cast.sign_in(ida).post(link_of(iris))
    other = cast.instructor(cast.course("Another course"))
    cast.student(other.course, user=ida)
    assert "1 | | new | iris@example.org" in "\n".join(rows(page_of(other, "iris@example.org")))


def test_a_newcomer_called_as_somebody_in_the_course_is_pointed_out(anna: Enrollment) -> None:
    cast.student(anna.course, "Maya Lindqvist")
    page = page_of(anna, "maya lindqvist <m@example.org>\nNoah Weiss <n@example.org>")
    assert "new; somebody called Maya Lindqvist is in already" in page
    assert page.count("somebody called") == 1


def test_a_general_link_settles_it_for_whoever_has_confirmed_the_address(anna: Enrollment) -> None:
    cast.listed(anna, "iris@example.org", "ju@example.org")
    cast.student(anna.course, user=cast.person("Sly", "ju@example.org"))
    cast.student(anna.course, user=confirmed("Iris", "iris@example.org"))
    assert [one.address for one in Invitee.objects.all()] == ["ju@example.org"]


def test_an_address_is_deleted_by_whoever_has_its_mail(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "iris@example.org")
    page = Client().post(link_of(iris), {"do": "delete"}).content.decode()
    assert "Your address is deleted" in page
    assert not Invitee.objects.exists()


def test_the_roster_lists_who_has_not_come_yet_for_instructors_alone(anna: Enrollment) -> None:
    cast.listed(anna, "Iris Iwu <iris@example.org>")
    page = people_page(anna)
    assert "Invited, not yet come" in page
    assert any(row.startswith("Iris Iwu | Student |") and "on its way" in row for row in rows(page))
    for other in (cast.student(anna.course), cast.assistant(anna.course)):
        page = people_page(other)
        assert "Iris" not in page and "Invited, not yet come" not in page


def test_nothing_is_sent_again_to_whoever_has_come_in_at_that_moment(anna: Enrollment) -> None:
    (invitee,) = cast.listed(anna, "maya@example.org; Maya Lindqvist")
    actions.take_place(by=cast.person("Maya"), public_id=invitee.public_id)
    letters = Letter.objects.count()
    actions.invite_again(invitee=invitee)
    assert Letter.objects.count() == letters and not Invitee.objects.exists()


def test_it_is_sent_again_with_the_same_link_three_times_a_day_at_most(anna: Enrollment) -> None:
    (iris,) = cast.listed(anna, "iris@example.org")
    Invitee.objects.update(expires_at=timezone.now() - timedelta(days=2))
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/people/invited/{iris.public_id}"
    assert client.post(f"{path}/again").status_code == 302
    assert Letter.objects.count() == 1  # the first is still on its way
    for _ in range(4):
        send_letters(worker="test")
        page = client.post(f"{path}/again", follow=True).content.decode()
    assert "Try again tomorrow" in page
    assert len(mail.outbox) == 3
    assert len({re.findall(r"/invited/\S+", one.body)[0] for one in mail.outbox}) == 1
    iris.refresh_from_db()
    assert not iris.is_over


def test_a_mail_that_came_back_is_told_on_the_roster_without_the_address_in_any_letter(
    anna: Enrollment,
) -> None:
    cast.listed(anna, "iris@example.org")
    Letter.objects.update(state=Letter.State.REFUSED)
    assert "came back: is the address right?" in people_page(anna)


def test_nobody_has_more_than_so_many_invitations_sent_in_a_day(
    anna: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_A_DAY", 2)
    cast.listed(anna, "a@example.org", "b@example.org")
    other = cast.course("Another", by=anna.user)
    me = Enrollment.objects.get(course=other)
    with pytest.raises(actions.TooMany):
        actions.put_list_in(by=me, lines=read_list("c@example.org"))
    assert "invitations in one day are not sent" in page_of(me, "c@example.org", do="store")
    assert Letter.objects.count() == 2


def test_the_roster_takes_the_same_queries_for_one_invitation_and_for_three(
    anna: Enrollment,
) -> None:
    def queries() -> int:
        client = cast.sign_in(anna)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/c/{anna.course.public_id}/people")
        return len(asked)

    cast.listed(anna, "a@example.org; Monday")
    one = queries()
    cast.listed(anna, "b@example.org", "c@example.org")
    assert queries() == one


def test_an_invitation_that_nobody_followed_is_forgotten_in_time(anna: Enrollment) -> None:
    old, new = cast.listed(anna, "a@example.org", "b@example.org")
    Invitee.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(days=31))
    Invitee.objects.filter(pk=new.pk).update(expires_at=timezone.now() - timedelta(days=29))
    assert clear_old(timezone.now())["invitations"] == 1
    assert list(Invitee.objects.all()) == [new]


# -- At one moment ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_list_is_put_in_while_people_on_it_join_and_another_teacher_puts_it_in_too() -> None:
    anna = cast.instructor()
    beth = cast.member(anna.course, Role.INSTRUCTOR, "Beth Cole")
    old = actions.enroll(confirmed("Old", "old@example.edu"), anna.course, Role.STUDENT, None)
    assert old.user is not None
    link = cast.invitation(anna)
    for turn in range(4):
        there = [confirmed(f"Person {n}", f"p{turn}-{n}@example.edu") for n in range(8)]
        text = "\n".join(f"{one.email}; Some Body; Section {turn}" for one in there)
        text += "".join(f"\nnew{turn}-{n}@example.org; Some Body" for n in range(6))
        text += f"\n{old.user.email}; Old; Section {turn}"
        lines = read_list(text)
        verbs = [
            *(partial(actions.put_list_in, by=by, lines=lines) for by in (anna, beth)),
            *(partial(actions.join, by=one, token=link.token) for one in there[::2]),
            partial(
                actions.place, enrollment=old, by=beth, role=old.role, byline="Old", section=None
            ),
        ]
        begin = Barrier(len(verbs))
        with ThreadPoolExecutor(len(verbs)) as pool:
            for done in [pool.submit(together, begin, verb) for verb in verbs]:
                done.result()
    assert Enrollment.objects.count() == 3 + 4 * 8
    assert Invitee.objects.count() == Letter.objects.filter(kind=Letter.Kind.OUTSIDE).count() == 24


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_list_waits_for_two_people_on_it_who_are_joining_one_after_the_other() -> None:
    anna = cast.instructor()
    link = cast.invitation(anna), cast.invitation(anna)
    people = [confirmed(f"Person {n}", f"p{n}@example.edu") for n in range(2)]
    lines = read_list("".join(f"{one.email}; Some Body; Monday\n" for one in people))
    in_hand = [Queue[str]() for _ in people]
    go_on = [Event() for _ in people]

    def join(n: int) -> None:
        try:
            with transaction.atomic():
                actions.join(by=people[n], token=link[n].token)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_current_xact_id()::xid::text")
                    in_hand[n].put(cursor.fetchone()[0])
                go_on[n].wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        joining = [pool.submit(join, n) for n in range(2)]
        transactions = [one.get(timeout=30) for one in in_hand]
        put_in = partial(actions.put_list_in, by=anna, lines=lines, with_sections=True)
        listing = pool.submit(together, Barrier(1), put_in)
        for n in range(2):
            wait_for_one_who_waits_for(transactions[n])
            go_on[n].set()
            joining[n].result(30)
        listing.result(30)
    there = Enrollment.objects.filter(user__in=people)
    assert [one.section.name for one in there if one.section] == ["Monday", "Monday"]


def wait_for_one_who_waits_for(transaction: str) -> None:
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid::text = %s"
    for _ in range(3_000):
        with connection.cursor() as cursor:
            cursor.execute(waiting, [transaction])
            if cursor.fetchone():
                return
        sleep(0.01)
    raise AssertionError("nobody waits")


def together(begin: Barrier, verb: Callable[[], object]) -> None:
    try:
        begin.wait()
        verb()
    finally:
        connection.close()
