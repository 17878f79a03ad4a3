"""The tables of edge, as they stand before the first release."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import hanse.journal.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('edge', '0001_initial'),
        ('edge', '0002_endpoints_removed_and_deliveries_in_order'),
        ('edge', '0003_whose_exceptions'),
        ('edge', '0004_recoveries'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('prefix', models.TextField(unique=True)),
                ('secret_hash', models.BinaryField(max_length=32)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('used_on', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('url', models.TextField()),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('secrets', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('owner', models.TextField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('paused_at', models.DateTimeField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('trouble', models.TextField(db_default='')),
            ],
        ),
        migrations.CreateModel(
            name='Ownership',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('subject', models.TextField()),
                ('owner', models.TextField()),
                ('note', models.TextField(db_default='')),
                ('taken_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'subject'), name='edge_ownership_once'), models.CheckConstraint(condition=models.Q(('owner', ''), _negated=True), name='edge_ownership_is_somebodys')],
            },
        ),
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('epoch', models.BigIntegerField(primary_key=True, serialize=False)),
                ('xact', models.BigIntegerField(db_default=hanse.journal.models.CurrentXact())),
                ('restored_to', models.DateTimeField()),
                ('recovered_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'recoveries',
                'constraints': [models.CheckConstraint(condition=models.Q(('epoch__gt', 0), ('restored_to__lte', models.F('recovered_at'))), name='edge_recovery_comes_after')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('event', models.BigIntegerField()),
                ('message', models.TextField(unique=True)),
                ('subject', models.TextField()),
                ('state', models.TextField(db_default='waiting')),
                ('attempts', models.IntegerField(db_default=0)),
                ('next_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_status', models.IntegerField(null=True)),
                ('trouble', models.TextField(db_default='')),
                ('delivered_at', models.DateTimeField(null=True)),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='edge.endpoint')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(models.F('next_at'), models.F('id'), condition=models.Q(('state', 'waiting')), name='edge_delivery_due'), models.Index(models.F('endpoint'), models.F('subject'), models.F('id'), condition=models.Q(('state', 'waiting')), name='edge_delivery_in_order'), models.Index(models.F('endpoint'), models.F('id'), name='edge_delivery_of'), models.Index(models.F('endpoint'), condition=models.Q(('state', 'parked')), name='edge_delivery_parked')],
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'event'), name='edge_delivery_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'delivered', 'parked'])), name='edge_delivery_state_is_known'), models.CheckConstraint(condition=models.Q(('attempts__gte', 0), ('attempts__lte', 1000)), name='edge_delivery_counts_attempts')],
            },
        ),
    ]
