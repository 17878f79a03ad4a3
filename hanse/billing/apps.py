from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "hanse.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .owed import count_documents

        count_documents()
