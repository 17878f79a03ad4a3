"""What is at least less late of a commitment at risk."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("perfect_order", "0002_experience_and_risk")]
    operations = [migrations.AddField("risk", "lessening", models.JSONField(null=True))]
