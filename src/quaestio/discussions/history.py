"""What became of a quotation over time: a verdict that changes with the readings is no fault of the
writer's, so the note says what it was, until when, and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db.models import Count, Exists, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quaestio.citations.checking import Checked
from quaestio.discussions.models import Discussion, PastVerdict, Post, Quotation
from quaestio.readings.models import Document, Reading
from quaestio.readings.names import short_name

Because = PastVerdict.Because
Key = tuple[str, int]  # the words, and which occurrence of them in the post

MOST_TOLD = 2  # of the changes of one quotation, the latest
CHECKED_WITHIN = timedelta(days=1)  # after a file was read again, however much there was to do

# With the date, and the reading that made the difference.
SENTENCES = {
    Because.ADDED: gettext_lazy("%(was)s until %(date)s, when %(reading)s was uploaded"),
    Because.REPLACED: gettext_lazy("%(was)s until %(date)s, when %(reading)s got another file"),
    Because.REREAD: gettext_lazy(
        "%(was)s until %(date)s, when the file of %(reading)s was read again"
    ),
    Because.REMOVED: gettext_lazy("%(was)s until %(date)s, when %(reading)s was taken out"),
    Because.CORRECTED: gettext_lazy(
        "%(was)s until %(date)s, when the record of %(reading)s was corrected"
    ),
    Because.OTHER: gettext_lazy("%(was)s until %(date)s, when it was checked anew"),
}
WAS = {
    "verbatim": gettext_lazy("was verbatim"),
    "edited": gettext_lazy("was verbatim but for marked changes"),
    "altered": gettext_lazy("was not word for word"),
    "misplaced": gettext_lazy("was on another page"),
    "elsewhere": gettext_lazy("was in another reading"),
    "not_found": gettext_lazy("was not found"),
}


def keyed(texts: Iterable[str]) -> list[Key]:
    """Each text with its occurrence: the first “so” is not the second."""
    seen: Counter[str] = Counter()
    keys = []
    for text in texts:
        seen[text] += 1
        keys.append((text, seen[text]))
    return keys


def past_of(
    discussion: Discussion, post: Post | None, before: Sequence[Quotation]
) -> list[PastVerdict]:
    """What is known of the past of a post's quotations. One query, none where ``before`` says that
    there is none.
    """
    if before and not before[0].has_past:  # type: ignore[attr-defined]
        return []
    return list(
        PastVerdict.objects.filter(discussion=discussion, post=post).select_related("reading")
    )


def quotations_of(discussion: Discussion, post: Post | None) -> list[Quotation]:
    """What was found before, in order; each says whether anything ``has_past``. One query."""
    past = PastVerdict.objects.filter(discussion=discussion, post=post)
    there = Quotation.objects.filter(discussion=discussion, post=post)
    return list(there.annotate(has_past=Exists(past)).order_by("number"))


def newly_past(
    discussion: Discussion,
    post: Post | None,
    before: Sequence[Quotation],
    checked: Sequence[Checked],
    *,
    edited: bool,
) -> list[PastVerdict]:
    """The verdicts that end now, not stored yet. No query, one where some end."""
    there = dict(zip(keyed(one.text for one in before), before, strict=True))
    changed = [
        (there[key], one, key)
        for key, one in zip(keyed(one.text for one in checked), checked, strict=True)
        if key in there and there[key].verdict != one.verdict
    ]
    if not changed:
        return []
    readings = _with_files(
        {old.reading_id for old, _new, _key in changed}
        | {new.reading_id for _old, new, _key in changed}
    )
    now = timezone.now()
    ended = []
    for old, new, (text, occurrence) in changed:
        because, reading = (Because.EDITED, None) if edited else cause(old, new, readings)
        ended.append(
            PastVerdict(
                discussion=discussion,
                post=post,
                text=text,
                occurrence=occurrence,
                verdict=old.verdict,
                page_label=old.page_label,
                until=now,
                because=because,
                reading=reading,
            )
        )
    return ended


Readings = dict[int | None, Reading]


def _with_files(ids: set[int | None]) -> Readings:
    """Readings with how many of their files could be read, when the last came, and when the one
    in use was last read again.
    """
    ready = Q(documents__status=Document.Status.READY)
    known = [pk for pk in ids if pk is not None]
    found = Reading.objects.filter(pk__in=known).annotate(
        files=Count("documents", filter=ready),
        last=Max("documents__uploaded_at", filter=ready),
        reread=Max("documents__reread_at", filter=Q(documents__is_current=True)),
    )
    return {reading.pk: reading for reading in found}


def cause(old: Quotation, new: Checked, readings: Readings) -> tuple[str, Reading | None]:
    """What it was that changed a verdict, and in which reading."""
    was_in, is_in = readings.get(old.reading_id), readings.get(new.reading_id)
    if was_in is not None and was_in.removed_at is not None and was_in != is_in:
        return Because.REMOVED, was_in
    for one in (was_in, is_in):
        if one is not None and was_just_reread(one, old):
            return Because.REREAD, one
    if is_in is not None and is_in != was_in:
        is_first = is_in.files < 2  # type: ignore[attr-defined]
        return (Because.ADDED if is_first else Because.REPLACED), is_in
    if was_in is None:
        return Because.OTHER, None
    replaced = was_in.files > 1 and (  # type: ignore[attr-defined]
        is_in is None or was_in.last > old.checked_at  # type: ignore[attr-defined]
    )
    return (Because.REPLACED if replaced else Because.CORRECTED), was_in


def was_just_reread(reading: Reading, old: Quotation) -> bool:
    """Whether the file in use was read again since, and no other one came after that."""
    at = reading.reread  # type: ignore[attr-defined]
    if at is None or at <= max(old.checked_at, reading.last):  # type: ignore[attr-defined]
        return False
    return bool(timezone.now() - at < CHECKED_WITHIN)


def remembering(checked: Sequence[Checked], past: Sequence[PastVerdict]) -> list[Checked]:
    """The findings, each with sentences on what it was before, where the readings changed it."""
    told: dict[Key, list[str]] = {}
    for one in past:
        if one.because in SENTENCES and one.verdict in WAS:
            told.setdefault((one.text, one.occurrence), []).append(sentence(one))
    if not told:
        return list(checked)
    return [
        replace(one, detail={**one.detail, "before": told[key][-MOST_TOLD:]})
        if key in told
        else one
        for key, one in zip(keyed(one.text for one in checked), checked, strict=True)
    ]


def sentence(past: PastVerdict) -> str:
    """ "Was not found until 12 October 2026, when Jones was uploaded." """
    told = SENTENCES[Because(past.because)] % {
        "was": WAS[past.verdict],
        "date": date_format(timezone.localtime(past.until), "j F Y"),
        "reading": short_name(past.reading) if past.reading else _("a reading"),
    }
    return f"{told[:1].upper()}{told[1:]}."
