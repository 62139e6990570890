from __future__ import annotations

from django.urls import path

from quaestio.discussions import reader
from quaestio.discussions.views import (
    mailing,
    moderating,
    overseeing,
    posing,
    praising,
    remarking,
    thread,
    typing,
    writing,
)

urlpatterns = [
    path("c/<slug:public_id>/ask", posing.pose, name="pose"),
    path("c/<slug:public_id>/waiting", overseeing.waiting, name="waiting"),
    path("c/<slug:public_id>/record", overseeing.record, name="record"),
    path("c/<slug:public_id>/check", typing.check, name="check"),
    path("d/<slug:public_id>/", thread.discussion, name="discussion"),
    path("d/<slug:public_id>/remarks", remarking.remarks, name="remarks"),
    path("d/<slug:public_id>/seen", thread.mark_read, name="mark-read"),
    path("d/<slug:public_id>/respond", writing.respond, name="respond"),
    path("d/<slug:public_id>/edit", posing.revise, name="discussion-edit"),
    path("d/<slug:public_id>/open", posing.open_, name="discussion-open"),
    path("d/<slug:public_id>/close", moderating.close, name="discussion-close"),
    path("d/<slug:public_id>/pin", moderating.pin, name="discussion-pin"),
    path("d/<slug:public_id>/move", moderating.move, name="discussion-move"),
    path("d/<slug:public_id>/mail", mailing.discussion_mail, name="discussion-mail"),
    path("p/<slug:public_id>/", thread.post, name="post"),
    path("p/<slug:public_id>/reply", writing.reply, name="reply"),
    path("p/<slug:public_id>/edit", writing.edit, name="post-edit"),
    path("p/<slug:public_id>/withdraw", writing.withdraw, name="withdraw"),
    path("p/<slug:public_id>/endorse", praising.endorse, name="endorse"),
    path("p/<slug:public_id>/thank", praising.thank, name="thank"),
    path("p/<slug:public_id>/hide", moderating.hide, name="hide"),
    path("p/<slug:public_id>/show", moderating.show, name="show"),
    path("p/<slug:public_id>/report", moderating.report, name="report"),
    path("p/<slug:public_id>/revisions", writing.revisions, name="revisions"),
    path("c/<slug:public_id>/readings/", reader.readings, name="readings"),
    path("r/<slug:public_id>/", reader.reading, name="reading"),
    path("r/<slug:public_id>/on", reader.go_on, name="reading-on"),
    path("r/<slug:public_id>/p/<int:number>", reader.page, name="page"),
    path("r/<slug:public_id>/p/<int:number>/quote", reader.quote, name="quote"),
    path("r/<slug:public_id>/p/<int:number>/ask", reader.ask, name="ask"),
    path("r/<slug:public_id>/p/<int:number>/link", reader.link, name="passage-new"),
    path("passage/<slug:public_id>", reader.passage, name="passage"),
    path("drafts/<slug:kind>/<slug:public_id>", typing.draft, name="draft"),
]
