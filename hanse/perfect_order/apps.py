from django.apps import AppConfig


class PerfectOrderConfig(AppConfig):
    name = "hanse.perfect_order"
    label = "perfect_order"
    default_auto_field = "django.db.models.BigAutoField"
