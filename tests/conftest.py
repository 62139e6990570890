"""What every test stands on: engines, the closed network, the browser (docs/testing.md)."""

from __future__ import annotations

import os

import hypothesis
import pytest
from django.db import connection
from django.test import TransactionTestCase

pytest.register_assert_rewrite("tests.support")
pytest_plugins = ["tests.support.network", "tests.support.browser"]

# A slow machine is no failure, and a run in CI can be repeated exactly.
hypothesis.settings.register_profile(
    "quaestio",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # it looks at the clock on the wall
    derandomize="CI" in os.environ,
)
hypothesis.settings.load_profile("quaestio")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def pytest_report_header() -> str:
    return f"database: {ENGINES[connection.vendor]}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what uses the database or a browser, so that each can be run where it matters."""
    for item in items:
        if uses_database(item):
            item.add_marker("database")
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        for vendor, name in ENGINES.items():
            if item.get_closest_marker(vendor) and connection.vendor != vendor:
                item.add_marker(pytest.mark.skip(reason=f"about {name} alone"))


def uses_database(item: pytest.Item) -> bool:
    cls = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))
        or (cls is not None and issubclass(cls, TransactionTestCase))
    )


@pytest.fixture(autouse=True)
def no_pages_of_other_tests(request: pytest.FixtureRequest) -> None:
    """Finished pages are kept in this process. After a test its rows are undone, so those of the
    next get the same numbers, and with them the same pages.
    """
    if uses_database(request.node):
        from quaestio.discussions.views import thread

        thread.finished.clear()
