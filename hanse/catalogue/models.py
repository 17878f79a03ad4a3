"""What we sell: items, their packs and prices, what kits are made of, and what may stand in for what."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import LPad

MOST = 2**40
GTIN_14 = LPad("gtin", 14, Value("0"))
"""A GTIN in 14 digits: 036000291452 and 0036000291452 are the same."""


class Item(models.Model):
    """An article with its stock unit, sizes and how it is tracked. Retired items are kept, not sold."""

    TRACKING = [("none", "none"), ("lot", "by lot"), ("serial", "by serial")]
    ROTATIONS = [("any", "any way"), ("upright", "upright only")]
    BEARS = [("anything", "anything"), ("lighter", "no more than it weighs itself"), ("nothing", "nothing: it is fragile")]

    id = models.BigAutoField(primary_key=True)
    sku = models.TextField(unique=True)
    gtin = models.TextField(null=True, blank=True)
    name = models.TextField()
    description = models.TextField(db_default="", blank=True)
    stock_unit = models.TextField(db_default="piece")
    weight_g = models.BigIntegerField(null=True, blank=True)
    length_mm = models.IntegerField(null=True, blank=True)
    width_mm = models.IntegerField(null=True, blank=True)
    height_mm = models.IntegerField(null=True, blank=True)
    tracking = models.TextField(choices=TRACKING, db_default="none")
    shelf_life_days = models.IntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.TextField(db_default="EUR")
    tax_category = models.TextField(db_default="S")
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, db_default=0)
    hs_code = models.TextField(db_default="", blank=True)
    origin = models.TextField(db_default="", blank=True)
    un_number = models.TextField(db_default="", blank=True)
    rotation = models.TextField(choices=ROTATIONS, db_default="any")
    bears = models.TextField(choices=BEARS, db_default="anything")
    ships_alone = models.BooleanField(db_default=False)
    goods_class = models.TextField(db_default="", blank=True)
    hazard_class = models.TextField(db_default="", blank=True)
    temperature_class = models.TextField(db_default="", blank=True)
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(GTIN_14, name="catalogue_item_gtin_once"),
            models.CheckConstraint(condition=Q(tracking__in=["none", "lot", "serial"]), name="catalogue_item_tracking_is_known"),
            models.CheckConstraint(condition=Q(rotation__in=["any", "upright"]), name="catalogue_item_rotation_is_known"),
            models.CheckConstraint(condition=Q(bears__in=["anything", "lighter", "nothing"]), name="catalogue_item_bears_is_known"),
            models.CheckConstraint(condition=Q(weight_g__isnull=True) | Q(weight_g__gte=0, weight_g__lte=MOST), name="catalogue_item_weighs_something"),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0, price__lte=10**11), name="catalogue_item_price_in_range"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lte=100), name="catalogue_item_tax_in_range"),
        ]

    def __str__(self) -> str:
        return self.sku


class Pack(models.Model):
    """A pack of an item (inner, case, pallet) with its factor in stock units and its own GTIN."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="packs")
    name = models.TextField()
    factor = models.BigIntegerField()
    gtin = models.TextField(null=True, blank=True)
    weight_g = models.BigIntegerField(null=True, blank=True)
    length_mm = models.IntegerField(null=True, blank=True)
    width_mm = models.IntegerField(null=True, blank=True)
    height_mm = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "name"], name="catalogue_pack_once"),
            models.UniqueConstraint(GTIN_14, name="catalogue_pack_gtin_once"),
            models.CheckConstraint(condition=Q(factor__gt=1, factor__lte=10**9), name="catalogue_pack_holds_several"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.factor}"


class Component(models.Model):
    """So many units of an item in one kit, by the recipe that is in force from a day on until the next one's."""

    id = models.BigAutoField(primary_key=True)
    kit = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="components", db_index=False)
    from_on = models.DateField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="used_in")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kit", "from_on", "item"], name="catalogue_component_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=10**6), name="catalogue_component_is_some"),
            models.CheckConstraint(condition=~Q(kit=F("item")), name="catalogue_component_is_another_item"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_id}"


PRICE_RULES = ("original", "substitute", "lower")
"""Whose price a substitute is sold at: that of what was ordered, its own, or the lower of both."""


class Substitute(models.Model):
    """Approved: from a day on, `per` units of an item may be replaced by `units` of another. Ended, it stays on record."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="substitutes", db_index=False)
    by = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    per = models.BigIntegerField(db_default=1)
    units = models.BigIntegerField(db_default=1)
    price_rule = models.TextField(db_default="lower")
    consent = models.BooleanField(db_default=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "by"], name="catalogue_substitute_once"),
            models.CheckConstraint(condition=Q(per__gt=0, per__lte=10**6, units__gt=0, units__lte=10**6), name="catalogue_substitute_ratio_is_some"),
            models.CheckConstraint(condition=Q(price_rule__in=PRICE_RULES), name="catalogue_substitute_price_rule_is_known"),
            models.CheckConstraint(condition=~Q(item=F("by")), name="catalogue_substitute_is_another_item"),
        ]

    def __str__(self) -> str:
        return f"{self.units} of {self.by_id} for {self.per} of {self.item_id}"
