"""A bin says what it is for; docks are told by their code."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0002_floors")]
    operations = [
        migrations.AddField("bin", "role", models.TextField(db_default="pick-face")),
        migrations.RunSQL("UPDATE network_bin SET role = 'dock' WHERE code = 'DOCK'", migrations.RunSQL.noop),
        migrations.AddConstraint("bin", models.CheckConstraint(condition=models.Q(role__in=["pick-face", "reserve", "bulk", "dock"]), name="network_bin_role_is_known")),
    ]
