"""A site may want the tote on the cart scanned, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0006_suppliers_that_ship")]
    operations = [migrations.AddField("site", "tote_scan", models.BooleanField(db_default=False))]
