"""Where and by when: sites with their zone and calendar, bins, and the lanes to the customer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

PACK_SCANS = ["none", "first", "every"]
"""What is scanned at packing: nothing, the first unit of each line, or every unit."""


class Site(models.Model):
    """A place that holds and ships stock. Its calendar is the holidays of its country and region.

    It works from `opens` until `closes`, round the clock where both are the same. One that names a `supplier`, by the
    code of the party, ships for us from stock of its own.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    zone = models.TextField(db_default="UTC")
    country = models.TextField()
    region = models.TextField(db_default="", blank=True)
    workdays = ArrayField(models.SmallIntegerField(), db_default=[0, 1, 2, 3, 4])
    cut_off = models.TimeField(db_default="16:00")
    opens = models.TimeField(db_default="00:00")
    closes = models.TimeField(db_default="00:00")
    priority = models.SmallIntegerField(db_default=50)
    street = models.TextField(db_default="", blank=True)
    postcode = models.TextField(db_default="", blank=True)
    city = models.TextField(db_default="", blank=True)
    gln = models.TextField(db_default="", blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    sscc_prefix = models.TextField(db_default="0000000")
    pack_scan = models.TextField(db_default="none")
    tote_scan = models.BooleanField(db_default=False)
    audit_percent = models.SmallIntegerField(db_default=0)
    weight_tolerance_g = models.IntegerField(db_default=50)
    weight_tolerance_percent = models.SmallIntegerField(db_default=5)
    active = models.BooleanField(db_default=True)
    supplier = models.TextField(db_default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pack_scan__in=PACK_SCANS), name="network_site_pack_scan_is_known"),
            models.CheckConstraint(condition=Q(audit_percent__gte=0, audit_percent__lte=100), name="network_site_audits_a_share"),
            models.CheckConstraint(condition=Q(weight_tolerance_g__gte=0, weight_tolerance_g__lte=100_000, weight_tolerance_percent__gte=0, weight_tolerance_percent__lte=100), name="network_site_weighs_with_tolerance"),
            models.CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="network_site_country_is_iso"),
            models.CheckConstraint(condition=Q(sscc_prefix__regex="^[0-9]{7,10}$"), name="network_site_prefix_is_gs1"),
            models.CheckConstraint(condition=Q(workdays__contained_by=[0, 1, 2, 3, 4, 5, 6]), name="network_site_workdays_are_days"),
        ]

    def __str__(self) -> str:
        return self.code


class Zone(models.Model):
    """A part of a site: fast movers, pallets, cold store."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="zones")
    code = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="network_zone_once")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.code}"


BIN_ROLES = ["pick-face", "reserve", "bulk", "dock"]


class Bin(models.Model):
    """A place for stock inside a site, with its coordinates in metres from the site's origin, and what it is for."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="bins")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="bins", null=True, blank=True)
    code = models.TextField()
    x_m = models.DecimalField(max_digits=8, decimal_places=2, db_default=0)
    y_m = models.DecimalField(max_digits=8, decimal_places=2, db_default=0)
    level = models.SmallIntegerField(db_default=0)
    walk = models.IntegerField(db_default=0)
    role = models.TextField(db_default="pick-face")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="network_bin_once"),
            models.CheckConstraint(condition=Q(role__in=BIN_ROLES), name="network_bin_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.code


class CartonType(models.Model):
    """A carton that sites pack into, from a day on: inside, outside, its own weight, what it may weigh filled, its cost.

    A later version of the same code follows it. Sites are named by code; none named means all.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    name = models.TextField(db_default="", blank=True)
    sites = ArrayField(models.TextField(), db_default=[], blank=True)
    inner_length_mm = models.IntegerField()
    inner_width_mm = models.IntegerField()
    inner_height_mm = models.IntegerField()
    outer_length_mm = models.IntegerField()
    outer_width_mm = models.IntegerField()
    outer_height_mm = models.IntegerField()
    tare_g = models.IntegerField(db_default=0)
    max_gross_g = models.IntegerField(db_default=30_000)
    cost = models.DecimalField(max_digits=18, decimal_places=4, db_default=0)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "from_on"], name="network_cartontype_once_a_day"),
            models.CheckConstraint(
                condition=Q(inner_length_mm__gt=0, inner_length_mm__lte=F("outer_length_mm"), inner_width_mm__gt=0, inner_width_mm__lte=F("outer_width_mm"),
                            inner_height_mm__gt=0, inner_height_mm__lte=F("outer_height_mm"), outer_length_mm__lte=10_000, outer_width_mm__lte=10_000, outer_height_mm__lte=10_000),
                name="network_cartontype_is_larger_outside"),
            models.CheckConstraint(condition=Q(tare_g__gte=0, tare_g__lt=F("max_gross_g"), max_gross_g__lte=10**7), name="network_cartontype_weighs_less_than_it_may"),
            models.CheckConstraint(condition=Q(cost__gte=0, cost__lte=10**9), name="network_cartontype_cost_in_range"),
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="network_cartontype_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.from_on}"


class FreightContract(models.Model):
    """How parcels that leave a site are billed, from a day on: by weight or by size ÷ divisor, in steps.

    Site and carrier are named by code; one left empty means any. The contract of a site wins over that of all.
    """

    UNITS = [("metric", "kilograms, centimetres"), ("imperial", "pounds, inches")]

    id = models.BigAutoField(primary_key=True)
    site = models.TextField(db_default="", blank=True)
    carrier = models.TextField(db_default="", blank=True)
    divisor = models.IntegerField(db_default=5_000)
    step = models.DecimalField(max_digits=7, decimal_places=3, db_default=1)
    units = models.TextField(choices=UNITS, db_default="metric")
    whole_sides = models.BooleanField(db_default=False)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "carrier", "from_on"], name="network_freightcontract_once_a_day"),
            models.CheckConstraint(condition=Q(divisor__gt=0, divisor__lte=10**6), name="network_freightcontract_divisor_in_range"),
            models.CheckConstraint(condition=Q(step__gt=0, step__lte=1000), name="network_freightcontract_step_in_range"),
            models.CheckConstraint(condition=Q(units__in=["metric", "imperial"]), name="network_freightcontract_units_are_known"),
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="network_freightcontract_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier or 'any carrier'} from {self.site or 'any site'}"


METHODS = ["single", "cluster", "batch", "zone"]


class Floor(models.Model):
    """How one walks at a site, and how it picks: aisles along y joined by cross aisles along x, or racks that stand anyhow.

    `open_tasks` is how many pick tasks may be open at once where the site releases by itself.
    """

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="floor", primary_key=True)
    aisles = ArrayField(models.DecimalField(max_digits=8, decimal_places=2), db_default=[])
    cross_aisles = ArrayField(models.DecimalField(max_digits=8, decimal_places=2), db_default=[])
    racks = models.JSONField(db_default=[])
    start_x = models.DecimalField(max_digits=8, decimal_places=2, db_default=0)
    start_y = models.DecimalField(max_digits=8, decimal_places=2, db_default=0)
    end_x = models.DecimalField(max_digits=8, decimal_places=2, db_default=0)
    end_y = models.DecimalField(max_digits=8, decimal_places=2, db_default=0)
    method = models.TextField(db_default="cluster")
    cart_orders = models.IntegerField(db_default=8)
    cart_weight_g = models.IntegerField(null=True, blank=True)
    cart_volume_ml = models.IntegerField(null=True, blank=True)
    open_tasks = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(method__in=METHODS), name="network_floor_method_is_known"),
            models.CheckConstraint(condition=Q(cart_orders__gte=1, cart_orders__lte=500), name="network_floor_cart_takes_orders"),
            models.CheckConstraint(condition=Q(cart_weight_g__isnull=True) | Q(cart_weight_g__gte=1, cart_weight_g__lte=10**7), name="network_floor_cart_takes_weight"),
            models.CheckConstraint(condition=Q(cart_volume_ml__isnull=True) | Q(cart_volume_ml__gte=1, cart_volume_ml__lte=10**8), name="network_floor_cart_takes_volume"),
            models.CheckConstraint(condition=Q(open_tasks__isnull=True) | Q(open_tasks__gte=1, open_tasks__lte=10**5), name="network_floor_open_tasks_in_range"),
        ]

    def __str__(self) -> str:
        return f"floor of {self.site_id}"


class Lane(models.Model):
    """The way from a site to a country or one of its regions: transit working days, cost per parcel, and the carrier who goes there.

    The lane with a region wins over the one of the whole country. Transit counts on the weekdays of `transit_on`, else on the site's working days.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="lanes")
    country = models.TextField()
    region = models.TextField(db_default="", blank=True)
    days = models.SmallIntegerField()
    cost = models.DecimalField(max_digits=18, decimal_places=4, db_default=0)
    currency = models.TextField(db_default="EUR")
    carrier = models.TextField(db_default="", blank=True)
    transit_on = ArrayField(models.SmallIntegerField(), db_default=[], blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "country", "region"], name="network_lane_once"),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=365), name="network_lane_days_in_range"),
            models.CheckConstraint(condition=Q(cost__gte=0, cost__lte=10**9), name="network_lane_cost_in_range"),
            models.CheckConstraint(condition=Q(transit_on__contained_by=[0, 1, 2, 3, 4, 5, 6]), name="network_lane_transit_on_weekdays"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} → {self.country} {self.region}"


def ends_after_it_begins(name: str) -> models.CheckConstraint:
    """What holds from a day until a day does not end before it begins."""
    return models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name=name)


def positive(names: list[str], most: int, name: str) -> models.CheckConstraint:
    """Each of these is unknown or between 1 and a most."""
    condition = Q()
    for field in names:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 1, f"{field}__lte": most})
    return models.CheckConstraint(condition=condition, name=name)


MODES = [("parcel", "parcel: each carton by itself"), ("freight", "freight: all cartons of a shipment together")]


class Service(models.Model):
    """A service that a carrier sells, from a day on: on which days he picks up and travels, until when, what he takes, and by when to claim.

    A later version of the same code follows it; one that was in force stays. Without `pickup_on` or `transit_on` the working days of the
    site count, without `cut_off` the cut-off of the site. Girth is the longest side and once around the two others.
    """

    id = models.BigAutoField(primary_key=True)
    carrier = models.TextField()
    code = models.TextField()
    name = models.TextField(db_default="", blank=True)
    mode = models.TextField(choices=MODES, db_default="parcel")
    currency = models.TextField(db_default="EUR")
    pickup_on = ArrayField(models.SmallIntegerField(), db_default=[], blank=True)
    transit_on = ArrayField(models.SmallIntegerField(), db_default=[], blank=True)
    cut_off = models.TimeField(null=True, blank=True)
    max_weight_g = models.IntegerField(null=True, blank=True)
    max_length_mm = models.IntegerField(null=True, blank=True)
    max_girth_mm = models.IntegerField(null=True, blank=True)
    claim_loss_days = models.SmallIntegerField(null=True, blank=True)
    claim_damage_days = models.SmallIntegerField(null=True, blank=True)
    claim_delay_days = models.SmallIntegerField(null=True, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "code", "from_on"], name="network_service_once_a_day"),
            models.CheckConstraint(condition=Q(mode__in=["parcel", "freight"]), name="network_service_mode_is_known"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="network_service_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(pickup_on__contained_by=[0, 1, 2, 3, 4, 5, 6], transit_on__contained_by=[0, 1, 2, 3, 4, 5, 6]),
                name="network_service_goes_on_weekdays"),
            positive(["max_weight_g"], 10**8, "network_service_weight_in_range"),
            positive(["max_length_mm", "max_girth_mm"], 10**5, "network_service_sides_in_range"),
            positive(["claim_loss_days", "claim_damage_days", "claim_delay_days"], 3650, "network_service_claims_in_range"),
            ends_after_it_begins("network_service_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.code} from {self.from_on}"


class RateCard(models.Model):
    """What a service goes to and costs, from a day on: its zones and rates. Kept whole; a later card follows it, one that was in force stays."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.TextField()
    service = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "service", "from_on"], name="network_ratecard_once_a_day"),
            ends_after_it_begins("network_ratecard_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.service} from {self.from_on}"


class ServiceZone(models.Model):
    """The zone of a rate card that a destination lies in as seen from a site, and the days in transit that are planned.

    Site, region and postcode left empty mean any. A site's own wins, then the longer beginning of the postcode, then the region.
    """

    id = models.BigAutoField(primary_key=True)
    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="zones", db_index=False)
    site = models.TextField(db_default="", blank=True)
    country = models.TextField()
    region = models.TextField(db_default="", blank=True)
    postcode = models.TextField(db_default="", blank=True)
    zone = models.TextField()
    days = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "country", "site", "region", "postcode"], name="network_servicezone_once"),
            models.CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="network_servicezone_country_is_iso"),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=365), name="network_servicezone_days_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.postcode} = {self.zone}"


class Rate(models.Model):
    """A price of a rate card for a zone: of a parcel up to a weight, or of each kilogram begun beyond the last step, where no weight is said.

    In freight the price is of 100 kilograms, up to a weight of the shipment or without end, and at least `minimum`.
    """

    id = models.BigAutoField(primary_key=True)
    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="rates", db_index=False)
    zone = models.TextField()
    up_to_g = models.IntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=18, decimal_places=4)
    minimum = models.DecimalField(max_digits=18, decimal_places=4, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "zone", "up_to_g"], nulls_distinct=False, name="network_rate_once"),
            positive(["up_to_g"], 10**8, "network_rate_weight_in_range"),
            models.CheckConstraint(condition=Q(price__gte=0, price__lte=10**9, minimum__gte=0, minimum__lte=10**9), name="network_rate_price_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.zone} up to {self.up_to_g} g: {self.price}"


class Surcharge(models.Model):
    """What a service costs beside its rate, from a day on: a percentage of the freight or an amount for each parcel, where all its conditions hold.

    A later version of the same kind follows it; one that was in force stays. Conditions left empty always hold; with `home`
    it counts only at a home.
    """

    id = models.BigAutoField(primary_key=True)
    carrier = models.TextField()
    service = models.TextField()
    kind = models.TextField()
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    over_g = models.IntegerField(null=True, blank=True)
    over_length_mm = models.IntegerField(null=True, blank=True)
    over_girth_mm = models.IntegerField(null=True, blank=True)
    home = models.BooleanField(db_default=False)
    country = models.TextField(db_default="", blank=True)
    postcodes = ArrayField(models.TextField(), db_default=[], blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "service", "kind", "from_on"], name="network_surcharge_once_a_day"),
            models.CheckConstraint(
                condition=Q(percent__isnull=True, amount__gte=0, amount__lte=10**9) | Q(amount__isnull=True, percent__gte=0, percent__lte=500),
                name="network_surcharge_is_percent_or_amount"),
            positive(["over_g"], 10**8, "network_surcharge_weight_in_range"),
            positive(["over_length_mm", "over_girth_mm"], 10**5, "network_surcharge_sides_in_range"),
            models.CheckConstraint(condition=Q(country__regex="^([A-Z]{2})?$"), name="network_surcharge_country_is_iso"),
            ends_after_it_begins("network_surcharge_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.service} {self.kind} from {self.from_on}"


class TransitCount(models.Model):
    """How many parcels of the last year took so many working days, from the carrier's first scan to the door: by site, country, carrier and service."""

    id = models.BigAutoField(primary_key=True)
    site = models.TextField()
    country = models.TextField()
    carrier = models.TextField()
    service = models.TextField(db_default="", blank=True)
    days = models.SmallIntegerField()
    parcels = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "country", "carrier", "service", "days"], name="network_transitcount_once"),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=366, parcels__gte=1, parcels__lte=10**12), name="network_transitcount_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.site} → {self.country} {self.carrier} {self.service}: {self.parcels} in {self.days} days"
class LearnedTransit(models.Model):
    """What a lane's transit really takes, as somebody approved it: in force for new promises from a day on until the next version's.

    Percentiles are working days from the carrier's first scan to the door, of so many parcels between two days. `days` is the
    one at `percent`. A carrier or service that is not named is any. The lane's own days stay what the carrier agreed to.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    country = models.TextField()
    region = models.TextField(db_default="", blank=True)
    carrier = models.TextField(db_default="", blank=True)
    service = models.TextField(db_default="", blank=True)
    from_on = models.DateField()
    percent = models.SmallIntegerField()
    days = models.SmallIntegerField()
    p50 = models.SmallIntegerField()
    p75 = models.SmallIntegerField()
    p85 = models.SmallIntegerField()
    p90 = models.SmallIntegerField()
    p95 = models.SmallIntegerField()
    p97 = models.SmallIntegerField()
    p99 = models.SmallIntegerField()
    parcels = models.BigIntegerField()
    measured_from = models.DateField()
    measured_to = models.DateField()
    approved_by = models.TextField()
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "country", "region", "carrier", "service", "from_on"], name="network_learnedtransit_once_a_day"),
            models.CheckConstraint(condition=Q(percent__in=[50, 75, 85, 90, 95, 97, 99]), name="network_learnedtransit_percent_is_known"),
            models.CheckConstraint(
                condition=Q(p50__gte=0, p75__gte=F("p50"), p85__gte=F("p75"), p90__gte=F("p85"), p95__gte=F("p90"), p97__gte=F("p95"), p99__gte=F("p97"), p99__lte=365),
                name="network_learnedtransit_percentiles_rise",
            ),
            models.CheckConstraint(condition=Q(days__gte=F("p50"), days__lte=F("p99")), name="network_learnedtransit_days_are_one_of_them"),
            models.CheckConstraint(condition=Q(parcels__gte=30, parcels__lte=10**12), name="network_learnedtransit_has_seen_enough"),
            models.CheckConstraint(condition=Q(measured_to__gte=F("measured_from")), name="network_learnedtransit_measured_a_while"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} → {self.country} {self.region} {self.carrier}: {self.days} days from {self.from_on}"
