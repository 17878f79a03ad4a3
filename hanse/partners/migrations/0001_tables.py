"""The tables of partners, as they stand before the first release."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('partners', '0001_initial'),
        ('partners', '0002_address_content'),
        ('partners', '0003_carton_rules'),
        ('partners', '0004_backorder_terms'),
        ('partners', '0005_lots_and_scans'),
        ('partners', '0006_screened'),
        ('partners', '0007_tolerances'),
        ('partners', '0008_receives_on'),
        ('partners', '0009_otif'),
        ('partners', '0010_homes'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('currency', models.TextField(db_default='EUR')),
                ('tax_id', models.TextField(blank=True, db_default='')),
                ('gln', models.TextField(blank=True, null=True, unique=True)),
                ('ship_rule', models.TextField(db_default='available')),
                ('invoice_rule', models.TextField(db_default='shipment')),
                ('backorder_rule', models.TextField(db_default='improve')),
                ('consent_days', models.IntegerField(blank=True, null=True)),
                ('payment_days', models.IntegerField(db_default=30)),
                ('credit_limit', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ('priority', models.SmallIntegerField(db_default=50)),
                ('min_life_days', models.IntegerField(db_default=0)),
                ('carton_rule', models.TextField(db_default='mixed')),
                ('carton_max_g', models.IntegerField(db_default=0)),
                ('carton_max_mm', models.IntegerField(db_default=0)),
                ('max_lots', models.SmallIntegerField(blank=True, null=True)),
                ('pack_scan', models.TextField(blank=True, db_default='')),
                ('over_percent', models.SmallIntegerField(db_default=0)),
                ('under_percent', models.SmallIntegerField(db_default=0)),
                ('bills_over', models.BooleanField(db_default=False)),
                ('screened', models.BooleanField(db_default=False)),
                ('receives_on', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), blank=True, db_default=[], size=None)),
                ('active', models.BooleanField(db_default=True)),
            ],
            options={
                'verbose_name_plural': 'parties',
                'constraints': [models.CheckConstraint(condition=models.Q(('ship_rule__in', ['available', 'complete-line', 'complete-order'])), name='partners_party_ship_rule_is_known'), models.CheckConstraint(condition=models.Q(('invoice_rule__in', ['shipment', 'order'])), name='partners_party_invoice_rule_is_known'), models.CheckConstraint(condition=models.Q(('backorder_rule__in', ['win', 'gain', 'improve', 'redistribute', 'fill', 'lose'])), name='partners_party_backorder_rule_is_known'), models.CheckConstraint(condition=models.Q(('consent_days__gte', 0), ('consent_days__lte', 730)), name='partners_party_consent_days_in_range'), models.CheckConstraint(condition=models.Q(('max_lots__isnull', True), models.Q(('max_lots__gte', 1), ('max_lots__lte', 1000)), _connector='OR'), name='partners_party_takes_some_lots'), models.CheckConstraint(condition=models.Q(('over_percent__gte', 0), ('over_percent__lte', 100), ('under_percent__gte', 0), ('under_percent__lte', 100)), name='partners_party_tolerances_in_range'), models.CheckConstraint(condition=models.Q(('pack_scan__in', ['', 'none', 'first', 'every'])), name='partners_party_pack_scan_is_known'), models.CheckConstraint(condition=models.Q(('payment_days__gte', 0), ('payment_days__lte', 730)), name='partners_party_payment_days_in_range'), models.CheckConstraint(condition=models.Q(('priority__gte', 0), ('priority__lte', 100)), name='partners_party_priority_in_range'), models.CheckConstraint(condition=models.Q(('carton_rule__in', ['mixed', 'one-sku', 'one-line'])), name='partners_party_carton_rule_is_known'), models.CheckConstraint(condition=models.Q(('carton_max_g__gte', 0), ('carton_max_g__lte', 1000000)), name='partners_party_carton_weight_in_range'), models.CheckConstraint(condition=models.Q(('carton_max_mm__gte', 0), ('carton_max_mm__lte', 1000000)), name='partners_party_carton_height_in_range'), models.CheckConstraint(condition=models.Q(('receives_on__contained_by', [0, 1, 2, 3, 4, 5, 6])), name='partners_party_receives_on_weekdays'), models.CheckConstraint(condition=models.Q(('roles__contained_by', ['customer', 'supplier', 'carrier', 'consignee'])), name='partners_party_roles_are_known')],
            },
        ),
        migrations.CreateModel(
            name='OtifDefinition',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('freight', models.TextField(db_default='any')),
                ('from_on', models.DateField()),
                ('date_basis', models.TextField(db_default='promised')),
                ('early_days', models.SmallIntegerField(null=True)),
                ('late_days', models.SmallIntegerField(db_default=0)),
                ('clock', models.TextField(db_default='delivery')),
                ('level', models.TextField(db_default='order')),
                ('appointment', models.TextField(db_default='none')),
                ('exclusions', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('period', models.TextField(db_default='due')),
                ('goal_on_time', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('goal_in_full', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('goal_otif', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('fine_percent', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('party', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='otif', to='partners.party')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('party', 'freight', 'from_on'), name='partners_otif_begins_once'), models.CheckConstraint(condition=models.Q(('appointment__in', ['none', 'required']), ('clock__in', ['arrival', 'delivery', 'hand-over']), ('date_basis__in', ['requested', 'promised', 'current']), ('freight__in', ['any', 'prepaid', 'collect']), ('level__in', ['order', 'line', 'unit']), ('period__in', ['due', 'delivered'])), name='partners_otif_words_are_known'), models.CheckConstraint(condition=models.Q(('exclusions__contained_by', ['refused', 'consignee'])), name='partners_otif_exclusions_are_known'), models.CheckConstraint(condition=models.Q(('early_days__isnull', True), models.Q(('early_days__gte', 0), ('early_days__lte', 365)), _connector='OR'), name='partners_otif_early_days_in_range'), models.CheckConstraint(condition=models.Q(('late_days__gte', 0), ('late_days__lte', 365)), name='partners_otif_late_days_in_range'), models.CheckConstraint(condition=models.Q(('goal_on_time__isnull', True), models.Q(('goal_on_time__gte', 0), ('goal_on_time__lte', 100)), _connector='OR'), name='partners_otif_goal_on_time_in_range'), models.CheckConstraint(condition=models.Q(('goal_in_full__isnull', True), models.Q(('goal_in_full__gte', 0), ('goal_in_full__lte', 100)), _connector='OR'), name='partners_otif_goal_in_full_in_range'), models.CheckConstraint(condition=models.Q(('goal_otif__isnull', True), models.Q(('goal_otif__gte', 0), ('goal_otif__lte', 100)), _connector='OR'), name='partners_otif_goal_otif_in_range'), models.CheckConstraint(condition=models.Q(('fine_percent__isnull', True), models.Q(('fine_percent__gte', 0), ('fine_percent__lte', 100)), _connector='OR'), name='partners_otif_fine_percent_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('email', models.TextField(blank=True, db_default='')),
                ('phone', models.TextField(blank=True, db_default='')),
                ('may_receive', models.BooleanField(db_default=False)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='partners.party')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('party', 'name'), name='partners_contact_once')],
            },
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField(db_default='main')),
                ('version', models.IntegerField(db_default=1)),
                ('name', models.TextField()),
                ('street', models.TextField(blank=True, db_default='')),
                ('postcode', models.TextField(blank=True, db_default='')),
                ('city', models.TextField(blank=True, db_default='')),
                ('region', models.TextField(blank=True, db_default='')),
                ('country', models.TextField()),
                ('zone', models.TextField(db_default='UTC')),
                ('gln', models.TextField(blank=True, db_default='')),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('home', models.BooleanField(blank=True, null=True)),
                ('since', models.DateTimeField()),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addresses', to='partners.party')),
            ],
            options={
                'verbose_name_plural': 'addresses',
                'indexes': [models.Index(models.F('party'), models.F('postcode'), models.F('street'), name='partners_address_content')],
                'constraints': [models.UniqueConstraint(fields=('party', 'code', 'version'), name='partners_address_version_once'), models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='partners_address_country_is_iso'), models.CheckConstraint(condition=models.Q(('version__gte', 1), ('version__lte', 1000000)), name='partners_address_versions_count_up')],
            },
        ),
    ]
