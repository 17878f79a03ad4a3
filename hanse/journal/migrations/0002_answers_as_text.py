"""Kept answers are JSON that nobody searches: as text they cost half."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.AlterField("request", "answers", models.TextField(null=True))]
