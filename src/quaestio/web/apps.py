from django.apps import AppConfig


class WebConfig(AppConfig):
    """Base templates, components, static files: the look. Knows no noun above."""

    name = "quaestio.web"
