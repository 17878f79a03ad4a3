"""A request names its transaction: what was accepted is read back from the journal, so answers are not kept twice."""

from django.db import migrations, models

import hanse.journal.models


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_follower_event")]
    operations = [migrations.AddField("request", "xact", models.BigIntegerField(db_default=hanse.journal.models.CurrentXact()))]
