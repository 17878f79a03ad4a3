"""The tables of billing, as they stand before the first release."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('billing', '0001_initial'),
        ('billing', '0002_initial'),
        ('billing', '0003_open_items'),
        ('billing', '0004_documents_hold_together'),
        ('billing', '0005_match_differs'),
        ('billing', '0006_voided_numbers'),
        ('billing', '0007_goods_credits'),
    ]

    dependencies = [
        ('orders', '0001_tables'),
        ('partners', '0001_tables'),
        ('transport', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.TextField(unique=True)),
                ('kind', models.TextField(db_default='invoice')),
                ('currency', models.TextField()),
                ('net', models.DecimalField(decimal_places=4, max_digits=18)),
                ('freight', models.DecimalField(decimal_places=4, max_digits=18)),
                ('tax', models.DecimalField(decimal_places=4, max_digits=18)),
                ('total', models.DecimalField(decimal_places=4, max_digits=18)),
                ('reason', models.TextField(db_default='')),
                ('issued_at', models.DateTimeField()),
                ('issued_on', models.DateField()),
                ('due_on', models.DateField()),
                ('actor', models.TextField()),
                ('bill_to', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.address')),
                ('corrects', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='billing.invoice')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.party')),
                ('order', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='orders.order')),
                ('parcel', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='transport.parcel')),
            ],
            options={
                'indexes': [models.Index(models.F('issued_at'), models.F('id'), name='billing_invoice_when')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['invoice', 'credit'])), name='billing_invoice_kind_is_known'), models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('freight')), '+', models.F('tax')))), name='billing_invoice_adds_up')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('first', models.BigIntegerField()),
                ('quantity', models.BigIntegerField()),
                ('unit_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('net', models.DecimalField(decimal_places=4, max_digits=18)),
                ('freight', models.DecimalField(decimal_places=4, max_digits=18)),
                ('tax', models.DecimalField(decimal_places=4, max_digits=18)),
                ('tax_category', models.TextField()),
                ('tax_rate', models.DecimalField(decimal_places=4, max_digits=7)),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.invoice')),
                ('line', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoice_lines', to='orders.line')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('quantity__lte', 1000000000000)), name='billing_invoiceline_bills_something'), models.CheckConstraint(condition=models.Q(('first__gte', 0), ('first__lte', 1000000000000)), name='billing_invoiceline_starts_somewhere')],
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('ordered', models.BigIntegerField()),
                ('shipped', models.BigIntegerField()),
                ('received', models.BigIntegerField(null=True)),
                ('invoiced', models.BigIntegerField()),
                ('order_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('invoice_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('quantity_variance', models.DecimalField(decimal_places=4, max_digits=18)),
                ('price_variance', models.DecimalField(decimal_places=4, max_digits=18)),
                ('matched_at', models.DateTimeField()),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='billing.invoice')),
                ('line', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='orders.line')),
            ],
            options={
                'verbose_name_plural': 'matches',
                'indexes': [models.Index(models.F('line'), condition=models.Q(models.Q(('quantity_variance', 0), _negated=True), models.Q(('price_variance', 0), _negated=True), _connector='OR'), name='billing_match_differs')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('ref', models.TextField(unique=True)),
                ('kind', models.TextField(db_default='received')),
                ('method', models.TextField(db_default='')),
                ('currency', models.TextField()),
                ('amount', models.DecimalField(decimal_places=4, max_digits=18)),
                ('received_at', models.DateTimeField()),
                ('actor', models.TextField()),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.party')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['received', 'refunded'])), name='billing_payment_kind_is_known'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount__lte', 1000000000000)), name='billing_payment_is_something')],
            },
        ),
        migrations.CreateModel(
            name='OpenItem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('currency', models.TextField()),
                ('owes', models.BooleanField()),
                ('amount', models.DecimalField(decimal_places=4, max_digits=18)),
                ('settled', models.DecimalField(db_default=0, decimal_places=4, max_digits=18)),
                ('since_at', models.DateTimeField()),
                ('due_on', models.DateField(null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.party')),
                ('invoice', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='billing.invoice')),
                ('payment', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='billing.payment')),
            ],
            options={
                'indexes': [models.Index(models.F('customer'), models.F('currency'), models.F('since_at'), models.F('id'), condition=models.Q(('settled__lt', models.F('amount'))), name='billing_openitem_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('invoice__isnull', False)), fields=('invoice',), name='billing_openitem_invoice_once'), models.UniqueConstraint(condition=models.Q(('payment__isnull', False)), fields=('payment',), name='billing_openitem_payment_once'), models.CheckConstraint(condition=models.Q(('amount__lte', 10000000000000), ('settled__gte', 0), ('settled__lte', models.F('amount'))), name='billing_openitem_settles_what_is_open'), models.CheckConstraint(condition=models.Q(models.Q(('invoice__isnull', False), ('payment__isnull', True)), models.Q(('invoice__isnull', True), ('payment__isnull', False)), _connector='OR'), name='billing_openitem_is_one_document')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('name', models.TextField(primary_key=True, serialize=False)),
                ('last', models.BigIntegerField(db_default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('last__gte', 0), ('last__lte', 1000000000000)), name='billing_series_counts_up')],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=18)),
                ('at', models.DateTimeField()),
                ('credit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settles', to='billing.invoice')),
                ('invoice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='billing.invoice')),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='billing.payment')),
                ('refund', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repays', to='billing.payment')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount__lte', 1000000000000)), name='billing_settlement_is_something'), models.CheckConstraint(condition=models.Q(models.Q(('credit__isnull', True), ('payment__isnull', False)), models.Q(('credit__isnull', False), ('payment__isnull', True)), _connector='OR'), name='billing_settlement_has_one_source'), models.CheckConstraint(condition=models.Q(models.Q(('invoice__isnull', False), ('refund__isnull', True)), models.Q(('invoice__isnull', True), ('refund__isnull', False)), _connector='OR'), name='billing_settlement_has_one_target')],
            },
        ),
        migrations.CreateModel(
            name='VoidedNumbers',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('series', models.TextField()),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('reason', models.TextField()),
                ('voided_at', models.DateTimeField()),
                ('actor', models.TextField()),
            ],
            options={
                'verbose_name_plural': 'voided numbers',
                'constraints': [models.UniqueConstraint(fields=('series', 'first'), name='billing_voidednumbers_once'), models.CheckConstraint(condition=models.Q(('first__gte', 1), ('first__lte', models.F('last')), ('last__lte', 1000000000000)), name='billing_voidednumbers_are_some'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='billing_voidednumbers_have_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='GoodsCredit',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('cause', models.TextField()),
                ('sent', models.BigIntegerField()),
                ('wanting', models.BigIntegerField()),
                ('credited', models.BigIntegerField(db_default=0)),
                ('unsure', models.BooleanField(db_default=False)),
                ('settled', models.BooleanField(db_default=False)),
                ('known_at', models.DateTimeField()),
                ('line', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.line')),
                ('parcel', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='transport.parcel')),
            ],
            options={
                'indexes': [models.Index(models.F('id'), condition=models.Q(('settled', False), ('wanting__gt', models.F('credited'))), name='billing_goodscredit_open')],
                'constraints': [models.UniqueConstraint(fields=('parcel', 'line'), name='billing_goodscredit_once'), models.CheckConstraint(condition=models.Q(('cause__in', ['lost', 'came-back', 'damaged', 'short'])), name='billing_goodscredit_cause_is_known'), models.CheckConstraint(condition=models.Q(('sent__gt', 0), ('sent__lte', 1000000000000), ('wanting__gte', 0), ('wanting__lte', models.F('sent'))), name='billing_goodscredit_wants_what_was_sent_at_most'), models.CheckConstraint(condition=models.Q(('credited__gte', 0), ('credited__lte', models.F('sent'))), name='billing_goodscredit_credits_what_was_sent_at_most')],
            },
        ),
    ]
