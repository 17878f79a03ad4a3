"""What the stock work needs: bins in doubt, pick faces, tasks to carry and to count, and how often a site counts."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0002_gtin_in_14_digits'),
        ('inventory', '0005_balances_of_what_lies_there'),
        ('network', '0003_what_a_bin_is_for'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountPlan',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('starts_on', models.DateField()),
                ('a_share', models.SmallIntegerField()),
                ('b_share', models.SmallIntegerField()),
                ('a_days', models.IntegerField()),
                ('b_days', models.IntegerField()),
                ('c_days', models.IntegerField()),
                ('a_permille', models.IntegerField()),
                ('b_permille', models.IntegerField()),
                ('c_permille', models.IntegerField()),
                ('actor', models.TextField()),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CountTask',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lot', models.TextField(db_default='')),
                ('cause', models.TextField()),
                ('abc', models.TextField(db_default='')),
                ('permille', models.IntegerField(db_default=0)),
                ('document', models.TextField(db_default='')),
                ('first_counted', models.BigIntegerField(null=True)),
                ('first_by', models.TextField(db_default='')),
                ('raised_at', models.DateTimeField()),
                ('raised_on', models.DateField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Face',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('least', models.BigIntegerField()),
                ('most', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='MoveTask',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lot', models.TextField(db_default='')),
                ('quantity', models.BigIntegerField()),
                ('moved', models.BigIntegerField(null=True)),
                ('urgent', models.BooleanField(db_default=False)),
                ('orders', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('reason', models.TextField(db_default='')),
                ('raised_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('actor', models.TextField(db_default='')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='account',
            name='inventory_account_kind_is_known',
        ),
        migrations.AddField(
            model_name='balance',
            name='in_doubt',
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name='count',
            name='allowed',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='count',
            name='task',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='count',
            index=models.Index(models.F('account'), models.F('item'), models.F('lot'), models.F('counted_at'), name='inventory_count_of_a_record'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['bin', 'tote', 'carton', 'transit', 'quarantine', 'doubt', 'supplier', 'customer', 'missing', 'scrap', 'opening'])), name='inventory_account_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='count',
            constraint=models.CheckConstraint(condition=models.Q(('allowed__gte', 0), ('allowed__lte', 1000000000000000000)), name='inventory_count_allows_a_number'),
        ),
        migrations.AddField(
            model_name='countplan',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site'),
        ),
        migrations.AddField(
            model_name='counttask',
            name='bin',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account'),
        ),
        migrations.AddField(
            model_name='counttask',
            name='item',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item'),
        ),
        migrations.AddField(
            model_name='counttask',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site'),
        ),
        migrations.AddField(
            model_name='face',
            name='bin',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account'),
        ),
        migrations.AddField(
            model_name='face',
            name='item',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item'),
        ),
        migrations.AddField(
            model_name='face',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site'),
        ),
        migrations.AddField(
            model_name='movetask',
            name='item',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item'),
        ),
        migrations.AddField(
            model_name='movetask',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site'),
        ),
        migrations.AddField(
            model_name='movetask',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account'),
        ),
        migrations.AddField(
            model_name='movetask',
            name='target',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account'),
        ),
        migrations.AddConstraint(
            model_name='countplan',
            constraint=models.UniqueConstraint(fields=('site', 'starts_on'), name='inventory_countplan_once'),
        ),
        migrations.AddConstraint(
            model_name='countplan',
            constraint=models.CheckConstraint(condition=models.Q(('a_share__gte', 0), ('a_share__lte', models.F('b_share')), ('b_share__lte', 100)), name='inventory_countplan_shares_in_range'),
        ),
        migrations.AddConstraint(
            model_name='countplan',
            constraint=models.CheckConstraint(condition=models.Q(('a_days__gte', 1), ('a_days__lte', models.F('b_days')), ('b_days__lte', models.F('c_days')), ('c_days__lte', 3650)), name='inventory_countplan_a_is_counted_most_often'),
        ),
        migrations.AddConstraint(
            model_name='countplan',
            constraint=models.CheckConstraint(condition=models.Q(('a_permille__gte', 0), ('a_permille__lte', 1000), ('b_permille__gte', 0), ('b_permille__lte', 1000), ('c_permille__gte', 0), ('c_permille__lte', 1000)), name='inventory_countplan_tolerates_a_part'),
        ),
        migrations.AddIndex(
            model_name='counttask',
            index=models.Index(models.F('site'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='inventory_counttask_open'),
        ),
        migrations.AddIndex(
            model_name='counttask',
            index=models.Index(models.F('site'), models.F('raised_on'), name='inventory_counttask_of_a_day'),
        ),
        migrations.AddConstraint(
            model_name='counttask',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('bin', 'item', 'lot'), name='inventory_counttask_once'),
        ),
        migrations.AddConstraint(
            model_name='counttask',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['short', 'zero', 'plan'])), name='inventory_counttask_cause_is_known'),
        ),
        migrations.AddConstraint(
            model_name='counttask',
            constraint=models.CheckConstraint(condition=models.Q(('abc__in', ['', 'A', 'B', 'C'])), name='inventory_counttask_class_is_known'),
        ),
        migrations.AddConstraint(
            model_name='counttask',
            constraint=models.CheckConstraint(condition=models.Q(('permille__gte', 0), ('permille__lte', 1000)), name='inventory_counttask_tolerates_a_part'),
        ),
        migrations.AddConstraint(
            model_name='counttask',
            constraint=models.CheckConstraint(condition=models.Q(('first_counted__isnull', True), models.Q(('first_counted__gte', 0), ('first_counted__lte', 1000000000000000000)), _connector='OR'), name='inventory_counttask_finds_a_number'),
        ),
        migrations.AddIndex(
            model_name='face',
            index=models.Index(models.F('item'), models.F('site'), name='inventory_face_of_item'),
        ),
        migrations.AddIndex(
            model_name='face',
            index=models.Index(models.F('site'), models.F('id'), name='inventory_face_of_site'),
        ),
        migrations.AddConstraint(
            model_name='face',
            constraint=models.UniqueConstraint(fields=('bin', 'item'), name='inventory_face_once'),
        ),
        migrations.AddConstraint(
            model_name='face',
            constraint=models.CheckConstraint(condition=models.Q(('least__gte', 0), ('least__lt', models.F('most'))), name='inventory_face_fills_up'),
        ),
        migrations.AddConstraint(
            model_name='face',
            constraint=models.CheckConstraint(condition=models.Q(('most__gt', 0), ('most__lte', 1000000000000000000)), name='inventory_face_holds_something'),
        ),
        migrations.AddIndex(
            model_name='movetask',
            index=models.Index(models.F('site'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='inventory_movetask_open'),
        ),
        migrations.AddIndex(
            model_name='movetask',
            index=models.Index(models.F('target'), models.F('item'), condition=models.Q(('closed_at__isnull', True)), name='inventory_movetask_comes'),
        ),
        migrations.AddConstraint(
            model_name='movetask',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('quantity__lte', 1000000000000000000)), name='inventory_movetask_asks_for_something'),
        ),
        migrations.AddConstraint(
            model_name='movetask',
            constraint=models.CheckConstraint(condition=models.Q(('moved__isnull', True), models.Q(('moved__gte', 0), ('moved__lte', models.F('quantity'))), _connector='OR'), name='inventory_movetask_moves_what_is_asked'),
        ),
        migrations.AddConstraint(
            model_name='movetask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('moved__isnull', True)), models.Q(('closed_at__isnull', False), ('moved__isnull', False)), _connector='OR'), name='inventory_movetask_is_answered_whole'),
        ),
        migrations.AddConstraint(
            model_name='movetask',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='inventory_movetask_has_two_sides'),
        ),
    ]
