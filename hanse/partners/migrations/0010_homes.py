"""An address may say whether it is a home."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0009_otif")]
    operations = [migrations.AddField("address", "home", models.BooleanField(blank=True, null=True))]
