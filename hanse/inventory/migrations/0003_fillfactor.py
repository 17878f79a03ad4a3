"""Pages of rows that are updated at every step keep room, so that a new version stays on its page and no index is written."""

from django.db import migrations

ROOM = {
    "inventory_stock": 50,
    "inventory_balance": 60,
}


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_inbound_counts_units")]
    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = {percent})", f"ALTER TABLE {table} RESET (fillfactor)") for table, percent in ROOM.items()
    ]
