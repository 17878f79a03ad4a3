from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "hanse.inventory"
    label = "inventory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the navigation where work waits."""
        from . import work_pages  # noqa: F401
