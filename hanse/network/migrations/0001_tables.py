"""The tables of network, as they stand before the first release."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('network', '0001_initial'),
        ('network', '0002_floors'),
        ('network', '0003_what_a_bin_is_for'),
        ('network', '0004_cartons_and_contracts'),
        ('network', '0005_pack_checks'),
        ('network', '0006_suppliers_that_ship'),
        ('network', '0007_totes_are_scanned'),
        ('network', '0008_hours_and_transit_days'),
        ('network', '0009_services_and_rates'),
        ('network', '0010_learned_transit'),
        ('network', '0011_surcharges_for_homes'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('zone', models.TextField(db_default='UTC')),
                ('country', models.TextField()),
                ('region', models.TextField(blank=True, db_default='')),
                ('workdays', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), db_default=[0, 1, 2, 3, 4], size=None)),
                ('cut_off', models.TimeField(db_default='16:00')),
                ('opens', models.TimeField(db_default='00:00')),
                ('closes', models.TimeField(db_default='00:00')),
                ('priority', models.SmallIntegerField(db_default=50)),
                ('street', models.TextField(blank=True, db_default='')),
                ('postcode', models.TextField(blank=True, db_default='')),
                ('city', models.TextField(blank=True, db_default='')),
                ('gln', models.TextField(blank=True, db_default='')),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('sscc_prefix', models.TextField(db_default='0000000')),
                ('pack_scan', models.TextField(db_default='none')),
                ('tote_scan', models.BooleanField(db_default=False)),
                ('audit_percent', models.SmallIntegerField(db_default=0)),
                ('weight_tolerance_g', models.IntegerField(db_default=50)),
                ('weight_tolerance_percent', models.SmallIntegerField(db_default=5)),
                ('active', models.BooleanField(db_default=True)),
                ('supplier', models.TextField(blank=True, db_default='')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pack_scan__in', ['none', 'first', 'every'])), name='network_site_pack_scan_is_known'), models.CheckConstraint(condition=models.Q(('audit_percent__gte', 0), ('audit_percent__lte', 100)), name='network_site_audits_a_share'), models.CheckConstraint(condition=models.Q(('weight_tolerance_g__gte', 0), ('weight_tolerance_g__lte', 100000), ('weight_tolerance_percent__gte', 0), ('weight_tolerance_percent__lte', 100)), name='network_site_weighs_with_tolerance'), models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='network_site_country_is_iso'), models.CheckConstraint(condition=models.Q(('sscc_prefix__regex', '^[0-9]{7,10}$')), name='network_site_prefix_is_gs1'), models.CheckConstraint(condition=models.Q(('workdays__contained_by', [0, 1, 2, 3, 4, 5, 6])), name='network_site_workdays_are_days')],
            },
        ),
        migrations.CreateModel(
            name='FreightContract',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('site', models.TextField(blank=True, db_default='')),
                ('carrier', models.TextField(blank=True, db_default='')),
                ('divisor', models.IntegerField(db_default=5000)),
                ('step', models.DecimalField(db_default=1, decimal_places=3, max_digits=7)),
                ('units', models.TextField(choices=[('metric', 'kilograms, centimetres'), ('imperial', 'pounds, inches')], db_default='metric')),
                ('whole_sides', models.BooleanField(db_default=False)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'carrier', 'from_on'), name='network_freightcontract_once_a_day'), models.CheckConstraint(condition=models.Q(('divisor__gt', 0), ('divisor__lte', 1000000)), name='network_freightcontract_divisor_in_range'), models.CheckConstraint(condition=models.Q(('step__gt', 0), ('step__lte', 1000)), name='network_freightcontract_step_in_range'), models.CheckConstraint(condition=models.Q(('units__in', ['metric', 'imperial'])), name='network_freightcontract_units_are_known'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='network_freightcontract_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Lane',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('country', models.TextField()),
                ('region', models.TextField(blank=True, db_default='')),
                ('days', models.SmallIntegerField()),
                ('cost', models.DecimalField(db_default=0, decimal_places=4, max_digits=18)),
                ('currency', models.TextField(db_default='EUR')),
                ('carrier', models.TextField(blank=True, db_default='')),
                ('transit_on', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), blank=True, db_default=[], size=None)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lanes', to='network.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'country', 'region'), name='network_lane_once'), models.CheckConstraint(condition=models.Q(('days__gte', 0), ('days__lte', 365)), name='network_lane_days_in_range'), models.CheckConstraint(condition=models.Q(('cost__gte', 0), ('cost__lte', 1000000000)), name='network_lane_cost_in_range'), models.CheckConstraint(condition=models.Q(('transit_on__contained_by', [0, 1, 2, 3, 4, 5, 6])), name='network_lane_transit_on_weekdays')],
            },
        ),
        migrations.CreateModel(
            name='LearnedTransit',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('country', models.TextField()),
                ('region', models.TextField(blank=True, db_default='')),
                ('carrier', models.TextField(blank=True, db_default='')),
                ('service', models.TextField(blank=True, db_default='')),
                ('from_on', models.DateField()),
                ('percent', models.SmallIntegerField()),
                ('days', models.SmallIntegerField()),
                ('p50', models.SmallIntegerField()),
                ('p75', models.SmallIntegerField()),
                ('p85', models.SmallIntegerField()),
                ('p90', models.SmallIntegerField()),
                ('p95', models.SmallIntegerField()),
                ('p97', models.SmallIntegerField()),
                ('p99', models.SmallIntegerField()),
                ('parcels', models.BigIntegerField()),
                ('measured_from', models.DateField()),
                ('measured_to', models.DateField()),
                ('approved_by', models.TextField()),
                ('approved_at', models.DateTimeField()),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'country', 'region', 'carrier', 'service', 'from_on'), name='network_learnedtransit_once_a_day'), models.CheckConstraint(condition=models.Q(('percent__in', [50, 75, 85, 90, 95, 97, 99])), name='network_learnedtransit_percent_is_known'), models.CheckConstraint(condition=models.Q(('p50__gte', 0), ('p75__gte', models.F('p50')), ('p85__gte', models.F('p75')), ('p90__gte', models.F('p85')), ('p95__gte', models.F('p90')), ('p97__gte', models.F('p95')), ('p99__gte', models.F('p97')), ('p99__lte', 365)), name='network_learnedtransit_percentiles_rise'), models.CheckConstraint(condition=models.Q(('days__gte', models.F('p50')), ('days__lte', models.F('p99'))), name='network_learnedtransit_days_are_one_of_them'), models.CheckConstraint(condition=models.Q(('parcels__gte', 30), ('parcels__lte', 1000000000000)), name='network_learnedtransit_has_seen_enough'), models.CheckConstraint(condition=models.Q(('measured_to__gte', models.F('measured_from'))), name='network_learnedtransit_measured_a_while')],
            },
        ),
        migrations.CreateModel(
            name='RateCard',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('carrier', models.TextField()),
                ('service', models.TextField()),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('carrier', 'service', 'from_on'), name='network_ratecard_once_a_day'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='network_ratecard_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('zone', models.TextField()),
                ('up_to_g', models.IntegerField(blank=True, null=True)),
                ('price', models.DecimalField(decimal_places=4, max_digits=18)),
                ('minimum', models.DecimalField(db_default=0, decimal_places=4, max_digits=18)),
                ('card', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='network.ratecard')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('card', 'zone', 'up_to_g'), name='network_rate_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('up_to_g__isnull', True), models.Q(('up_to_g__gte', 1), ('up_to_g__lte', 100000000)), _connector='OR'), name='network_rate_weight_in_range'), models.CheckConstraint(condition=models.Q(('minimum__gte', 0), ('minimum__lte', 1000000000), ('price__gte', 0), ('price__lte', 1000000000)), name='network_rate_price_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('carrier', models.TextField()),
                ('code', models.TextField()),
                ('name', models.TextField(blank=True, db_default='')),
                ('mode', models.TextField(choices=[('parcel', 'parcel: each carton by itself'), ('freight', 'freight: all cartons of a shipment together')], db_default='parcel')),
                ('currency', models.TextField(db_default='EUR')),
                ('pickup_on', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), blank=True, db_default=[], size=None)),
                ('transit_on', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), blank=True, db_default=[], size=None)),
                ('cut_off', models.TimeField(blank=True, null=True)),
                ('max_weight_g', models.IntegerField(blank=True, null=True)),
                ('max_length_mm', models.IntegerField(blank=True, null=True)),
                ('max_girth_mm', models.IntegerField(blank=True, null=True)),
                ('claim_loss_days', models.SmallIntegerField(blank=True, null=True)),
                ('claim_damage_days', models.SmallIntegerField(blank=True, null=True)),
                ('claim_delay_days', models.SmallIntegerField(blank=True, null=True)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('carrier', 'code', 'from_on'), name='network_service_once_a_day'), models.CheckConstraint(condition=models.Q(('mode__in', ['parcel', 'freight'])), name='network_service_mode_is_known'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='network_service_currency_is_iso'), models.CheckConstraint(condition=models.Q(('pickup_on__contained_by', [0, 1, 2, 3, 4, 5, 6]), ('transit_on__contained_by', [0, 1, 2, 3, 4, 5, 6])), name='network_service_goes_on_weekdays'), models.CheckConstraint(condition=models.Q(('max_weight_g__isnull', True), models.Q(('max_weight_g__gte', 1), ('max_weight_g__lte', 100000000)), _connector='OR'), name='network_service_weight_in_range'), models.CheckConstraint(condition=models.Q(models.Q(('max_length_mm__isnull', True), models.Q(('max_length_mm__gte', 1), ('max_length_mm__lte', 100000)), _connector='OR'), models.Q(('max_girth_mm__isnull', True), models.Q(('max_girth_mm__gte', 1), ('max_girth_mm__lte', 100000)), _connector='OR')), name='network_service_sides_in_range'), models.CheckConstraint(condition=models.Q(models.Q(('claim_loss_days__isnull', True), models.Q(('claim_loss_days__gte', 1), ('claim_loss_days__lte', 3650)), _connector='OR'), models.Q(('claim_damage_days__isnull', True), models.Q(('claim_damage_days__gte', 1), ('claim_damage_days__lte', 3650)), _connector='OR'), models.Q(('claim_delay_days__isnull', True), models.Q(('claim_delay_days__gte', 1), ('claim_delay_days__lte', 3650)), _connector='OR')), name='network_service_claims_in_range'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='network_service_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='ServiceZone',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('site', models.TextField(blank=True, db_default='')),
                ('country', models.TextField()),
                ('region', models.TextField(blank=True, db_default='')),
                ('postcode', models.TextField(blank=True, db_default='')),
                ('zone', models.TextField()),
                ('days', models.SmallIntegerField()),
                ('card', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='zones', to='network.ratecard')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('card', 'country', 'site', 'region', 'postcode'), name='network_servicezone_once'), models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='network_servicezone_country_is_iso'), models.CheckConstraint(condition=models.Q(('days__gte', 0), ('days__lte', 365)), name='network_servicezone_days_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Surcharge',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('carrier', models.TextField()),
                ('service', models.TextField()),
                ('kind', models.TextField()),
                ('percent', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True)),
                ('amount', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ('over_g', models.IntegerField(blank=True, null=True)),
                ('over_length_mm', models.IntegerField(blank=True, null=True)),
                ('over_girth_mm', models.IntegerField(blank=True, null=True)),
                ('home', models.BooleanField(db_default=False)),
                ('country', models.TextField(blank=True, db_default='')),
                ('postcodes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, db_default=[], size=None)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('carrier', 'service', 'kind', 'from_on'), name='network_surcharge_once_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gte', 0), ('amount__lte', 1000000000), ('percent__isnull', True)), models.Q(('amount__isnull', True), ('percent__gte', 0), ('percent__lte', 500)), _connector='OR'), name='network_surcharge_is_percent_or_amount'), models.CheckConstraint(condition=models.Q(('over_g__isnull', True), models.Q(('over_g__gte', 1), ('over_g__lte', 100000000)), _connector='OR'), name='network_surcharge_weight_in_range'), models.CheckConstraint(condition=models.Q(models.Q(('over_length_mm__isnull', True), models.Q(('over_length_mm__gte', 1), ('over_length_mm__lte', 100000)), _connector='OR'), models.Q(('over_girth_mm__isnull', True), models.Q(('over_girth_mm__gte', 1), ('over_girth_mm__lte', 100000)), _connector='OR')), name='network_surcharge_sides_in_range'), models.CheckConstraint(condition=models.Q(('country__regex', '^([A-Z]{2})?$')), name='network_surcharge_country_is_iso'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='network_surcharge_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='TransitCount',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('site', models.TextField()),
                ('country', models.TextField()),
                ('carrier', models.TextField()),
                ('service', models.TextField(blank=True, db_default='')),
                ('days', models.SmallIntegerField()),
                ('parcels', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'country', 'carrier', 'service', 'days'), name='network_transitcount_once'), models.CheckConstraint(condition=models.Q(('days__gte', 0), ('days__lte', 366), ('parcels__gte', 1), ('parcels__lte', 1000000000000)), name='network_transitcount_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Zone',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField()),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='zones', to='network.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'code'), name='network_zone_once')],
            },
        ),
        migrations.CreateModel(
            name='Bin',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField()),
                ('x_m', models.DecimalField(db_default=0, decimal_places=2, max_digits=8)),
                ('y_m', models.DecimalField(db_default=0, decimal_places=2, max_digits=8)),
                ('level', models.SmallIntegerField(db_default=0)),
                ('walk', models.IntegerField(db_default=0)),
                ('role', models.TextField(db_default='pick-face')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bins', to='network.site')),
                ('zone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bins', to='network.zone')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'code'), name='network_bin_once'), models.CheckConstraint(condition=models.Q(('role__in', ['pick-face', 'reserve', 'bulk', 'dock'])), name='network_bin_role_is_known')],
            },
        ),
        migrations.CreateModel(
            name='CartonType',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField()),
                ('name', models.TextField(blank=True, db_default='')),
                ('sites', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, db_default=[], size=None)),
                ('inner_length_mm', models.IntegerField()),
                ('inner_width_mm', models.IntegerField()),
                ('inner_height_mm', models.IntegerField()),
                ('outer_length_mm', models.IntegerField()),
                ('outer_width_mm', models.IntegerField()),
                ('outer_height_mm', models.IntegerField()),
                ('tare_g', models.IntegerField(db_default=0)),
                ('max_gross_g', models.IntegerField(db_default=30000)),
                ('cost', models.DecimalField(db_default=0, decimal_places=4, max_digits=18)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'from_on'), name='network_cartontype_once_a_day'), models.CheckConstraint(condition=models.Q(('inner_height_mm__gt', 0), ('inner_height_mm__lte', models.F('outer_height_mm')), ('inner_length_mm__gt', 0), ('inner_length_mm__lte', models.F('outer_length_mm')), ('inner_width_mm__gt', 0), ('inner_width_mm__lte', models.F('outer_width_mm')), ('outer_height_mm__lte', 10000), ('outer_length_mm__lte', 10000), ('outer_width_mm__lte', 10000)), name='network_cartontype_is_larger_outside'), models.CheckConstraint(condition=models.Q(('max_gross_g__lte', 10000000), ('tare_g__gte', 0), ('tare_g__lt', models.F('max_gross_g'))), name='network_cartontype_weighs_less_than_it_may'), models.CheckConstraint(condition=models.Q(('cost__gte', 0), ('cost__lte', 1000000000)), name='network_cartontype_cost_in_range'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='network_cartontype_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Floor',
            fields=[
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='floor', serialize=False, to='network.site')),
                ('aisles', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=8), db_default=[], size=None)),
                ('cross_aisles', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=8), db_default=[], size=None)),
                ('racks', models.JSONField(db_default=[])),
                ('start_x', models.DecimalField(db_default=0, decimal_places=2, max_digits=8)),
                ('start_y', models.DecimalField(db_default=0, decimal_places=2, max_digits=8)),
                ('end_x', models.DecimalField(db_default=0, decimal_places=2, max_digits=8)),
                ('end_y', models.DecimalField(db_default=0, decimal_places=2, max_digits=8)),
                ('method', models.TextField(db_default='cluster')),
                ('cart_orders', models.IntegerField(db_default=8)),
                ('cart_weight_g', models.IntegerField(blank=True, null=True)),
                ('cart_volume_ml', models.IntegerField(blank=True, null=True)),
                ('open_tasks', models.IntegerField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('method__in', ['single', 'cluster', 'batch', 'zone'])), name='network_floor_method_is_known'), models.CheckConstraint(condition=models.Q(('cart_orders__gte', 1), ('cart_orders__lte', 500)), name='network_floor_cart_takes_orders'), models.CheckConstraint(condition=models.Q(('cart_weight_g__isnull', True), models.Q(('cart_weight_g__gte', 1), ('cart_weight_g__lte', 10000000)), _connector='OR'), name='network_floor_cart_takes_weight'), models.CheckConstraint(condition=models.Q(('cart_volume_ml__isnull', True), models.Q(('cart_volume_ml__gte', 1), ('cart_volume_ml__lte', 100000000)), _connector='OR'), name='network_floor_cart_takes_volume'), models.CheckConstraint(condition=models.Q(('open_tasks__isnull', True), models.Q(('open_tasks__gte', 1), ('open_tasks__lte', 100000)), _connector='OR'), name='network_floor_open_tasks_in_range')],
            },
        ),
    ]
