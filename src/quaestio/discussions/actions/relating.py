"""What a reply does to the post it answers, and which words of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quaestio.discussions.actions.parts import PostRefused, taken_back_sentence
from quaestio.discussions.models import Post
from quaestio.web.richtext import flatten
from quaestio.web.spans import find_words

LONGEST_SPAN = 2_000  # characters; whoever answers more than that answers the post


@dataclass(frozen=True, slots=True)
class Relation:
    """A reply's kind, and the ``words`` of its parent that it answers ("" for the whole post).
    They stand at or about the offset ``near`` of the parent's flattened text.
    """

    kind: str = Post.Kind.PLAIN
    words: str = ""
    near: int = 0


def relation_fields(parent: Post, relation: Relation) -> dict[str, Any]:
    """The fields of a reply that hold its relation. ``PostRefused`` where the words do not stand
    in the post, and whatever the words are where the post does not stand any more: else whoever
    may not read it could find out what it said by trying.
    """
    if parent.state != Post.State.POSTED:
        raise PostRefused(taken_back_sentence())
    fields: dict[str, Any] = {
        "kind": Post.Kind(relation.kind),
        "quotes_text": "",
        "quotes_start": None,
        "quotes_end": None,
    }
    if not relation.words.strip():
        return fields
    if len(relation.words) > LONGEST_SPAN:
        raise PostRefused(
            _(
                "The words you answer are very many. Please choose fewer, or reply to the whole "
                "post. Your text is below."
            )
        )
    span = find_words(flatten(parent.source).text, relation.words, relation.near)
    if span is None:
        raise PostRefused(
            _(
                "The words you answer do not stand in that post; it may have been edited "
                "meanwhile. Please choose them again, or reply to the whole post. Your text is "
                "below."
            )
        )
    return fields | {
        "quotes_text": span.words,
        "quotes_start": span.start,
        "quotes_end": span.end,
    }


def changed_relation(post: Post, relation: Relation) -> dict[str, Any]:
    """The fields after an edit. Words that were answered before stay answered, also when the
    other post no longer has them or has been taken back.
    """
    assert post.parent is not None
    if relation.words == post.quotes_text or post.parent.state != Post.State.POSTED:
        return {"kind": Post.Kind(relation.kind)}
    return relation_fields(post.parent, relation)
