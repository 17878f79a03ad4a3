from django.db import migrations, models

OPEN = """
UPDATE orders_line l SET first_promised_at = coalesce(
    (SELECT min(e.recorded_at) FROM journal_event e WHERE e.subject = 'order/H-' || o.id AND e.kind = 'UnitsAllocated'
        AND e.body->'units' @> jsonb_build_array(jsonb_build_object('line', l.id))), o.placed_at)
  FROM orders_order o WHERE o.id = l.order_id AND o.open AND l.first_promised_on IS NOT NULL
"""


class Migration(migrations.Migration):
    """When a line was promised first. Of open orders it is read from the journal; nobody asks it of closed ones."""

    dependencies = [("orders", "0001_tables"), ("journal", "0001_tables")]
    operations = [
        migrations.AddField("line", "first_promised_at", models.DateTimeField(null=True)),
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
    ]
