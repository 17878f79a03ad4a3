"""Pages of rows that are updated at every step keep room, so that a new version stays on its page and no index is written."""

from django.db import migrations

ROOM = {
    "orders_order": 50,
    "orders_line": 50,
    "orders_allocation": 50,
}


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_numbers")]
    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = {percent})", f"ALTER TABLE {table} RESET (fillfactor)") for table, percent in ROOM.items()
    ]
