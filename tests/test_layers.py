"""What import-linter cannot see: foreign keys follow the same arrows as imports do."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).resolve().parent.parent


def layers() -> dict[str, int]:
    """Each app with its height, from the contract that guards the imports."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["id"] == "apps")
    return {
        app.strip(" ()"): height
        for height, row in enumerate(reversed(rows))
        for app in row.split("|")
    }


def app_of(model: type[Model]) -> str | None:
    package, _, rest = model.__module__.partition(".")
    return rest.split(".")[0] if package == "quaestio" else None


def relations() -> list[tuple[str, str, str]]:
    """Every relation between models of ours: where it is declared, from which app, to which."""
    return [
        (f"{model._meta.label}.{field.name}", app, target)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if (app := app_of(model)) and (target := app_of(field.related_model))
    ]


def test_foreign_keys_point_down_the_layers() -> None:
    height = layers()
    upward = [name for name, app, target in relations() if height[target] > height[app]]
    assert upward == []


def test_there_are_foreign_keys_across_layers_to_look_at() -> None:
    assert any(app != target for _, app, target in relations())
