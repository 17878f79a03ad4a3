from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "hanse.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stock page who wants what and counts how promises give way, and the navigation where work waits."""
        from . import counted_short, demand, page_reads  # noqa: F401
