"""Work done behind the page."""

from __future__ import annotations

from django.apps import apps
from django_tasks import task
from modelsearch.backends import get_search_backend


@task()
def put_rows(label: str, ids: list[int]) -> int:
    """Put rows of a model into an index outside the database; how many there were."""
    model = apps.get_model(label)
    rows = list(model.get_indexed_objects().filter(pk__in=ids))
    if rows:
        get_search_backend().add_bulk(model, rows)
    return len(rows)
