"""A document and its parts are written together and never deleted, so between them stand no foreign keys: `hanse verify` proves them (decision 7)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfilment', '0007_changes_asked_of_sites'),
        ('orders', '0005_documents_hold_together'),
    ]

    operations = [
        migrations.AlterField(
            model_name='carton',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='cartons', to='orders.order'),
        ),
        migrations.AlterField(
            model_name='content',
            name='carton',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='contents', to='fulfilment.carton'),
        ),
        migrations.AlterField(
            model_name='task',
            name='allocation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='orders.allocation'),
        ),
    ]
