"""A site that is older than its search gets an index when it is brought up to date."""

from __future__ import annotations

import pytest
from modelsearch.models import IndexEntry
from tests.support import cast

from quaestio.config.serving import fill_index
from quaestio.search import index

pytestmark = pytest.mark.django_db


def test_an_empty_index_is_filled() -> None:
    anna = cast.instructor()
    cast.response(anna, cast.discussion(anna))
    before = IndexEntry.objects.count()
    IndexEntry.objects.all().delete()
    assert index.is_unfilled()
    fill_index()
    assert IndexEntry.objects.count() == before
    assert not index.is_unfilled()


def test_an_empty_site_needs_no_index() -> None:
    assert not index.is_unfilled()
