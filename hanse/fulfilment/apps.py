from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "hanse.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"
