"""What a class list would change in a course: to be looked at before anything is.

It tells of nobody's account: somebody who is not in the course is new, whether the site knows the
address or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from quaestio.courses.classlist import Line
from quaestio.courses.links import mark_of
from quaestio.courses.models import Course, Enrollment, Invitee, Section
from quaestio.courses.roles import Role


class Case(StrEnum):
    NEW = "new"  # gets in, or gets an invitation
    BACK = "back"  # was in the course before, and was taken out
    SAME = "same"  # is in, as the list says
    CHANGED = "changed"  # is in, in another role or section
    INVITED = "invited"  # is invited and has not come yet


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one line. ``role`` and ``section`` are what the person will have; ``changes``
    says what of it is another now, with what it was.
    """

    line: Line
    case: Case
    role: str
    section: str
    person: Enrollment | None = None
    invitee: Invitee | None = None
    changes: Sequence[tuple[str, str, str]] = ()
    is_confirmed: bool = True  # that the address is the person's
    by_invitation: bool = False  # they came by the link mailed to it, with another address
    namesake: str = ""  # who in the course is called as this newcomer is

    @property
    def name(self) -> str:
        return self.person.byline if self.person else self.line.name

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)


@dataclass(frozen=True, slots=True)
class Plan:
    """A class list against a course. ``made`` are the sections that it would make, ``left_out``
    those that it names while sections are not to be looked at.
    """

    steps: Sequence[Step]
    wrong: Sequence[Line]
    made: Sequence[str] = field(default=())
    left_out: Sequence[str] = field(default=())

    def of(self, *cases: Case) -> list[Step]:
        return [step for step in self.steps if step.case in cases]

    @property
    def fresh(self) -> list[Step]:
        return self.of(Case.NEW, Case.BACK)

    @property
    def changed(self) -> list[Step]:
        return [step for step in self.steps if step.changes]

    @property
    def unchanged(self) -> int:
        return len(self.steps) - len(self.fresh) - len(self.changed)

    @property
    def does_something(self) -> bool:
        return bool(self.fresh or self.changed)


def plan_of(course: Course, lines: Iterable[Line], *, role: str, with_sections: bool) -> Plan:
    """``role`` is for newcomers where the list names none. Six queries, however long the list."""
    lines = list(lines)
    good = [line for line in lines if not line.problem]
    addresses = {line.address for line in good}
    people, confirmed, came = members_at(course, addresses)
    waiting = Invitee.objects.select_related("section").filter(course=course, address__in=addresses)
    invitees = {one.address: one for one in waiting}
    there = {one.name.casefold(): one.name for one in Section.objects.filter(course=course)}
    names = names_in(course)
    steps: list[Step] = []
    wrong = [line for line in lines if line.problem]
    seen: dict[int, int] = {}  # by person, in which line they stand
    made: dict[str, str] = {}
    for line in good:
        named = there.get(line.section.casefold()) or line.section
        if with_sections and named and named.casefold() not in there:
            named = made.setdefault(named.casefold(), named)
        step = step_of(
            replace(line, section=named if with_sections else ""),
            people.get(line.address),
            invitees.get(line.address),
            role,
        )
        if step.person is not None:
            before = seen.setdefault(step.person.pk, line.number)
            if before != line.number:
                problem = _("The same person stands in line %(line)s.") % {"line": before}
                wrong.append(replace(line, problem=problem))
                continue
        step = replace(
            step,
            is_confirmed=step.person is None or line.address in confirmed,
            by_invitation=line.address in came,
            namesake="" if step.person else names.get(line.name.casefold(), ""),
        )
        if step.person is not None and step.role != step.person.role and not step.is_confirmed:
            # Whoever signs up with a teacher's address is not made a teacher by a list.
            problem = _(
                "%(name)s has not confirmed this address. If you know that it is theirs, change "
                "the role on the people page."
            ) % {"name": step.name}
            wrong.append(replace(line, problem=problem))
            continue
        steps.append(step)
    steps, kept = keeping_an_instructor(course, steps)
    left_out = () if with_sections else sorted({line.section for line in good if line.section})
    wrong = sorted([*wrong, *kept], key=lambda line: line.number)
    return Plan(steps, wrong, tuple(made.values()), tuple(left_out))


def members_at(
    course: Course, addresses: set[str]
) -> tuple[dict[str, Enrollment], set[str], set[str]]:
    """By address, who is or was in the course; which of these addresses were confirmed, and by the
    invitation to which of them somebody came who has another. Without either, it is only what
    somebody has signed up with.
    """
    of_course = Enrollment.objects.filter(course=course, user__isnull=False)
    people = of_course.select_related("user", "section")
    found = {one.user.email: one for one in people.filter(user__email__in=addresses) if one.user}
    marks = {mark_of(course.pk, address): address for address in addresses}
    came = {marks[one.listed_as]: one for one in people.filter(listed_as__in=marks)}
    confirmed = dict(
        EmailAddress.objects.filter(
            email__in=addresses, verified=True, user__enrollments__course=course
        ).values_list("email", "user_id")
    )
    theirs = {one.user_id: one for one in people.filter(user__in=set(confirmed.values()))}
    found |= came | {address: theirs[user] for address, user in confirmed.items()}
    return found, set(confirmed), set(came) - set(confirmed)


def names_in(course: Course) -> dict[str, str]:
    """The bylines of who is in the course, whatever their capitals."""
    there = Enrollment.objects.filter(course=course, user__isnull=False, removed_at__isnull=True)
    return {name.casefold(): name for name in there.values_list("byline", flat=True)}


def step_of(line: Line, person: Enrollment | None, invitee: Invitee | None, role: str) -> Step:
    if person is not None and person.removed_at is None:
        return of_member(line, person)
    wanted = line.role or role
    if person is not None and invitee is None:
        return Step(line, Case.BACK, wanted, line.section, person=person)
    if invitee is not None:
        wanted = line.role or invitee.role
        section = line.section or name_of(invitee.section)
        changes = differences(invitee.role, wanted, invitee.section, section)
        return Step(line, Case.INVITED, wanted, section, invitee=invitee, changes=changes)
    return Step(line, Case.NEW, wanted, line.section)


def of_member(line: Line, person: Enrollment) -> Step:
    """Who is in keeps their role and section unless the list itself names another."""
    role = line.role or person.role
    section = line.section or name_of(person.section)
    changes = differences(person.role, role, person.section, section)
    case = Case.CHANGED if changes else Case.SAME
    return Step(line, case, role, section, person=person, changes=changes)


def name_of(section: Section | None) -> str:
    return section.name if section else ""


def differences(
    was: str, role: str, section: Section | None, named: str
) -> list[tuple[str, str, str]]:
    changes = []
    if was != role:
        changes.append((_("role"), str(Role(was).label), str(Role(role).label)))
    if name_of(section) != named:
        changes.append((_("section"), name_of(section) or _("none"), named))
    return changes


def keeping_an_instructor(course: Course, steps: list[Step]) -> tuple[list[Step], list[Line]]:
    """A list that would leave the course without an instructor changes none of them."""
    demoted = [
        step
        for step in steps
        if step.case == Case.CHANGED
        and step.person is not None
        and step.person.role == Role.INSTRUCTOR != step.role
    ]
    if not demoted:
        return steps, []
    left = Enrollment.objects.filter(
        course=course, role=Role.INSTRUCTOR, removed_at__isnull=True, user__isnull=False
    ).exclude(pk__in=[step.person.pk for step in demoted if step.person])
    if left.exists():
        return steps, []
    problem = _("The course would be left without an instructor.")
    return (
        [step for step in steps if step not in demoted],
        [replace(step.line, problem=problem) for step in demoted],
    )
