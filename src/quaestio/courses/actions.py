"""What can be done to a course: verbs, atomic, each says who does it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from quaestio.accounts.models import User
from quaestio.courses.classlist import Line
from quaestio.courses.deeds import Deed
from quaestio.courses.links import mark_of
from quaestio.courses.listplan import Step, plan_of
from quaestio.courses.models import (
    Course,
    Enrollment,
    FeedKey,
    Guest,
    Invitation,
    Invitee,
    Leader,
    Meeting,
    Section,
    Trace,
    in_a_month,
    new_token,
)
from quaestio.courses.queries import came_by, invitee_behind, why_no_place, why_refused
from quaestio.courses.roles import MAY_INVITE, Role
from quaestio.notifications.actions import tell, write_outside
from quaestio.notifications.queries import letters_outside


class LinkRefused(Exception):
    """A join link does not open. ``reason``: unknown, revoked, expired, used_up, taken,
    sealed or removed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LastInstructor(Exception):
    """A course must keep one instructor."""


SETTINGS = frozenset(
    {
        "is_public",
        "students_pose",
        "post_first",
        "pseudonyms",
        "hold_posts",
        "edit_minutes",
        "guests",
        "citation_style",
    }
)


def note_deed(
    deed: Deed,
    *,
    by: Enrollment | None,
    course: Course | None = None,
    person: Enrollment | None = None,
    discussion: str = "",
    post: str = "",
    because: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Trace:
    """Write a deed into the course's record, in the transaction that does it.

    ``discussion`` and ``post`` are public ids; ``detail`` is what else the line is to say. Where it
    is done by nobody of the course but at the command line, ``course`` says where it belongs.
    """
    if by is None and course is None:
        raise TypeError("a deed belongs to a course")
    return Trace.objects.create(
        course_id=course.pk if course is not None else by.course_id,  # type: ignore[union-attr]
        by=by,
        deed=deed,
        person=person,
        discussion=discussion,
        post=post,
        because=because[:500],
        detail=dict(detail or {}),
    )


@transaction.atomic
def create_course(*, by: User, title: str, term: str = "", **settings: bool) -> Course:
    """A course with its maker as instructor."""
    course = Course.objects.create(title=title, term=term, **settings)
    Enrollment.objects.create(course=course, user=by, role=Role.INSTRUCTOR, byline=by.name)
    return course


@transaction.atomic
def change_course(
    *, course: Course, by: Enrollment, title: str, term: str, **settings: Any
) -> Course:
    """Change the course's settings: those in ``SETTINGS``, the others stay."""
    unknown = settings.keys() - SETTINGS
    if unknown:
        raise TypeError(f"no settings of a course: {', '.join(sorted(unknown))}")
    there = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    wanted = {"title": title, "term": term, **settings}
    for name, value in wanted.items():
        setattr(course, name, value)
    course.save(update_fields=["title", "term", *settings])
    changed = {
        name: [getattr(there, name), value]
        for name, value in wanted.items()
        if getattr(there, name) != value
    }
    if changed:
        note_deed(Deed.CHANGED_SETTINGS, by=by, detail=changed)
    touch(course.pk)
    return course


def hold(course_id: int) -> Course:
    """The course, whose people nobody else changes until this transaction ends. Whoever changes
    more than one of them takes it first, so that nobody waits in a circle; joining does not.
    """
    return Course.objects.select_for_update(no_key=True).get(pk=course_id)


def touch(course_id: int) -> None:
    """Say that something has changed that other pages of the course show."""
    Course.objects.filter(pk=course_id).update(version=F("version") + 1)


@transaction.atomic
def make_section(*, course: Course, name: str) -> Section:
    return Section.objects.get_or_create(course=course, name=name)[0]


@transaction.atomic
def make_meeting(*, course: Course, title: str, on: date, note: str = "") -> Meeting:
    return Meeting.objects.create(course=course, title=title, date=on, note=note)


@transaction.atomic
def change_meeting(*, meeting: Meeting, title: str, on: date, note: str) -> Meeting:
    meeting.title, meeting.date, meeting.note = title, on, note
    meeting.save(update_fields=["title", "date", "note"])
    touch(meeting.course_id)
    return meeting


@transaction.atomic
def set_leaders(*, meeting: Meeting, people: Iterable[Enrollment]) -> list[Leader]:
    """Bring those who pose the question for a meeting to ``people``, who are told so."""
    wanted = list(people)
    meeting.leaders.exclude(person__in=wanted).delete()
    for person in wanted:
        Leader.objects.get_or_create(meeting=meeting, person=person)
    touch(meeting.course_id)
    leaders = list(meeting.leaders.select_related("person__user"))
    tell(
        to=[one.person.user for one in leaders if one.person.user is not None],
        kind="leading",
        about=meeting.public_id,
        key=f"leading:{meeting.public_id}",
        list=meeting.course.public_id,
    )
    return leaders


@transaction.atomic
def invite(
    *,
    by: Enrollment,
    role: str,
    max_uses: int | None = None,
    expires_at: datetime | None = None,
    section: Section | None = None,
) -> Invitation:
    """A link for people who are to join with ``role``."""
    if role not in MAY_INVITE.get(by.role, frozenset()):
        raise PermissionDenied
    invitation = Invitation(
        course=by.course, role=role, max_uses=max_uses, section=section, created_by=by
    )
    if expires_at is not None:
        invitation.expires_at = expires_at
    invitation.save()
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation: Invitation) -> Invitation:
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
    return invitation


def join(*, by: User, token: str) -> Enrollment:
    """Become a member through a link. A second time changes nothing and uses nothing up."""
    try:
        return join_once(by, token)
    except IntegrityError:
        # The same person pressed twice, and the other press was a moment earlier.
        return Enrollment.objects.get(course__invitations__token=token, user=by)


@transaction.atomic
def join_once(by: User, token: str) -> Enrollment:
    invitation = Invitation.objects.select_related("course").filter(token=token).first()
    if invitation is None:
        raise LinkRefused("unknown")
    there = Enrollment.objects.filter(course=invitation.course, user=by).first()
    if there is not None and there.removed_at is None:
        return there
    reason = why_refused(invitation, there)
    if reason:
        raise LinkRefused(reason)
    # One statement decides, however many people press at once.
    taken = Invitation.objects.filter(
        Q(max_uses__isnull=True) | Q(uses__lt=F("max_uses")), pk=invitation.pk
    ).update(uses=F("uses") + 1)
    if not taken:
        raise LinkRefused("used_up")
    enrollment = enroll(by, invitation.course, invitation.role, invitation.section)
    settle_invitee(enrollment, by)
    return enrollment


# -- Class lists --------------------------------------------------------------------------------

MOST_A_DAY = 1_000  # invitations by one teacher: whoever has an account can make a course
MOST_LETTERS = 3  # about one invitation in a day


class TooMany(Exception):
    """More mails than anybody may have sent in one day."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a class list: how many are in now, were invited by mail, were changed."""

    enrolled: int
    invited: int
    changed: int


@transaction.atomic
def put_list_in(
    *, by: Enrollment, lines: Iterable[Line], role: str = Role.STUDENT, with_sections: bool = False
) -> Listed:
    """Bring the people of a class list into the course. Whoever has an account whose owner has
    confirmed the address is in at once and is told so; to the others goes a link that only the
    owner of the address gets. What is wrong with a line leaves that line out. The same list again
    changes nothing, whichever address people came in by: of the one on the list a mark is kept.
    """
    if role not in MAY_INVITE.get(by.role, frozenset()):
        raise PermissionDenied
    course = hold(by.course_id)
    plan = plan_of(course, lines, role=role, with_sections=with_sections)
    owners = owners_of(step.line.address for step in plan.fresh)
    invited = [step for step in plan.fresh if step.line.address not in owners]
    if invited and invited_today(by) + len(invited) > MOST_A_DAY:
        raise TooMany
    sections = sections_of(course, [step.section for step in plan.steps if step.section])
    for step in plan.changed:
        place_as_listed(step, sections, by)
    people = [
        enroll_listed(owners[step.line.address], course, step.role, sections.get(step.section))
        for step in plan.fresh
        if step.line.address in owners
    ]
    invitees = Invitee.objects.bulk_create(
        Invitee(
            course=course,
            address=step.line.address,
            name=step.line.name,
            role=step.role,
            section=sections.get(step.section),
            invited_by=by,
        )
        for step in invited
    )
    write_outside(about=[one.public_id for one in invitees])
    listed = Listed(len(people), len(invitees), len(plan.changed))
    if any((listed.enrolled, listed.invited, listed.changed)):
        counts = {"enrolled": listed.enrolled, "invited": listed.invited}
        trace = note_deed(Deed.LISTED, by=by, detail=counts)
        touch(course.pk)
        tell(
            to=[one.user for one in people if one.user is not None],
            kind="enrolled",
            about=course.public_id,
            key=f"enrolled:{course.public_id}:{trace.pk}",
            list=course.public_id,
        )
    return listed


def owners_of(addresses: Iterable[str]) -> dict[str, User]:
    """The accounts whose owners have shown that these addresses are theirs."""
    confirmed = EmailAddress.objects.filter(
        email__in=set(addresses), verified=True, user__is_active=True
    )
    return {one.email: one.user for one in confirmed.select_related("user")}


def invited_today(by: Enrollment) -> int:
    since = timezone.now() - timedelta(days=1)
    lists = Trace.objects.filter(deed=Deed.LISTED, by__user=by.user_id, at__gte=since)
    return sum(detail.get("invited", 0) for detail in lists.values_list("detail", flat=True))


def sections_of(course: Course, names: Iterable[str]) -> dict[str, Section]:
    """The course's sections by name; those that are missing are made."""
    there = {one.name: one for one in Section.objects.filter(course=course)}
    for name in dict.fromkeys(names):
        if name not in there:
            there[name] = make_section(course=course, name=name)
    return there


def place_as_listed(step: Step, sections: Mapping[str, Section], by: Enrollment) -> None:
    section = sections.get(step.section)
    if step.person is not None:
        place(
            enrollment=step.person,
            by=by,
            role=step.role,
            byline=step.person.byline,
            section=section,
        )
    elif step.invitee is not None:
        # It may be gone: who was invited may have come in since.
        there = Invitee.objects.filter(pk=step.invitee.pk)
        there.update(role=step.role, section=section)


def enroll_listed(user: User, course: Course, role: str, section: Section | None) -> Enrollment:
    """Into the course by a class list, where it may be that somebody joins at this moment."""
    try:
        with transaction.atomic():
            return enroll(user, course, role, section)
    except IntegrityError:
        there = Enrollment.objects.get(course=course, user=user)
        keep_in_section(there, section)
        return there


def enroll(user: User, course: Course, role: str, section: Section | None) -> Enrollment:
    """Into the course, by the name of the account; whoever was taken out is in again."""
    there = Enrollment.objects.filter(course=course, user=user).first()
    if there is None:
        return Enrollment.objects.create(
            course=course, user=user, role=role, section=section, byline=user.name
        )
    if there.removed_at is not None:
        there.removed_at, there.role, there.section = None, role, section
        there.save(update_fields=["removed_at", "role", "section"])
    return there


@transaction.atomic
def invite_again(*, invitee: Invitee) -> Invitee:
    """Another mail with the same link, which is good for a month from now."""
    day = timezone.now() - timedelta(days=1)
    letters = letters_outside([invitee.public_id], since=day)
    if len(letters) >= MOST_LETTERS:
        raise TooMany
    invitee.invited_at, invitee.expires_at = timezone.now(), in_a_month()
    there = Invitee.objects.filter(pk=invitee.pk)
    if not there.update(invited_at=invitee.invited_at, expires_at=invitee.expires_at):
        return invitee  # who was invited has come in at this moment
    if not any(one.state == one.State.WAITING for one in letters):
        write_outside(about=[invitee.public_id])
    return invitee


@transaction.atomic
def end_invitation(*, invitee: Invitee) -> None:
    """The place is kept no longer; the link opens nothing, and the address is forgotten."""
    invitee.delete()


def take_place(*, by: User, public_id: str) -> Enrollment:
    """Come in by the link that was mailed, with whichever account. It works once; for whoever came
    in by it, a second time changes nothing.
    """
    try:
        return take_place_once(by, public_id)
    except IntegrityError:
        # The same person came in by another way, a moment earlier.
        return take_place_once(by, public_id)


@transaction.atomic
def take_place_once(by: User, public_id: str) -> Enrollment:
    invitee = invitee_behind(public_id)
    if invitee is None:
        return whoever_took(public_id, by)
    there = Enrollment.objects.filter(course=invitee.course, user=by).first()
    if reason := why_no_place(invitee, there):
        raise LinkRefused(reason)
    if there is not None:
        hold(invitee.course_id)  # two rows change that a class list may be changing
    # One statement decides, however many people press at once.
    if not Invitee.objects.filter(pk=invitee.pk).delete()[0]:
        return whoever_took(public_id, by)
    enrollment = enroll(by, invitee.course, invitee.role, invitee.section)
    note_place(enrollment, invitee)
    return enrollment


def whoever_took(public_id: str, by: User) -> Enrollment:
    """Where the other press of the same person was a moment earlier, they are in."""
    enrollment = came_by(public_id, by)
    if enrollment is None:
        raise LinkRefused("taken")
    return enrollment


def note_place(enrollment: Enrollment, invitee: Invitee) -> None:
    """Whoever is in has the place that was kept: the section that goes with it, its link, and a
    mark by which the same list knows them again.
    """
    keep_in_section(enrollment, invitee.section)
    enrollment.came_by = str(invitee.public_id)
    enrollment.listed_as = mark_of(invitee.course_id, invitee.address)
    enrollment.save(update_fields=["came_by", "listed_as"])


def keep_in_section(enrollment: Enrollment, section: Section | None) -> None:
    """Whoever is in already is placed as the list says where they have no section yet."""
    if section is not None and enrollment.section_id is None:
        enrollment.section = section
        enrollment.save(update_fields=["section"])


def settle_invitee(enrollment: Enrollment, user: User) -> None:
    """Somebody on the class list has come by another way: by an address that they have confirmed
    they are known to be the one, and no place is kept any longer.
    """
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values("email")
    for one in Invitee.objects.filter(course=enrollment.course_id, address__in=confirmed):
        note_place(enrollment, one)
        one.delete()


@transaction.atomic
def remove_person(*, enrollment: Enrollment, by: Enrollment) -> Enrollment:
    """End a membership at once. What the person wrote stays under their byline."""
    hold(enrollment.course_id)
    keep_an_instructor(enrollment)
    enrollment.removed_at = timezone.now()
    enrollment.save(update_fields=["removed_at"])
    FeedKey.objects.filter(person=enrollment).delete()
    note_deed(Deed.REMOVED, by=by, person=enrollment)
    return enrollment


@transaction.atomic
def make_feed_key(*, person: Enrollment) -> FeedKey:
    """The key to a person's feeds; a new one, and the one before opens nothing any more."""
    new = {"token": new_token(), "made_at": timezone.now()}
    key, _made = FeedKey.objects.update_or_create(person=person, defaults=new)
    return key


@transaction.atomic
def change_role(*, enrollment: Enrollment, by: Enrollment, role: str) -> Enrollment:
    hold(enrollment.course_id)
    if role != Role.INSTRUCTOR:
        keep_an_instructor(enrollment)
    before = Enrollment.objects.select_for_update(no_key=True).values_list("role", flat=True)
    was = before.get(pk=enrollment.pk)
    enrollment.role = Role(role)
    enrollment.save(update_fields=["role"])
    if was != enrollment.role:
        roles = {"role": [was, str(enrollment.role)]}
        note_deed(Deed.CHANGED_ROLE, by=by, person=enrollment, detail=roles)
    return enrollment


@transaction.atomic
def place(
    *,
    enrollment: Enrollment,
    by: Enrollment,
    role: str,
    byline: str,
    section: Section | None,
    hold_posts: bool | None = None,
) -> Enrollment:
    """What a person is in the course: role, name, section, and whether their posts wait (None:
    as before).
    """
    change_role(enrollment=enrollment, by=by, role=role)
    enrollment.byline, enrollment.section = byline, section
    if hold_posts is not None:
        was = Enrollment.objects.values_list("hold_posts", flat=True).get(pk=enrollment.pk)
        enrollment.hold_posts = hold_posts
        if hold_posts != was:
            note_deed(Deed.HELD if hold_posts else Deed.RELEASED, by=by, person=enrollment)
    enrollment.save(update_fields=["byline", "section", "hold_posts"])
    touch(enrollment.course_id)
    return enrollment


def keep_an_instructor(leaving: Enrollment) -> None:
    others = Enrollment.objects.select_for_update(no_key=True).filter(
        course=leaving.course, role=Role.INSTRUCTOR, removed_at__isnull=True, user__isnull=False
    )
    if leaving.role == Role.INSTRUCTOR and not [one for one in others if one.pk != leaving.pk]:
        raise LastInstructor


@transaction.atomic
def enroll_named(*, course: Course, byline: str, role: str = Role.STUDENT) -> Enrollment:
    """A person known by name only, as on an imported page. The same name is the same person."""
    name = re.sub(r"\s+", " ", byline).strip()[:120]
    # A guest has given that name to themselves: it may be somebody else's.
    named = Enrollment.objects.filter(course=course, user__isnull=True, byline__iexact=name)
    found = named.exclude(role=Role.GUEST).first()
    return found or Enrollment.objects.create(course=course, byline=name, role=role)


@transaction.atomic
def admit_guest(*, course: Course, address: str, byline: str) -> Guest:
    """The guest to whom an address belongs, which has just been confirmed: whoever comes again
    with the same one is the same person, under the name they had.
    """
    there = Guest.objects.select_related("enrollment").filter(course=course, address=address)
    guest = there.first()
    if guest is None:
        enrollment = Enrollment.objects.create(course=course, byline=byline, role=Role.GUEST)
        guest = Guest.objects.create(enrollment=enrollment, course=course, address=address)
    guest.enrollment.course = course
    return guest


@transaction.atomic
def seal(*, course: Course, by: Enrollment) -> Course:
    """Finish a course: from now on it can be read and no longer changed."""
    if course.sealed_at is None:
        course.sealed_at = timezone.now()
        course.save(update_fields=["sealed_at"])
        note_deed(Deed.SEALED, by=by)
        touch(course.pk)
    return course


@transaction.atomic
def unseal(*, course: Course, by: Enrollment) -> Course:
    """Take a finished course up again, as it was."""
    if course.sealed_at is not None:
        course.sealed_at = None
        course.save(update_fields=["sealed_at"])
        note_deed(Deed.UNSEALED, by=by)
        touch(course.pk)
    return course
