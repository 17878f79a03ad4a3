"""The tables of catalogue, as they stand before the first release."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ('catalogue', '0001_initial'),
        ('catalogue', '0002_gtin_in_14_digits'),
        ('catalogue', '0003_handling'),
        ('catalogue', '0004_recipes_and_substitutes'),
        ('catalogue', '0005_weight_tolerance'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sku', models.TextField(unique=True)),
                ('gtin', models.TextField(blank=True, null=True)),
                ('name', models.TextField()),
                ('description', models.TextField(blank=True, db_default='')),
                ('stock_unit', models.TextField(db_default='piece')),
                ('weight_g', models.BigIntegerField(blank=True, null=True)),
                ('length_mm', models.IntegerField(blank=True, null=True)),
                ('width_mm', models.IntegerField(blank=True, null=True)),
                ('height_mm', models.IntegerField(blank=True, null=True)),
                ('tracking', models.TextField(choices=[('none', 'none'), ('lot', 'by lot'), ('serial', 'by serial')], db_default='none')),
                ('shelf_life_days', models.IntegerField(blank=True, null=True)),
                ('weight_tolerance_percent', models.SmallIntegerField(blank=True, null=True)),
                ('price', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ('currency', models.TextField(db_default='EUR')),
                ('tax_category', models.TextField(db_default='S')),
                ('tax_rate', models.DecimalField(db_default=0, decimal_places=4, max_digits=7)),
                ('hs_code', models.TextField(blank=True, db_default='')),
                ('origin', models.TextField(blank=True, db_default='')),
                ('un_number', models.TextField(blank=True, db_default='')),
                ('rotation', models.TextField(choices=[('any', 'any way'), ('upright', 'upright only')], db_default='any')),
                ('bears', models.TextField(choices=[('anything', 'anything'), ('lighter', 'no more than it weighs itself'), ('nothing', 'nothing: it is fragile')], db_default='anything')),
                ('ships_alone', models.BooleanField(db_default=False)),
                ('goods_class', models.TextField(blank=True, db_default='')),
                ('hazard_class', models.TextField(blank=True, db_default='')),
                ('temperature_class', models.TextField(blank=True, db_default='')),
                ('retired_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.LPad('gtin', 14, models.Value('0')), name='catalogue_item_gtin_once'), models.CheckConstraint(condition=models.Q(('tracking__in', ['none', 'lot', 'serial'])), name='catalogue_item_tracking_is_known'), models.CheckConstraint(condition=models.Q(('rotation__in', ['any', 'upright'])), name='catalogue_item_rotation_is_known'), models.CheckConstraint(condition=models.Q(('bears__in', ['anything', 'lighter', 'nothing'])), name='catalogue_item_bears_is_known'), models.CheckConstraint(condition=models.Q(('weight_g__isnull', True), models.Q(('weight_g__gte', 0), ('weight_g__lte', 1099511627776)), _connector='OR'), name='catalogue_item_weighs_something'), models.CheckConstraint(condition=models.Q(('weight_tolerance_percent__isnull', True), models.Q(('weight_tolerance_percent__gte', 0), ('weight_tolerance_percent__lte', 100)), _connector='OR'), name='catalogue_item_weighs_with_tolerance'), models.CheckConstraint(condition=models.Q(('price__isnull', True), models.Q(('price__gte', 0), ('price__lte', 100000000000)), _connector='OR'), name='catalogue_item_price_in_range'), models.CheckConstraint(condition=models.Q(('tax_rate__gte', 0), ('tax_rate__lte', 100)), name='catalogue_item_tax_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Component',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('from_on', models.DateField()),
                ('quantity', models.BigIntegerField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='used_in', to='catalogue.item')),
                ('kit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='components', to='catalogue.item')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kit', 'from_on', 'item'), name='catalogue_component_once'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('quantity__lte', 1000000)), name='catalogue_component_is_some'), models.CheckConstraint(condition=models.Q(('kit', models.F('item')), _negated=True), name='catalogue_component_is_another_item')],
            },
        ),
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('factor', models.BigIntegerField()),
                ('gtin', models.TextField(blank=True, null=True)),
                ('weight_g', models.BigIntegerField(blank=True, null=True)),
                ('length_mm', models.IntegerField(blank=True, null=True)),
                ('width_mm', models.IntegerField(blank=True, null=True)),
                ('height_mm', models.IntegerField(blank=True, null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='catalogue.item')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'name'), name='catalogue_pack_once'), models.UniqueConstraint(django.db.models.functions.text.LPad('gtin', 14, models.Value('0')), name='catalogue_pack_gtin_once'), models.CheckConstraint(condition=models.Q(('factor__gt', 1), ('factor__lte', 1000000000)), name='catalogue_pack_holds_several')],
            },
        ),
        migrations.CreateModel(
            name='Substitute',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('per', models.BigIntegerField(db_default=1)),
                ('units', models.BigIntegerField(db_default=1)),
                ('price_rule', models.TextField(db_default='lower')),
                ('consent', models.BooleanField(db_default=True)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='substitutes', to='catalogue.item')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'by'), name='catalogue_substitute_once'), models.CheckConstraint(condition=models.Q(('per__gt', 0), ('per__lte', 1000000), ('units__gt', 0), ('units__lte', 1000000)), name='catalogue_substitute_ratio_is_some'), models.CheckConstraint(condition=models.Q(('price_rule__in', ('original', 'substitute', 'lower'))), name='catalogue_substitute_price_rule_is_known'), models.CheckConstraint(condition=models.Q(('item', models.F('by')), _negated=True), name='catalogue_substitute_is_another_item')],
            },
        ),
    ]
