from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "quaestio.transfers"
