"""The area `web`: what pages share."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "hanse.web"
    label = "web"
    verbose_name = "Pages"
