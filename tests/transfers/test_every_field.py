"""Every column of every table: whose it is, whether its owner is told of it, and what becomes of it
when they are forgotten. A new field fails here until it has been thought of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core import mail
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment, Invitee
from quaestio.discussions import actions
from quaestio.notifications.actions import write_digests, write_letters
from quaestio.notifications.models import How, MailRule, Notice, ReturnedMail
from quaestio.notifications.sending import send_letters
from quaestio.transfers.persons import all_about, forget, somebody_at

# Whose a table is: "gone" goes with the person who is forgotten; "nameless" stays, by “former
# member 1”; "shared" belongs to a course or to the site. A column with + is told its person by
# ``quaestio person``; the others are keys, counters, or what follows from those that are told.
TABLES = """
accounts.User gone +email +name +date_joined +last_login password is_superuser public_id is_active
    is_staff
accounts.User_groups gone user group
accounts.User_user_permissions gone user permission
account.EmailAddress gone user +email +verified primary
account.EmailConfirmation gone email_address created sent key
courses.Course shared public_id title term is_public students_pose post_first pseudonyms hold_posts
    edit_minutes guests citation_style created_at sealed_at version waiting
courses.Section shared course name
courses.Enrollment nameless public_id +course user +role +byline +section hold_posts reported came_by
    listed_as +joined_at +removed_at
courses.Guest gone enrollment course +address confirmed_at
courses.FeedKey gone person token made_at
courses.Invitation shared public_id course token role section created_by created_at expires_at
    max_uses uses revoked_at
courses.Invitee gone public_id +course +address +name +role +section invited_by +invited_at +expires_at
courses.Meeting shared public_id course title date note
courses.Leader nameless +meeting person
courses.Trace nameless course by +deed person discussion post +because detail +at
notifications.MailRule gone person +list +how
notifications.Letter gone public_id to +kind about day +state reason +created_at next_try_at tries
    claimed_by +sent_at
notifications.Notice gone public_id to key +kind +about list wider_list how +created_at +seen_at
    letter
notifications.ReturnedMail gone person address reason returned_at
notifications.Round shared name day done_at
search.Stamp shared kind version reached
readings.Reading shared public_id course title author year also_cited_as csl added_by added_at
    removed_at
readings.Document shared public_id reading file +name size media_type first_label status message
    refused_as bare_pages recognising ocr_language anew_sheets pages_done pages_total labels_from
    contents text_sha256 extractor rereading reread_at not_reread not_reread_by pages_before
    is_current uploaded_by +uploaded_at
readings.Page shared document number kind label found_label heading chapter paragraphs parts sheet
    side furniture text start notes_at notes_start
readings.LabelCorrection shared document number label counts_on
readings.AssignedReading shared public_id meeting reading pages
readings.Passage nameless public_id reading +words before after label page_number start end last_page
    last_end anchored_in made_by +made_at orphaned_at
readings.Bookmark gone person +reading +page_number page_label read_at
discussions.Discussion nameless public_id course meeting author +title +context body_html state
    due_at section post_first pseudonyms words_least words_most pinned_at merged_into +created_at
    opened_at asked_at edited_at version head_version numbers_given submission_key
discussions.Question nameless discussion number text
discussions.Choice nameless question number label
discussions.Post nameless public_id +discussion author root parent number +source body_html words
    +state hidden_because kind quotes_text quotes_start quotes_end endorsed_by endorsed_at
    +created_at shown_at edited_at version replies_made submission_key
discussions.Answer nameless post question
discussions.Position nameless +question person +choice post +taken_at +ended_at
discussions.Revision nameless post version +source written_at replaced_at
discussions.Quotation nameless discussion post number text start end verdict citation reading
    page_number page_label page_start page_end last_page further detail checked_at
discussions.PastVerdict nameless discussion post text occurrence verdict page_label until because
    reading
discussions.OutsideWork nameless discussion post raw author title year is_sure
discussions.Draft gone person +target +fields version +updated_at
discussions.Visit gone person +discussion +seen_at +looked_at version
discussions.Pseudonym nameless +discussion person +name
discussions.Thanks gone +post person +at
discussions.Remark nameless discussion author +text +created_at
discussions.Report nameless public_id post by +because +created_at settled_at settled_by
discussions.GuestEntry gone public_id discussion parent post key +name address +fields address_key
    block +tells_answers +created_at decided_at
transfers.Archive shared public_id course by readings addresses made_up_names state done total size
    asked_at made_at
transfers.Beginning shared course earlier by key at
django_tasks_database.DBTaskResult shared status enqueued_at started_at finished_at args_kwargs
    priority task_path worker_ids queue_name backend_name run_after return_value
    exception_class_path traceback
modelsearch.IndexEntry nameless content_type object_id title_norm autocomplete title body
modelsearch.SQLiteFTSIndexEntry nameless autocomplete title body index_entry
admin.LogEntry gone user content_type object_id object_repr action_flag change_message action_time
sessions.Session gone session_key session_data expire_date
auth.Permission shared name content_type codename
auth.Group shared name
auth.Group_permissions shared group permission
contenttypes.ContentType shared app_label model
"""
ON_ONE_ENGINE_ALONE = {"title_text", "body_text"}  # of the search, on PostgreSQL


def declared() -> dict[str, tuple[str, set[str]]]:
    rows = [line.split() for line in TABLES.strip().replace("\n    ", " ").splitlines()]
    return {row[0]: (row[1], set(row[2:])) for row in rows}


def test_every_table_and_every_column_is_declared() -> None:
    there = {}
    for model in apps.get_models(include_auto_created=True):
        columns = {field.name for field in model._meta.concrete_fields if not field.primary_key}
        if model._meta.pk and model._meta.pk.name != "id":
            columns.add(model._meta.pk.name)
        there[model._meta.label] = columns - ON_ONE_ENGINE_ALONE
    said = {
        label: {name.lstrip("+") for name in names} - ON_ONE_ENGINE_ALONE
        for label, (_whose, names) in declared().items()
        if label in there or label != "modelsearch.SQLiteFTSIndexEntry"
    }
    assert there == said
    assert {whose for whose, _names in declared().values()} == {"gone", "nameless", "shared"}


# -- Somebody with something in every table -----------------------------------------------------

NAME, ADDRESS, TOLD = "Xanthippe Vandermolen", "xanthippe.vandermolen@example.edu", "canarytold"


@pytest.fixture
def somebody(db: None) -> Enrollment:
    anna = cast.instructor()
    me = cast.student(anna.course, NAME, user=cast.person(NAME, ADDRESS))
    assert me.user
    # By a teacher who does not know that it is theirs: they have not confirmed it yet.
    cast.listed(cast.instructor(), f"{NAME} <{ADDRESS.upper()}>", f"{NAME} <x{ADDRESS}>")
    courses.end_invitation(invitee=Invitee.objects.get(address=f"x{ADDRESS}"))
    me.user.emailaddress_set.create(email=ADDRESS, verified=True, primary=True)
    reading = cast.reading(anna.course)
    cast.document(reading)
    cast.passage(me, reading)
    discussion = cast.discussion(anna)
    post = cast.response(me, discussion, f"{TOLD}post", positions={1: 1})
    actions.edit_post(post=post, by=me, source=f"<p>{TOLD}edited</p>", version=post.version)
    cast.reply(anna, post)
    target = f"respond:{discussion.public_id}"
    actions.save_draft(person=me, target=target, fields={"body": f"{TOLD}draft"}, version=0)
    other = cast.response(anna, discussion)
    actions.thank(post=other, by=me)
    actions.report(post=other, by=me, because=f"{TOLD}report")
    courses.make_feed_key(person=me)
    courses.set_leaders(meeting=cast.meeting(anna.course), people=[me])
    browser = cast.sign_in(me)
    browser.get(f"/d/{discussion.public_id}/")
    browser.get(f"/r/{reading.public_id}/p/1")
    MailRule.objects.create(person=me.user, list="", how=How.AT_ONCE)
    Notice.objects.update(how=How.AT_ONCE)
    write_letters(now=timezone.now())
    write_digests(day=timezone.localdate(), now=timezone.now())
    send_letters(worker="test")
    assert mail.outbox
    ReturnedMail.objects.create(person=me.user, address=ADDRESS, reason=f"no {ADDRESS} here")
    courses.remove_person(enrollment=Enrollment.objects.get(pk=me.pk), by=anna)
    return me


def test_what_somebody_gave_and_wrote_is_told_them(somebody: Enrollment) -> None:
    found = somebody_at(ADDRESS)
    assert found
    whole = all_about(found)
    text = json.dumps(whole, cls=DjangoJSONEncoder)
    for word in ("post", "edited", "draft", "report"):
        assert f"{TOLD}{word}" in text
    assert whole["account"]["addresses"] == [{"email": ADDRESS, "verified": True}]
    assert whole["told"] and whole["mails"]
    (course,) = whole["courses"]
    assert [one["name"] for one in whole["invited"]] == [NAME]
    for kind in ("thanks", "visits", "leads", "links_to_passages", "stopped_reading_at"):
        assert course[kind], kind


def test_whoever_is_forgotten_is_in_no_column_of_any_table(somebody: Enrollment) -> None:
    assert sorted(columns_that_hold("Xanthippe", ADDRESS))  # the search does find them
    found = somebody_at(ADDRESS)
    assert found
    forget(found)
    assert sorted(columns_that_hold("xanthippe", "vandermolen")) == []


def columns_that_hold(*words: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if any(word.casefold() in str(value).casefold() for word in words):
                        yield f"{table}.{name}"
