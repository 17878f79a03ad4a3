"""A document and its parts are written together and never deleted, so between them stand no foreign keys: `hanse verify` proves them (decision 7)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfilment', '0008_documents_hold_together'),
        ('orders', '0005_documents_hold_together'),
        ('transport', '0004_fillfactor'),
    ]

    operations = [
        migrations.AlterField(
            model_name='parcel',
            name='carton',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='parcel', to='fulfilment.carton'),
        ),
        migrations.AlterField(
            model_name='parcel',
            name='shipment',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='transport.shipment'),
        ),
        migrations.AlterField(
            model_name='proof',
            name='parcel',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='transport.parcel'),
        ),
        migrations.AlterField(
            model_name='shipment',
            name='order',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='orders.order'),
        ),
    ]
