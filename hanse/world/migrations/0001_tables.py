"""The tables of world, as they stand before the first release."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='WhatIf',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('said', models.TextField()),
                ('change', models.TextField()),
                ('company', models.TextField()),
                ('currency', models.TextField()),
                ('world', models.TextField()),
                ('described', models.TextField()),
                ('seed', models.BigIntegerField()),
                ('began_on', models.DateField()),
                ('first_on', models.DateField()),
                ('days', models.IntegerField()),
                ('seeds', models.IntegerField()),
                ('state', models.TextField(db_default='asked')),
                ('lived', models.IntegerField(db_default=0)),
                ('asked_by', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('as_of', models.DateTimeField(null=True)),
                ('moved_at', models.DateTimeField()),
                ('why', models.TextField(db_default='')),
            ],
            options={
                'db_table': 'world_whatif',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'living', 'answered', 'stopped'])), name='world_whatif_is_in_a_state'), models.CheckConstraint(condition=models.Q(('days__gte', 1), ('days__lte', 730), ('seeds__gte', 2), ('seeds__lte', 1000)), name='world_whatif_is_of_some_length'), models.CheckConstraint(condition=models.Q(('lived__gte', 0), ('lived__lte', django.db.models.expressions.CombinedExpression(models.Value(2), '*', models.F('seeds')))), name='world_whatif_lives_each_future_once'), models.CheckConstraint(condition=models.Q(('first_on__gt', models.F('began_on'))), name='world_whatif_begins_after_the_company'), models.CheckConstraint(condition=models.Q(models.Q(('said', ''), _negated=True), models.Q(('change', ''), _negated=True)), name='world_whatif_says_what_changes'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'stopped'), _negated=True), models.Q(('why', ''), _negated=True), _connector='OR'), name='world_whatif_says_why_it_stopped'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), ('as_of__isnull', False), _connector='OR'), name='world_whatif_knows_as_of_when')],
            },
        ),
        migrations.CreateModel(
            name='WhatIfDay',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('measure', models.TextField()),
                ('on', models.DateField()),
                ('changed', models.BooleanField()),
                ('middle', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('what_if', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='days_told', to='world.whatif')),
            ],
            options={
                'db_table': 'world_whatif_day',
                'constraints': [models.UniqueConstraint(fields=('what_if', 'measure', 'on', 'changed'), name='world_whatif_day_once'), models.CheckConstraint(condition=models.Q(('measure__in', ['perfect', 'hours_late', 'cost', 'stock', 'orders'])), name='world_whatif_day_is_of_a_measure'), models.CheckConstraint(condition=models.Q(('low__lte', models.F('high'))), name='world_whatif_band_has_both_bounds')],
            },
        ),
        migrations.CreateModel(
            name='WhatIfMeasure',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('measure', models.TextField()),
                ('without', models.FloatField()),
                ('with_it', models.FloatField()),
                ('difference', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('what_if', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='measures', to='world.whatif')),
            ],
            options={
                'db_table': 'world_whatif_measure',
                'constraints': [models.UniqueConstraint(fields=('what_if', 'measure'), name='world_whatif_measure_once'), models.CheckConstraint(condition=models.Q(('measure__in', ['orders', 'perfect', 'hours_late', 'cost', 'freight', 'handling', 'split', 'stock'])), name='world_whatif_measure_is_known'), models.CheckConstraint(condition=models.Q(('high__gte', models.F('difference')), ('low__lte', models.F('difference'))), name='world_whatif_difference_lies_in_its_interval')],
            },
        ),
    ]
