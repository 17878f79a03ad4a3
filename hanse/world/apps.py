from django.apps import AppConfig


class WorldConfig(AppConfig):
    name = "hanse.world"
    label = "world"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the world's facts known to whoever reads the journal."""
        from . import events  # noqa: F401
