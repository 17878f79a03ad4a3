"""A surcharge may count only at a home."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0010_learned_transit")]
    operations = [migrations.AddField("surcharge", "home", models.BooleanField(db_default=False))]
