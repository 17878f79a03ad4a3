"""What a person keeps for the pages: saved views."""

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A view of a board that somebody saved: its name and its address with all filters."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="views")
    page = models.TextField()
    name = models.TextField()
    query = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="web_savedview_once")]

    def __str__(self) -> str:
        return self.name
