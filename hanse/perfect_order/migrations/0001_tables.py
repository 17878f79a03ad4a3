"""The tables of perfect_order, as they stand before the first release."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('perfect_order', '0001_verdicts'),
        ('perfect_order', '0002_experience_and_risk'),
        ('perfect_order', '0003_lessening'),
    ]

    dependencies = [
        ('orders', '0001_tables'),
        ('partners', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Day',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('due_on', models.DateField()),
                ('by', models.TextField()),
                ('key', models.TextField(db_default='')),
                ('currency', models.TextField()),
                ('due', models.BigIntegerField(db_default=0)),
                ('perfect', models.BigIntegerField(db_default=0)),
                ('imperfect', models.BigIntegerField(db_default=0)),
                ('scor_perfect', models.BigIntegerField(db_default=0)),
                ('scor_imperfect', models.BigIntegerField(db_default=0)),
                ('lines', models.BigIntegerField(db_default=0)),
                ('lines_perfect', models.BigIntegerField(db_default=0)),
                ('lines_judged', models.BigIntegerField(db_default=0)),
                ('place_yes', models.BigIntegerField(db_default=0)),
                ('place_no', models.BigIntegerField(db_default=0)),
                ('product_yes', models.BigIntegerField(db_default=0)),
                ('product_no', models.BigIntegerField(db_default=0)),
                ('time_yes', models.BigIntegerField(db_default=0)),
                ('time_no', models.BigIntegerField(db_default=0)),
                ('customer_yes', models.BigIntegerField(db_default=0)),
                ('customer_no', models.BigIntegerField(db_default=0)),
                ('invoice_yes', models.BigIntegerField(db_default=0)),
                ('invoice_no', models.BigIntegerField(db_default=0)),
                ('documents_yes', models.BigIntegerField(db_default=0)),
                ('documents_no', models.BigIntegerField(db_default=0)),
                ('net', models.DecimalField(db_default=0, decimal_places=4, max_digits=18)),
                ('net_imperfect', models.DecimalField(db_default=0, decimal_places=4, max_digits=18)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('by', 'due_on', 'key', 'currency'), name='perfect_day_once'), models.CheckConstraint(condition=models.Q(('by__in', ['all', 'customer', 'site', 'carrier', 'lane', 'channel', 'item'])), name='perfect_day_is_by_something'), models.CheckConstraint(condition=models.Q(('due__gte', django.db.models.expressions.CombinedExpression(models.F('perfect'), '+', models.F('imperfect'))), ('due__lte', 1000000000000), ('imperfect__gte', 0), ('perfect__gte', 0)), name='perfect_day_counts_up_to_due')],
            },
        ),
        migrations.CreateModel(
            name='DayCause',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('due_on', models.DateField()),
                ('condition', models.TextField()),
                ('cause', models.TextField()),
                ('owner', models.TextField()),
                ('failures', models.BigIntegerField(db_default=0)),
                ('first', models.BigIntegerField(db_default=0)),
                ('alone', models.BigIntegerField(db_default=0)),
                ('hours', models.DecimalField(db_default=0, decimal_places=3, max_digits=18)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('due_on', 'condition', 'cause', 'owner'), name='perfect_daycause_once'), models.CheckConstraint(condition=models.Q(('alone__gte', 0), ('alone__lte', models.F('failures')), ('failures__gte', 0), ('first__gte', 0), ('first__lte', models.F('failures'))), name='perfect_daycause_counts_failures')],
            },
        ),
        migrations.CreateModel(
            name='Experience',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('week_on', models.DateField()),
                ('lane', models.TextField()),
                ('step', models.TextField()),
                ('band', models.SmallIntegerField()),
                ('commitments', models.BigIntegerField()),
                ('perfect', models.BigIntegerField()),
                ('learnt_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('week_on', 'lane', 'step', 'band'), name='perfect_experience_once'), models.CheckConstraint(condition=models.Q(('step__in', ('release', 'pick', 'pack', 'hand over', 'delivery'))), name='perfect_experience_step_is_known'), models.CheckConstraint(condition=models.Q(('band__gte', 0), ('band__lt', 6)), name='perfect_experience_band_is_known'), models.CheckConstraint(condition=models.Q(('commitments__gte', 1), ('commitments__lte', 1000000000000), ('perfect__gte', 0), ('perfect__lte', models.F('commitments'))), name='perfect_experience_counts_up')],
            },
        ),
        migrations.CreateModel(
            name='Risk',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('due_on', models.DateField(null=True)),
                ('looked_at', models.DateTimeField()),
                ('step', models.TextField()),
                ('slack_h', models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ('lane', models.TextField(db_default='')),
                ('site', models.TextField(db_default='')),
                ('net', models.DecimalField(decimal_places=4, max_digits=18)),
                ('currency', models.TextField()),
                ('chance', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('low', models.DecimalField(decimal_places=4, max_digits=5)),
                ('high', models.DecimalField(decimal_places=4, max_digits=5)),
                ('known_from', models.BigIntegerField(db_default=0)),
                ('reasons', models.JSONField()),
                ('rescues', models.JSONField()),
                ('lessening', models.JSONField(null=True)),
                ('gain', models.DecimalField(db_default=0, decimal_places=4, max_digits=5)),
                ('lost', models.BooleanField(db_default=False)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.party')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(models.F('lost'), models.F('due_on'), models.F('id'), name='perfect_risk_listed')],
                'constraints': [models.UniqueConstraint(fields=('order', 'due_on'), name='perfect_risk_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('step__in', ['release', 'pick', 'pack', 'hand over', 'delivery', ''])), name='perfect_risk_step_is_known'), models.CheckConstraint(condition=models.Q(('high__lte', 1), ('low__gte', 0), ('low__lte', models.F('high'))), name='perfect_risk_bounds_are_fractions'), models.CheckConstraint(condition=models.Q(('chance__isnull', True), models.Q(('chance__gte', models.F('low')), ('chance__lte', models.F('high'))), _connector='OR'), name='perfect_risk_chance_is_within_bounds'), models.CheckConstraint(condition=models.Q(('lost', False), models.Q(('chance', 0), ('gain', 0)), _connector='OR'), name='perfect_risk_lost_has_no_chance'), models.CheckConstraint(condition=models.Q(('gain__gte', 0), ('gain__lte', 1), ('known_from__gte', 0), ('known_from__lte', 1000000000000)), name='perfect_risk_gain_is_a_fraction')],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('due_on', models.DateField(null=True)),
                ('known_from', models.DateTimeField()),
                ('known_to', models.DateTimeField(null=True)),
                ('state', models.TextField()),
                ('rules', models.SmallIntegerField()),
                ('right_place', models.BooleanField(null=True)),
                ('right_product', models.BooleanField(null=True)),
                ('in_time', models.BooleanField(null=True)),
                ('right_customer', models.BooleanField(null=True)),
                ('right_invoice', models.BooleanField(null=True)),
                ('right_documents', models.BooleanField(null=True)),
                ('perfect', models.GeneratedField(db_persist=True, expression=models.Q(('right_place', True), ('right_product', True), ('in_time', True), ('right_customer', True), ('right_invoice', True)), output_field=models.BooleanField(null=True))),
                ('lines', models.IntegerField()),
                ('lines_perfect', models.IntegerField()),
                ('lines_judged', models.IntegerField()),
                ('net', models.DecimalField(decimal_places=4, max_digits=18)),
                ('currency', models.TextField()),
                ('hours_late', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('causes', models.JSONField(db_default={})),
                ('found', models.JSONField()),
                ('site', models.TextField(db_default='')),
                ('carrier', models.TextField(db_default='')),
                ('country', models.TextField(db_default='')),
                ('channel', models.TextField(db_default='')),
                ('skus', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('final_on', models.DateField(null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.party')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(models.F('order'), models.F('due_on'), models.F('known_from'), name='perfect_verdict_order'), models.Index(models.F('due_on'), models.F('id'), condition=models.Q(('known_to__isnull', True)), name='perfect_verdict_due'), models.Index(models.F('final_on'), condition=models.Q(('known_to__isnull', True), ('state__in', ['provisional', 'reopened'])), name='perfect_verdict_to_close'), models.Index(models.F('order'), condition=models.Q(('known_to__isnull', True), ('state', 'open')), name='perfect_verdict_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('known_to__isnull', True)), fields=('order', 'due_on'), name='perfect_verdict_one_is_known', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('known_to__isnull', True), ('known_to__gt', models.F('known_from')), _connector='OR'), name='perfect_verdict_is_known_for_a_while'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'provisional', 'final', 'reopened', 'void'])), name='perfect_verdict_state_is_known'), models.CheckConstraint(condition=models.Q(('rules__gte', 1), ('rules__lte', 1000)), name='perfect_verdict_rules_are_counted'), models.CheckConstraint(condition=models.Q(('lines__gte', 0), ('lines_judged__gte', 0), ('lines_judged__lte', models.F('lines')), ('lines_perfect__gte', 0), ('lines_perfect__lte', models.F('lines_judged'))), name='perfect_verdict_counts_its_lines'), models.CheckConstraint(condition=models.Q(('hours_late__isnull', True), models.Q(('hours_late__gte', 0), ('hours_late__lte', 1000000)), _connector='OR'), name='perfect_verdict_is_late_by_hours')],
            },
        ),
    ]
