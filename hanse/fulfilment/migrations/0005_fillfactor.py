"""Pages of rows that are updated at every step keep room, so that a new version stays on its page and no index is written."""

from django.db import migrations

ROOM = {
    "fulfilment_task": 60,
    "fulfilment_carton": 70,
}


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0004_packed_tasks")]
    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = {percent})", f"ALTER TABLE {table} RESET (fillfactor)") for table, percent in ROOM.items()
    ]
