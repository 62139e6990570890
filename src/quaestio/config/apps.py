from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The demo and the system checks that concern the whole site."""

    name = "quaestio.config"
    label = "config"

    def ready(self) -> None:
        from quaestio.config import checks  # noqa: F401
