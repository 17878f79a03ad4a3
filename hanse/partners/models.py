"""Whom we deal with: parties with roles and terms, their people, and address versions that never change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

ROLES = ["customer", "supplier", "carrier", "consignee"]
SHIP_RULES = ["available", "complete-line", "complete-order"]
INVOICE_RULES = ["shipment", "order"]
CARTON_RULES = ["mixed", "one-sku", "one-line"]
BACKORDER_RULES = ["win", "gain", "improve", "redistribute", "fill", "lose"]
"""How a customer fares when a backorder run deals out what there is of an item, in the order in which they are served."""
PACK_SCANS = ["", "none", "first", "every"]
"""What the customer wants scanned at packing; empty leaves it to the site."""


class Party(models.Model):
    """A company or person in the roles it has for us, with the terms that orders freeze at placing."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    roles = ArrayField(models.TextField(), db_default=[])
    currency = models.TextField(db_default="EUR")
    tax_id = models.TextField(db_default="", blank=True)
    gln = models.TextField(null=True, unique=True, blank=True)
    ship_rule = models.TextField(db_default="available")
    invoice_rule = models.TextField(db_default="shipment")
    backorder_rule = models.TextField(db_default="improve")
    consent_days = models.IntegerField(null=True, blank=True)
    payment_days = models.IntegerField(db_default=30)
    credit_limit = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    priority = models.SmallIntegerField(db_default=50)
    min_life_days = models.IntegerField(db_default=0)
    carton_rule = models.TextField(db_default="mixed")
    carton_max_g = models.IntegerField(db_default=0)
    carton_max_mm = models.IntegerField(db_default=0)
    max_lots = models.SmallIntegerField(null=True, blank=True)
    pack_scan = models.TextField(db_default="", blank=True)
    over_percent = models.SmallIntegerField(db_default=0)
    under_percent = models.SmallIntegerField(db_default=0)
    bills_over = models.BooleanField(db_default=False)
    screened = models.BooleanField(db_default=False)
    receives_on = ArrayField(models.SmallIntegerField(), db_default=[], blank=True)
    active = models.BooleanField(db_default=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.CheckConstraint(condition=Q(ship_rule__in=SHIP_RULES), name="partners_party_ship_rule_is_known"),
            models.CheckConstraint(condition=Q(invoice_rule__in=INVOICE_RULES), name="partners_party_invoice_rule_is_known"),
            models.CheckConstraint(condition=Q(backorder_rule__in=BACKORDER_RULES), name="partners_party_backorder_rule_is_known"),
            models.CheckConstraint(condition=Q(consent_days__gte=0, consent_days__lte=730), name="partners_party_consent_days_in_range"),
            models.CheckConstraint(condition=Q(max_lots__isnull=True) | Q(max_lots__gte=1, max_lots__lte=1000), name="partners_party_takes_some_lots"),
            models.CheckConstraint(condition=Q(over_percent__gte=0, over_percent__lte=100, under_percent__gte=0, under_percent__lte=100), name="partners_party_tolerances_in_range"),
            models.CheckConstraint(condition=Q(pack_scan__in=PACK_SCANS), name="partners_party_pack_scan_is_known"),
            models.CheckConstraint(condition=Q(payment_days__gte=0, payment_days__lte=730), name="partners_party_payment_days_in_range"),
            models.CheckConstraint(condition=Q(priority__gte=0, priority__lte=100), name="partners_party_priority_in_range"),
            models.CheckConstraint(condition=Q(carton_rule__in=CARTON_RULES), name="partners_party_carton_rule_is_known"),
            models.CheckConstraint(condition=Q(carton_max_g__gte=0, carton_max_g__lte=10**6), name="partners_party_carton_weight_in_range"),
            models.CheckConstraint(condition=Q(carton_max_mm__gte=0, carton_max_mm__lte=10**6), name="partners_party_carton_height_in_range"),
            models.CheckConstraint(condition=Q(receives_on__contained_by=[0, 1, 2, 3, 4, 5, 6]), name="partners_party_receives_on_weekdays"),
            models.CheckConstraint(condition=Q(roles__contained_by=ROLES), name="partners_party_roles_are_known"),
        ]

    def __str__(self) -> str:
        return self.code


DATE_BASES = ["requested", "promised", "current"]
CLOCKS = ["arrival", "delivery", "hand-over"]
LEVELS = ["order", "line", "unit"]
FREIGHTS = ["any", "prepaid", "collect"]
APPOINTMENTS = ["none", "required"]
EXCLUSIONS = ["refused", "consignee"]
PERIODS = ["due", "delivered"]


def percent() -> models.DecimalField:
    """A percentage with two decimals; null where none is agreed."""
    return models.DecimalField(max_digits=5, decimal_places=2, null=True)


class OtifDefinition(models.Model):
    """What a customer calls on time in full, from a day on: for orders placed from then, until the next one begins.

    What orders were measured by is never changed: another definition begins on a later day.
    """

    id = models.BigAutoField(primary_key=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="otif", db_index=False)
    freight = models.TextField(db_default="any")
    from_on = models.DateField()
    date_basis = models.TextField(db_default="promised")
    early_days = models.SmallIntegerField(null=True)
    late_days = models.SmallIntegerField(db_default=0)
    clock = models.TextField(db_default="delivery")
    level = models.TextField(db_default="order")
    appointment = models.TextField(db_default="none")
    exclusions = ArrayField(models.TextField(), db_default=[])
    period = models.TextField(db_default="due")
    goal_on_time = percent()
    goal_in_full = percent()
    goal_otif = percent()
    fine_percent = percent()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "freight", "from_on"], name="partners_otif_begins_once"),
            models.CheckConstraint(condition=Q(freight__in=FREIGHTS, date_basis__in=DATE_BASES, clock__in=CLOCKS, level__in=LEVELS, appointment__in=APPOINTMENTS, period__in=PERIODS), name="partners_otif_words_are_known"),
            models.CheckConstraint(condition=Q(exclusions__contained_by=EXCLUSIONS), name="partners_otif_exclusions_are_known"),
            models.CheckConstraint(condition=Q(early_days__isnull=True) | Q(early_days__gte=0, early_days__lte=365), name="partners_otif_early_days_in_range"),
            models.CheckConstraint(condition=Q(late_days__gte=0, late_days__lte=365), name="partners_otif_late_days_in_range"),
            *(models.CheckConstraint(condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 100}), name=f"partners_otif_{name}_in_range")
              for name in ("goal_on_time", "goal_in_full", "goal_otif", "fine_percent")),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} from {self.from_on}"


class Contact(models.Model):
    """A person at a party. Person data lives in its own rows, so that it can be erased (D25)."""

    id = models.BigAutoField(primary_key=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="contacts")
    name = models.TextField()
    email = models.TextField(db_default="", blank=True)
    phone = models.TextField(db_default="", blank=True)
    may_receive = models.BooleanField(db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "name"], name="partners_contact_once")]

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    """One version of an address. It never changes: a new version follows, and facts name the one they used.

    `home` says whether people live there; null where nobody said.
    """

    id = models.BigAutoField(primary_key=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="addresses")
    code = models.TextField(db_default="main")
    version = models.IntegerField(db_default=1)
    name = models.TextField()
    street = models.TextField(db_default="", blank=True)
    postcode = models.TextField(db_default="", blank=True)
    city = models.TextField(db_default="", blank=True)
    region = models.TextField(db_default="", blank=True)
    country = models.TextField()
    zone = models.TextField(db_default="UTC")
    gln = models.TextField(db_default="", blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    home = models.BooleanField(null=True, blank=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "addresses"
        indexes = [models.Index("party", "postcode", "street", name="partners_address_content")]
        constraints = [
            models.UniqueConstraint(fields=["party", "code", "version"], name="partners_address_version_once"),
            models.CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="partners_address_country_is_iso"),
            models.CheckConstraint(condition=Q(version__gte=1, version__lte=10**6), name="partners_address_versions_count_up"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.street}, {self.postcode} {self.city}, {self.country}"
