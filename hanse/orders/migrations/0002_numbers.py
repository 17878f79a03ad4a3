"""Order numbers begin at H-100001."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE orders_order ALTER COLUMN id RESTART WITH 100001", "ALTER TABLE orders_order ALTER COLUMN id RESTART WITH 1")
    ]
