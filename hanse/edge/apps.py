"""The edge as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EdgeConfig(AppConfig):
    name = "hanse.edge"
    label = "edge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import logs
        from .users import make_roles

        logs.configure()
        post_migrate.connect(make_roles, sender=self)
