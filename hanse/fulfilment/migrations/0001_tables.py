"""The tables of fulfilment, as they stand before the first release."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


ROOM = {
    "fulfilment_task": 60,
    "fulfilment_carton": 70,
}
"""How full a page is written, in percent: rows that change at every step keep room, so that a new version stays on its page and no index is written."""


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('fulfilment', '0001_initial'),
        ('fulfilment', '0002_initial'),
        ('fulfilment', '0003_initial'),
        ('fulfilment', '0004_packed_tasks'),
        ('fulfilment', '0005_fillfactor'),
        ('fulfilment', '0006_waves_and_tours'),
        ('fulfilment', '0007_changes_asked_of_sites'),
        ('fulfilment', '0008_documents_hold_together'),
        ('fulfilment', '0009_cartons_used'),
        ('fulfilment', '0010_audits_and_serials'),
        ('fulfilment', '0011_supplier_orders'),
        ('fulfilment', '0012_cartons_in_cartons'),
    ]

    dependencies = [
        ('catalogue', '0001_tables'),
        ('inventory', '0001_tables'),
        ('network', '0001_tables'),
        ('orders', '0001_tables'),
        ('partners', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Carton',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sscc', models.TextField(unique=True)),
                ('carrier', models.TextField(db_default='')),
                ('expected_g', models.BigIntegerField(null=True)),
                ('weight_g', models.BigIntegerField(null=True)),
                ('length_mm', models.IntegerField(null=True)),
                ('width_mm', models.IntegerField(null=True)),
                ('height_mm', models.IntegerField(null=True)),
                ('proposal', models.TextField(db_default='')),
                ('packed_at', models.DateTimeField()),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('audit', models.TextField(db_default='')),
                ('actor', models.TextField()),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
                ('address', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.address')),
                ('inside', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contains', to='fulfilment.carton')),
                ('order', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='cartons', to='orders.order')),
                ('site', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
                ('type', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.cartontype')),
            ],
            options={
                'indexes': [models.Index(models.F('site'), models.F('id'), condition=models.Q(('handed_over_at__isnull', True), ('opened_at__isnull', True)), name='fulfilment_carton_staged'), models.Index(models.F('inside'), condition=models.Q(('inside__isnull', False)), name='fulfilment_carton_inside')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sscc__regex', '^[0-9]{18}$')), name='fulfilment_carton_has_an_sscc'), models.CheckConstraint(condition=models.Q(('proposal__in', ['', 'followed', 'alternative', 'other'])), name='fulfilment_carton_proposal_is_known'), models.CheckConstraint(condition=models.Q(('handed_over_at__isnull', True), ('opened_at__isnull', True), _connector='OR'), name='fulfilment_carton_opened_stays_here'), models.CheckConstraint(condition=models.Q(('audit__in', ['', 'due', 'passed', 'failed'])), name='fulfilment_carton_audit_is_known'), models.CheckConstraint(condition=models.Q(('handed_over_at__isnull', True), ('audit__in', ['', 'passed']), _connector='OR'), name='fulfilment_carton_leaves_audited'), models.CheckConstraint(condition=models.Q(('inside__isnull', True), models.Q(('opened_at__isnull', True), models.Q(('inside', models.F('id')), _negated=True)), _connector='OR'), name='fulfilment_carton_lies_closed_in_another')],
            },
        ),
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lot', models.TextField(db_default='')),
                ('expected', models.BigIntegerField()),
                ('found', models.BigIntegerField()),
                ('actor', models.TextField()),
                ('audited_at', models.DateTimeField()),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('carton', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='fulfilment.carton')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('expected__gte', 0), ('expected__lte', 1000000000000)), name='fulfilment_audit_expects_a_number'), models.CheckConstraint(condition=models.Q(('found__gte', 0), ('found__lte', 1000000000000)), name='fulfilment_audit_finds_a_number')],
            },
        ),
        migrations.CreateModel(
            name='Content',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lot', models.TextField(db_default='')),
                ('serial', models.TextField(db_default='')),
                ('quantity', models.BigIntegerField()),
                ('task', models.BigIntegerField(null=True)),
                ('allocation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.allocation')),
                ('carton', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='contents', to='fulfilment.carton')),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('line', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.line')),
            ],
            options={
                'indexes': [models.Index(models.F('item'), models.F('lot'), condition=models.Q(('lot', ''), _negated=True), name='fulfilment_content_lot')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('quantity__lte', 1000000000000)), name='fulfilment_content_is_something')],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('step', models.TextField()),
                ('task', models.BigIntegerField(null=True)),
                ('carton', models.BigIntegerField(null=True)),
                ('wanted', models.TextField()),
                ('read', models.TextField()),
                ('right', models.BooleanField()),
                ('actor', models.TextField()),
                ('scanned_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
        ),
        migrations.CreateModel(
            name='SupplierOrder',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('carrier', models.TextField(db_default='')),
                ('first_due_on', models.DateField()),
                ('due_on', models.DateField()),
                ('ordered_at', models.DateTimeField()),
                ('actor', models.TextField()),
                ('address', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.address')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supplier_orders', to='orders.order')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
            options={
                'indexes': [models.Index(models.F('site'), models.F('id'), name='fulfilment_supplierorder_site')],
                'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('first_due_on'))), name='fulfilment_supplierorder_slips_forward')],
            },
        ),
        migrations.CreateModel(
            name='DespatchAdvice',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('supplier', models.TextField()),
                ('number', models.TextField()),
                ('body', models.JSONField()),
                ('units', models.BigIntegerField()),
                ('despatched_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('actor', models.TextField()),
                ('supplier_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='advices', to='fulfilment.supplierorder')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('supplier', 'number'), name='fulfilment_despatchadvice_once'), models.CheckConstraint(condition=models.Q(('units__gt', 0), ('units__lte', 1000000000000)), name='fulfilment_despatchadvice_is_of_something')],
            },
        ),
        migrations.CreateModel(
            name='Wave',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('method', models.TextField()),
                ('chosen_by', models.JSONField(db_default={})),
                ('leaves_at', models.DateTimeField(null=True)),
                ('orders', models.IntegerField()),
                ('tasks', models.IntegerField()),
                ('units', models.BigIntegerField()),
                ('released_at', models.DateTimeField()),
                ('actor', models.TextField()),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
            options={
                'indexes': [models.Index(models.F('site'), models.F('id'), name='fulfilment_wave_site')],
                'constraints': [models.CheckConstraint(condition=models.Q(('method__in', ['single', 'cluster', 'batch', 'zone'])), name='fulfilment_wave_method_is_known'), models.CheckConstraint(condition=models.Q(('orders__gte', 1), ('tasks__gte', models.F('orders')), ('units__gte', models.F('tasks')), ('units__lte', 1000000000000)), name='fulfilment_wave_is_of_something')],
            },
        ),
        migrations.CreateModel(
            name='Tour',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('method', models.TextField()),
                ('zone', models.TextField(db_default='')),
                ('orders', models.IntegerField()),
                ('stops', models.IntegerField()),
                ('metres', models.DecimalField(decimal_places=2, max_digits=9)),
                ('seconds', models.IntegerField()),
                ('path', models.JSONField()),
                ('pick_by', models.DateTimeField(null=True)),
                ('planned_at', models.DateTimeField()),
                ('picker', models.TextField(db_default='')),
                ('started_at', models.DateTimeField(null=True)),
                ('after', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fulfilment.tour')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
                ('wave', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tours', to='fulfilment.wave')),
            ],
            options={
                'indexes': [models.Index(models.F('site'), models.F('id'), name='fulfilment_tour_site')],
                'constraints': [models.CheckConstraint(condition=models.Q(('method__in', ['single', 'cluster', 'batch', 'zone'])), name='fulfilment_tour_method_is_known'), models.CheckConstraint(condition=models.Q(('metres__gte', 0), ('orders__gte', 1), ('seconds__gte', 0), ('stops__gte', 1)), name='fulfilment_tour_goes_somewhere'), models.CheckConstraint(condition=models.Q(models.Q(('picker', ''), ('started_at__isnull', True)), models.Q(models.Q(('picker', ''), _negated=True), ('started_at__isnull', False)), _connector='OR'), name='fulfilment_tour_is_somebodys_since')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lot', models.TextField(db_default='')),
                ('to_pick', models.BigIntegerField()),
                ('taken', models.BigIntegerField(null=True)),
                ('withdrawn', models.BigIntegerField(db_default=0)),
                ('packed', models.BigIntegerField(db_default=0)),
                ('put_back', models.BigIntegerField(db_default=0)),
                ('wrong', models.BigIntegerField(db_default=0)),
                ('short_reason', models.TextField(db_default='')),
                ('released_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('actor', models.TextField(db_default='')),
                ('stop', models.SmallIntegerField(null=True)),
                ('allocation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='orders.allocation')),
                ('bin', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('line', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='orders.line')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='orders.order')),
                ('site', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
                ('supplier_order', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='fulfilment.supplierorder')),
                ('tote', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.account')),
                ('tour', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fulfilment.tour')),
                ('wave', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fulfilment.wave')),
            ],
            options={
                'indexes': [models.Index(models.F('site'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='fulfilment_task_open'), models.Index(models.F('wave'), condition=models.Q(('wave__isnull', False)), name='fulfilment_task_wave'), models.Index(models.F('tour'), models.F('stop'), condition=models.Q(('tour__isnull', False)), name='fulfilment_task_tour'), models.Index(models.F('supplier_order'), condition=models.Q(('supplier_order__isnull', False)), name='fulfilment_task_of_a_supplier'), models.Index(models.F('allocation'), name='fulfilment_task_allocation'), models.Index(models.F('item'), models.F('lot'), condition=models.Q(('lot', ''), _negated=True), name='fulfilment_task_lot')],
                'constraints': [models.CheckConstraint(condition=models.Q(('to_pick__gt', 0), ('to_pick__lte', 1000000000000)), name='fulfilment_task_asks_for_something'), models.CheckConstraint(condition=models.Q(('taken__isnull', True), models.Q(('taken__gte', 0), ('taken__lte', django.db.models.expressions.CombinedExpression(models.F('to_pick'), '-', models.F('withdrawn')))), _connector='OR'), name='fulfilment_task_takes_what_is_asked'), models.CheckConstraint(condition=models.Q(models.Q(('stop__isnull', True), ('tour__isnull', True)), models.Q(('stop__gte', 1), ('stop__lte', 30000), ('tour__isnull', False)), _connector='OR'), name='fulfilment_task_has_its_turn_on_a_tour'), models.CheckConstraint(condition=models.Q(('withdrawn__gte', 0), ('withdrawn__lte', models.F('to_pick'))), name='fulfilment_task_withdraws_what_is_asked'), models.CheckConstraint(condition=models.Q(models.Q(('packed', 0), ('put_back', 0)), models.Q(('packed__gte', 0), ('packed__lte', django.db.models.expressions.CombinedExpression(models.F('taken'), '-', models.F('put_back'))), ('put_back__gte', 0), ('taken__isnull', False)), _connector='OR'), name='fulfilment_task_packs_what_was_taken'), models.CheckConstraint(condition=models.Q(('wrong__gte', 0), ('wrong__lte', 1000000000000)), name='fulfilment_task_counts_its_errors')],
            },
        ),
        migrations.CreateModel(
            name='PickedSerial',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField()),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('task', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='serials', to='fulfilment.task')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'code'), name='fulfilment_serial_is_of_one_allocation')],
            },
        ),
        migrations.RunSQL("CREATE SEQUENCE fulfilment_sscc_serial", "DROP SEQUENCE fulfilment_sscc_serial"),
        *[migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = {percent})", f"ALTER TABLE {table} RESET (fillfactor)") for table, percent in ROOM.items()],
    ]
