"""A document and its parts are written together and never deleted, so between them stand no foreign keys: `hanse verify` proves them (decision 7)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_changes_asked_of_sites'),
    ]

    operations = [
        migrations.AlterField(
            model_name='allocation',
            name='line',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='orders.line'),
        ),
        migrations.AlterField(
            model_name='line',
            name='order',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.order'),
        ),
    ]
