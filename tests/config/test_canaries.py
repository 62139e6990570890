"""Hidden things each hold a word that stands nowhere else. Everybody follows every link they can
find and asks for every address they could know: nobody may see a word that is not for them, and
everybody sees those that are, so that the crawl is known to reach.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html
from tests.config.test_access_matrix import close_file
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment, Guest, Invitee
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, GuestEntry
from quaestio.discussions.showing import person_key
from quaestio.notifications.actions import write_digests, write_letters
from quaestio.notifications.models import How, Notice
from quaestio.notifications.sending import send_letters

pytestmark = pytest.mark.django_db
MOST_PAGES = 1500  # a crawl that finds more goes round in circles


@dataclass
class World:
    people: dict[str, Enrollment | None] = field(default_factory=dict)
    canaries: dict[str, set[str]] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)

    def canary(self, word: str, *who: str) -> str:
        token = f"canary{word}{hashlib.sha256(word.encode()).hexdigest()[:12]}"
        self.canaries[token] = set(who)
        return token


@pytest.fixture
def world() -> World:
    made = World()
    anna = cast.instructor()
    course = anna.course
    maya = cast.student(course)
    made.people = {
        "anonymous": None,
        "stranger": cast.student(cast.course(), "Stella Far"),
        "removed": cast.removed(course),
        "observer": cast.observer(course),
        "student": cast.student(course, "Noah Weiss"),
        "author": maya,
        "assistant": cast.assistant(course),
        "instructor": anna,
    }
    teachers = ("assistant", "instructor")
    for name, person in made.people.items():
        if person is not None and person.user is not None:
            own = {name} if name in {"stranger", "removed"} else {name, "instructor"}
            made.canaries[person.user.email] = own
    name = made.canary("invitee", "instructor")
    cast.listed(anna, f"{name} <{made.canary('inviteemail', 'instructor')}@example.org>")
    seen = cast.discussion(anna, made.canary("open", "observer", "student", "author", *teachers))
    draft = cast.discussion(anna, made.canary("posing", *teachers), open_now=False)
    courses.set_leaders(meeting=(meeting := cast.meeting(course)), people=[maya])
    led = cast.discussion(
        maya, made.canary("leading", "author", *teachers), meeting=meeting, open_now=False
    )
    opened = cast.discussion(maya)
    for about, word in ((led, "remark"), (opened, "oldremark")):
        actions.remark(discussion=about, by=anna, text=made.canary(word, "author", *teachers))
    hidden = cast.response(maya, seen, made.canary("hidden", "author", *teachers))
    actions.hide(post=hidden, by=anna, because=made.canary("reason", "author", *teachers))
    withdrawn = cast.response(maya, seen, made.canary("withdrawn", "author"))
    actions.withdraw(post=withdrawn, by=withdrawn.author)
    edited = cast.response(maya, seen, made.canary("before", "author", *teachers))
    after = made.canary("after", "observer", "student", "author", *teachers)
    actions.edit_post(post=edited, by=maya, source=f"<p>{after}</p>", version=1)
    under = cast.reply(maya, edited, made.canary("under", "author", *teachers))
    actions.hide(post=under, by=anna)
    actions.save_draft(
        person=maya,
        target=f"respond:{seen.public_id}",
        fields={"body": made.canary("typing", "author")},
        version=0,
    )
    thanker = cast.student(course, made.canary("thanker", "author"))
    actions.thank(post=edited, by=thanker)
    # On no roster and in no record, so that only thanks could tell the name.
    Enrollment.objects.filter(pk=thanker.pk).update(removed_at=timezone.now())
    first = cast.discussion(anna, rules=Rules(post_first=True))
    cast.response(maya, first, made.canary("first", "author", *teachers))
    cast.response(anna, first, made.canary("teacherfirst", "author", *teachers))
    section = courses.make_section(course=course, name="Monday")
    courses.place(enrollment=maya, by=anna, role=maya.role, byline=maya.byline, section=section)
    monday = cast.discussion(
        anna, made.canary("section", "author", *teachers), rules=Rules(section=section)
    )
    cast.response(maya, monday, made.canary("insection", "author", *teachers))
    waiting = cast.student(course, "Wanda Waits")
    courses.place(
        enrollment=waiting,
        by=anna,
        role=waiting.role,
        byline=waiting.byline,
        section=None,
        hold_posts=True,
    )
    cast.response(waiting, seen, made.canary("waiting", *teachers))
    cast.reply(waiting, edited, made.canary("waitingreply", *teachers))
    fine = cast.response(anna, seen, "Nothing wrong here.")
    noah = made.people["student"]
    assert noah is not None
    actions.report(post=fine, by=noah, because=made.canary("report", *teachers))
    tom = made.people["assistant"]
    assert tom is not None
    of_tom = cast.response(tom, seen, "Nothing wrong here either.")
    actions.report(post=of_tom, by=noah, because=made.canary("reportoftom", "instructor"))
    olga = cast.instructor(name="Olga Open")
    public = cast.discussion(olga, "Open to all")
    let_in = cast.guest_response(
        public,
        made.canary("guest", *made.people),
        address=f"{made.canary('guestmail')}@example.org",
    )
    actions.show(post=let_in, by=olga)
    actions.tell_answers(post=let_in, wanted=True)
    kept_back = cast.reply(olga, let_in, made.canary("answerhidden"))
    actions.hide(post=kept_back, by=olga, because=made.canary("answerbecause"))
    cast.guest_response(public, made.canary("guestwaits"))
    replied = cast.guest_entry(public, made.canary("guestreplies", *made.people), parent=let_in)
    actions.show(post=actions.confirm_entry(entry=replied)[1], by=olga)
    cast.guest_entry(public, made.canary("guestreplysent"), parent=let_in)
    cast.guest_entry(
        public, made.canary("guestsent"), address=f"{made.canary('guestsentmail')}@example.org"
    )
    away = cast.instructor(name="Berta Away")
    elsewhere = cast.discussion(away, made.canary("elsewhere"))
    cast.response(away, elsewhere, made.canary("elsewherepost"))
    members = ("observer", "student", "author", *teachers)
    reading = cast.reading(course)
    words = "Nobody had planned the silence that followed it."
    cast.document(reading, f"{made.canary('page', *members)} said: {words}")
    # A page tells no more of those who quote it than their posts do.
    quoter = cast.student(course, made.canary("quoter", "author", *teachers))
    cast.response(quoter, first, f"“{words}” (Jones 41)")
    cast.response(quoter, monday, f"“{words}” (Jones 41)")
    Enrollment.objects.filter(pk=quoter.pk).update(removed_at=timezone.now())
    gone = cast.passage(anna, reading, "planned the silence")
    gone.words, gone.orphaned_at = made.canary("orphan", *members), timezone.now()
    gone.save()
    foreign = cast.reading(away.course)
    cast.document(foreign, word := made.canary("foreignpage"))
    link = cast.passage(away, foreign, word)
    for one in (reading, foreign):
        made.addresses.append(reverse("reading", args=[one.public_id]))
        made.addresses.append(reverse("reading-pages", args=[one.public_id]) + "?from=41&to=41")
        made.addresses += [
            reverse(name, args=[one.public_id, 1]) for name in ("page", "quote", "picture")
        ]
    made.addresses += [reverse("passage", args=[one.public_id]) for one in (gone, link)]
    for discussion in (seen, draft, led, opened, first, monday, public, elsewhere):
        for name in ("discussion", "discussion-edit", "discussion-move"):
            made.addresses.append(reverse(name, args=[discussion.public_id]))
        at = f"/d/{discussion.public_id}/"
        made.addresses += [
            f"{at}answers",
            f"{at}remarks",
            f"{at}?question=1",
            f"{at}?sort=question",
            f"{at}?new=1",
        ]
        made.addresses += [
            f"{at}?person={person_key(discussion.pk, person.pk)}"
            for person in made.people.values()
            if person is not None and discussion == seen
        ]
        for post in discussion.posts.all():
            made.addresses += [
                reverse(name, args=[post.public_id])
                for name in (
                    *("post", "reply", "post-edit", "withdraw"),
                    *("hide", "show", "revisions", "report"),
                )
            ]
    for of in (course, olga.course, away.course):
        made.searches.append(reverse("course-search", args=[of.public_id]))
        made.addresses += [
            reverse(name, args=[of.public_id])
            for name in (
                "course",
                "people",
                "class-list",
                "invitations",
                "readings",
                "course-settings",
                "archives",
                "teach-again",
                "pose",
                "waiting",
                "record",
            )
        ]
    return made


def crawl(client: Client, start: list[str]) -> str:
    """All that this person can get to read, headers included."""
    waiting, known, texts = ["/", *start], set(), []
    while waiting:
        address = waiting.pop()
        if address.startswith("/accounts/login/?next="):
            address = "/accounts/login/"  # the same page for each place it leads back to
        if address in known or len(known) > MOST_PAGES:
            continue
        known.add(address)
        response = client.get(address)
        headers = " ".join(f"{name}: {value}" for name, value in response.items())
        if response.streaming:
            close_file(response)
            continue
        text = response.content.decode("utf-8", "replace")
        texts += [headers, text]
        if response.status_code in {301, 302, 303}:
            waiting.append(urldefrag(response["Location"])[0])
        elif "html" in response.get("Content-Type", "") and text.strip():
            page = html.fromstring(text, base_url="/")
            for _element, _attribute, link, _at in page.iterlinks():
                inside = urlsplit(link)
                if not inside.scheme and not inside.netloc and inside.path.startswith("/"):
                    waiting.append(urldefrag(link)[0])
                elif link.startswith("?"):
                    waiting.append(urlsplit(address).path + urldefrag(link)[0])
    assert len(known) <= MOST_PAGES
    return "\n".join(texts)


PEOPLE = (
    *("anonymous", "stranger", "removed", "observer"),
    *("student", "author", "assistant", "instructor"),
)


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_sees_what_is_for_them_and_nothing_else(name: str, world: World) -> None:
    person = world.people[name]
    read = crawl(cast.sign_in(person), world.addresses)
    seen = {token for token in world.canaries if token in read}
    assert seen == {token for token, who in world.canaries.items() if name in who}


@pytest.mark.parametrize("name", PEOPLE)
def test_an_address_is_not_told_as_a_hash_either(name: str, world: World) -> None:
    read = crawl(cast.sign_in(world.people[name]), world.addresses)
    addresses = [one.user.email for one in world.people.values() if one is not None and one.user]
    addresses += Guest.objects.values_list("address", flat=True)
    addresses += Invitee.objects.values_list("address", flat=True)
    addresses += GuestEntry.objects.exclude(address="").values_list("address", flat=True)
    for address in addresses:
        email = address.encode()
        for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
            assert digest(email).hexdigest() not in read


# -- Mail ---------------------------------------------------------------------------------------

# What is certainly told: whoever these mails reach must find it there.
REACHED = {
    "observer": ["open"],
    "student": ["open"],
    "author": ["open", "reason", "section"],
    "assistant": ["open", "section"],
    "instructor": ["after", "first", "insection"],
}


@pytest.mark.parametrize("how", [How.AT_ONCE, How.DAILY])
def test_no_mail_tells_more_than_the_site_would(how: str, world: World) -> None:
    Notice.objects.update(how=how)
    write_letters(now=timezone.now())
    write_digests(day=timezone.localdate(), now=timezone.now())
    send_letters(worker="test")
    assert mail.outbox
    tokens = {token: who for token, who in world.canaries.items() if "@" not in token}
    addresses = {one.user.email: one for one in world.people.values() if one and one.user}
    for name in PEOPLE:
        person = world.people[name]
        read = "\n".join(source(one) for one in mail.outbox if is_to(one, person))
        seen = {token for token in tokens if token in read}
        assert seen <= {token for token, who in tokens.items() if name in who}, name
        for word in REACHED.get(name, []):
            assert any(token.startswith(f"canary{word}") for token in seen), (name, word)
        # Nobody's address but one's own, not even for those who see them on the roster.
        assert {one for one in addresses if one in read} <= {
            one for one, owner in addresses.items() if owner == person
        }


def test_a_guest_is_told_what_everybody_may_read_and_nothing_else(world: World) -> None:
    guest = Guest.objects.get(address__startswith="canaryguestmail")
    send_letters(worker="test")
    read = "\n".join(source(one) for one in mail.outbox if guest.address in str(one.to))
    seen = {token for token in world.canaries if token in read.replace(guest.address, "")}
    assert seen <= {token for token, who in world.canaries.items() if "anonymous" in who}
    assert any(token.startswith("canaryguestreplies") for token in seen)
    others = Guest.objects.exclude(pk=guest.pk).values_list("address", flat=True)
    people = [one.user.email for one in world.people.values() if one and one.user]
    assert not [one for one in [*others, *people] if one in read]


def source(message: EmailMessage) -> str:
    """A mail as it goes over the wire, and its parts as a mail program shows them."""
    whole = message.message()
    parts = [part.get_payload(decode=True) for part in whole.walk() if not part.is_multipart()]
    return "\n".join([whole.as_string(), *(part.decode() for part in parts)])


def is_to(message: EmailMessage, person: Enrollment | None) -> bool:
    return person is not None and person.user is not None and person.user.email in str(message.to)


# -- Feeds and search ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEOPLE)
def test_a_feed_shows_whoever_has_its_key_what_its_owner_may_read(name: str, world: World) -> None:
    person = world.people[name]
    if person is None:
        return
    key = courses.make_feed_key(person=person).token
    paths = [f"/feeds/{key}/feed.{form}" for form in ("atom", "json")]
    paths += [
        f"/feeds/{key}/d/{one.public_id}/feed.{form}"
        for one in Discussion.objects.all()
        for form in ("atom", "json")
    ]
    answers = [Client().get(path) for path in paths]
    read = "\n".join(answer.content.decode() for answer in answers)
    seen = {token for token in world.canaries if token in read}
    allowed = {token for token, who in world.canaries.items() if name in who}
    assert seen == {token for token in allowed if word_of(token) in STANDING}


def word_of(token: str) -> str:
    return token.removeprefix("canary")[:-12]


# What is hidden, waits, was taken back or has not been opened is in nobody's feed.
STANDING = {"open", "after", "first", "teacherfirst", "section", "insection", "quoter"}
# What a post, a discussion or a page says is found.
SAID = STANDING - {"quoter"} | {
    *("posing", "leading", "hidden", "withdrawn", "under", "waiting", "waitingreply"),
    *("elsewhere", "elsewherepost"),
    *("page", "foreignpage"),  # of a reading
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_search_finds_for_everybody_what_is_for_them_and_nothing_else(
    name: str, world: World
) -> None:
    client = cast.sign_in(world.people[name])
    for token, who in world.canaries.items():
        found = any(found_by(client, path, token) for path in ("/search", *world.searches))
        assert not found or (name in who and "@" not in token), token
        assert found or name not in who or word_of(token) not in SAID, token


def found_by(client: Client, path: str, words: str) -> bool:
    response = client.get(path, {"q": words})
    return response.status_code == 200 and b'<li class="entry">' in response.content
