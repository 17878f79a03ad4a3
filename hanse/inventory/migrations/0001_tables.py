"""The tables of inventory, as they stand before the first release."""

import django.contrib.postgres.fields
import django.db.models.deletion
import hanse.journal.models
from django.db import migrations, models


ROOM = {
    "inventory_stock": 50,
    "inventory_balance": 60,
}
"""How full a page is written, in percent: rows that change at every step keep room, so that a new version stays on its page and no index is written."""


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('inventory', '0001_initial'),
        ('inventory', '0002_inbound_counts_units'),
        ('inventory', '0003_fillfactor'),
        ('inventory', '0004_room_for_any_stock'),
        ('inventory', '0005_balances_of_what_lies_there'),
        ('inventory', '0006_stock_work'),
        ('inventory', '0007_safety_share'),
        ('inventory', '0008_lot_status'),
        ('inventory', '0009_drop_ships'),
    ]

    dependencies = [
        ('catalogue', '0001_tables'),
        ('network', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('code', models.TextField(db_default='')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='network.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'kind', 'code'), name='inventory_account_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['bin', 'tote', 'carton', 'transit', 'quarantine', 'doubt', 'supplier', 'customer', 'missing', 'scrap', 'opening'])), name='inventory_account_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Balance',
            fields=[
                ('pk', models.CompositePrimaryKey('account_id', 'item_id', 'lot', blank=True, editable=False, primary_key=True, serialize=False)),
                ('lot', models.TextField(db_default='')),
                ('on_hand', models.BigIntegerField(db_default=0)),
                ('reserved', models.BigIntegerField(db_default=0)),
                ('in_doubt', models.BooleanField(db_default=False)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='inventory.account')),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalogue.item')),
            ],
            options={
                'indexes': [models.Index(models.F('item'), name='inventory_balance_of_item')],
                'constraints': [models.CheckConstraint(condition=models.Q(('on_hand__gte', 0), ('on_hand__lte', 1000000000000000000)), name='inventory_balance_never_below_zero'), models.CheckConstraint(condition=models.Q(('reserved__gte', 0), ('reserved__lte', models.F('on_hand'))), name='inventory_balance_claims_what_is_there')],
            },
        ),
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lot', models.TextField(db_default='')),
                ('expected', models.BigIntegerField()),
                ('counted', models.BigIntegerField()),
                ('reason', models.TextField(db_default='')),
                ('actor', models.TextField()),
                ('counted_at', models.DateTimeField()),
                ('task', models.BigIntegerField(null=True)),
                ('allowed', models.BigIntegerField(db_default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='inventory.account')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='catalogue.item')),
            ],
            options={
                'indexes': [models.Index(models.F('account'), models.F('item'), models.F('lot'), models.F('counted_at'), name='inventory_count_of_a_record')],
                'constraints': [models.CheckConstraint(condition=models.Q(('allowed__gte', 0), ('allowed__lte', 1000000000000000000)), name='inventory_count_allows_a_number'), models.CheckConstraint(condition=models.Q(('expected__gte', 0), ('expected__lte', 1000000000000000000)), name='inventory_count_expects_a_number'), models.CheckConstraint(condition=models.Q(('counted__gte', 0), ('counted__lte', 1000000000000000000)), name='inventory_count_finds_a_number')],
            },
        ),
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
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'starts_on'), name='inventory_countplan_once'), models.CheckConstraint(condition=models.Q(('a_share__gte', 0), ('a_share__lte', models.F('b_share')), ('b_share__lte', 100)), name='inventory_countplan_shares_in_range'), models.CheckConstraint(condition=models.Q(('a_days__gte', 1), ('a_days__lte', models.F('b_days')), ('b_days__lte', models.F('c_days')), ('c_days__lte', 3650)), name='inventory_countplan_a_is_counted_most_often'), models.CheckConstraint(condition=models.Q(('a_permille__gte', 0), ('a_permille__lte', 1000), ('b_permille__gte', 0), ('b_permille__lte', 1000), ('c_permille__gte', 0), ('c_permille__lte', 1000)), name='inventory_countplan_tolerates_a_part')],
            },
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
                ('bin', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
            options={
                'indexes': [models.Index(models.F('site'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='inventory_counttask_open'), models.Index(models.F('site'), models.F('raised_on'), name='inventory_counttask_of_a_day')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('bin', 'item', 'lot'), name='inventory_counttask_once'), models.CheckConstraint(condition=models.Q(('cause__in', ['short', 'zero', 'plan'])), name='inventory_counttask_cause_is_known'), models.CheckConstraint(condition=models.Q(('abc__in', ['', 'A', 'B', 'C'])), name='inventory_counttask_class_is_known'), models.CheckConstraint(condition=models.Q(('permille__gte', 0), ('permille__lte', 1000)), name='inventory_counttask_tolerates_a_part'), models.CheckConstraint(condition=models.Q(('first_counted__isnull', True), models.Q(('first_counted__gte', 0), ('first_counted__lte', 1000000000000000000)), _connector='OR'), name='inventory_counttask_finds_a_number')],
            },
        ),
        migrations.CreateModel(
            name='DropShip',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lead_days', models.SmallIntegerField()),
                ('told', models.BigIntegerField(null=True)),
                ('told_at', models.DateTimeField()),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(blank=True, null=True)),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'site', 'from_on'), name='inventory_dropship_once_a_day'), models.CheckConstraint(condition=models.Q(('lead_days__gte', 0), ('lead_days__lte', 365)), name='inventory_dropship_lead_in_range'), models.CheckConstraint(condition=models.Q(('told__isnull', True), models.Q(('told__gte', 0), ('told__lte', 1000000000000000000)), _connector='OR'), name='inventory_dropship_tells_a_number'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='inventory_dropship_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Face',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('least', models.BigIntegerField()),
                ('most', models.BigIntegerField()),
                ('bin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
            options={
                'indexes': [models.Index(models.F('item'), models.F('site'), name='inventory_face_of_item'), models.Index(models.F('site'), models.F('id'), name='inventory_face_of_site')],
                'constraints': [models.UniqueConstraint(fields=('bin', 'item'), name='inventory_face_once'), models.CheckConstraint(condition=models.Q(('least__gte', 0), ('least__lt', models.F('most'))), name='inventory_face_fills_up'), models.CheckConstraint(condition=models.Q(('most__gt', 0), ('most__lte', 1000000000000000000)), name='inventory_face_holds_something')],
            },
        ),
        migrations.CreateModel(
            name='Inbound',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('ref', models.TextField()),
                ('supplier', models.TextField(db_default='')),
                ('quantity', models.BigIntegerField()),
                ('received', models.BigIntegerField(db_default=0)),
                ('first_due_on', models.DateField()),
                ('due_on', models.DateField()),
                ('safety_share', models.SmallIntegerField(db_default=0)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='catalogue.item')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='network.site')),
            ],
            options={
                'indexes': [models.Index(models.F('item'), models.F('due_on'), condition=models.Q(('received__lt', models.F('quantity'))), name='inventory_inbound_open')],
                'constraints': [models.UniqueConstraint(fields=('ref', 'item', 'site'), name='inventory_inbound_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 0), ('quantity__lte', 1000000000000000000)), name='inventory_inbound_counts_units'), models.CheckConstraint(condition=models.Q(('received__gte', 0), ('received__lte', models.F('quantity'))), name='inventory_inbound_never_overtakes'), models.CheckConstraint(condition=models.Q(('safety_share__gte', 0), ('safety_share__lte', 100)), name='inventory_inbound_share_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField()),
                ('made_on', models.DateField(null=True)),
                ('expires_on', models.DateField(null=True)),
                ('status', models.TextField(db_default='released')),
                ('reason', models.TextField(db_default='')),
                ('status_at', models.DateTimeField(null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='catalogue.item')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'code'), name='inventory_lot_once'), models.CheckConstraint(condition=models.Q(('status__in', ['released', 'held', 'recalled'])), name='inventory_lot_status_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('xact', models.BigIntegerField(db_default=hanse.journal.models.CurrentXact())),
                ('lot', models.TextField(db_default='')),
                ('serial', models.TextField(db_default='')),
                ('quantity', models.BigIntegerField()),
                ('act', models.TextField()),
                ('document', models.TextField(db_default='')),
                ('reason', models.TextField(db_default='')),
                ('actor', models.TextField()),
                ('happened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalogue.item')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
                ('target', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
            ],
            options={
                'indexes': [models.Index(models.F('item'), models.F('id'), name='inventory_movement_item')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('quantity__lte', 1000000000000000000)), name='inventory_movement_moves_something'), models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='inventory_movement_has_two_sides'), models.CheckConstraint(condition=models.Q(('serial', ''), ('quantity', 1), _connector='OR'), name='inventory_movement_of_a_serial_is_one')],
            },
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
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
                ('target', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
            ],
            options={
                'indexes': [models.Index(models.F('site'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='inventory_movetask_open'), models.Index(models.F('target'), models.F('item'), condition=models.Q(('closed_at__isnull', True)), name='inventory_movetask_comes')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('quantity__lte', 1000000000000000000)), name='inventory_movetask_asks_for_something'), models.CheckConstraint(condition=models.Q(('moved__isnull', True), models.Q(('moved__gte', 0), ('moved__lte', models.F('quantity'))), _connector='OR'), name='inventory_movetask_moves_what_is_asked'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('moved__isnull', True)), models.Q(('closed_at__isnull', False), ('moved__isnull', False)), _connector='OR'), name='inventory_movetask_is_answered_whole'), models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='inventory_movetask_has_two_sides')],
            },
        ),
        migrations.CreateModel(
            name='Serial',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField()),
                ('lot', models.TextField(db_default='')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='inventory.account')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='catalogue.item')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'code'), name='inventory_serial_once')],
            },
        ),
        migrations.CreateModel(
            name='Stock',
            fields=[
                ('pk', models.CompositePrimaryKey('item_id', 'site_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('on_hand', models.BigIntegerField(db_default=0)),
                ('reserved', models.BigIntegerField(db_default=0)),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalogue.item')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='network.site')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('on_hand__gte', 0), ('on_hand__lte', 1000000000000000000)), name='inventory_stock_never_below_zero'), models.CheckConstraint(condition=models.Q(('reserved__gte', 0), ('reserved__lte', models.F('on_hand'))), name='inventory_stock_never_oversold')],
            },
        ),
        *[migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = {percent})", f"ALTER TABLE {table} RESET (fillfactor)") for table, percent in ROOM.items()],
    ]
