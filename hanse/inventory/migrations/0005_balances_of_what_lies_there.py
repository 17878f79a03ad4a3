"""Empty totes and cartons keep no balance, and the index by item no longer changes with a quantity: a balance moves on its page."""

from django.db import migrations, models

EMPTY = """
DELETE FROM inventory_balance b USING inventory_account a
 WHERE a.id = b.account_id AND a.kind IN ('tote', 'carton') AND b.on_hand = 0 AND b.reserved = 0
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_room_for_any_stock")]
    operations = [
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.RemoveIndex("balance", "inventory_balance_item"),
        migrations.AddIndex("balance", models.Index("item", name="inventory_balance_of_item")),
    ]
