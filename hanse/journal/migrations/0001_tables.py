"""The tables of journal, as they stand before the first release."""

import django.db.models.deletion
import django.db.models.functions.datetime
import hanse.journal.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('journal', '0001_initial'),
        ('journal', '0002_answers_as_text'),
        ('journal', '0003_follower_event'),
        ('journal', '0004_request_xact'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('xact', models.BigIntegerField(db_default=hanse.journal.models.CurrentXact())),
                ('kind', models.TextField()),
                ('subject', models.TextField()),
                ('body', models.JSONField()),
                ('happened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('zone', models.TextField(db_default='UTC')),
                ('actor', models.TextField()),
                ('operation', models.TextField()),
                ('key', models.TextField(null=True)),
                ('cause', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(models.F('subject'), models.F('id'), name='journal_event_subject'), models.Index(models.F('xact'), models.F('id'), name='journal_event_xact')],
            },
        ),
        migrations.CreateModel(
            name='Follower',
            fields=[
                ('name', models.TextField(primary_key=True, serialize=False)),
                ('xact', models.BigIntegerField(db_default=0)),
                ('event', models.BigIntegerField(db_default=0)),
                ('moved_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('failures', models.IntegerField(db_default=0)),
                ('trouble', models.TextField(db_default='')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('xact__gte', 0)), name='journal_follower_never_before_the_start'), models.CheckConstraint(condition=models.Q(('failures__gte', 0), ('failures__lte', models.F('failures'))), name='journal_follower_counts_failures')],
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('xact', models.BigIntegerField(db_default=hanse.journal.models.CurrentXact())),
                ('operation', models.TextField()),
                ('key', models.TextField()),
                ('request_hash', models.BinaryField(max_length=32)),
                ('answers', models.TextField(null=True)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('operation', 'key'), name='journal_request_once')],
            },
        ),
        migrations.CreateModel(
            name='ParkedFact',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('follower', models.TextField()),
                ('trouble', models.TextField()),
                ('parked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('resolved_at', models.DateTimeField(null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='journal.event')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('follower', 'event'), name='journal_parked_once')],
            },
        ),
    ]
