"""Carriers and delivery: shipments, parcels, the events carriers send, and proofs of delivery."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When

from hanse.fulfilment.models import Carton
from hanse.network.models import Site
from hanse.orders.models import MONEY, Line, Order
from hanse.partners.models import Address, Party

from .states import REFUSALS

STATES = [
    "pending", "picked-up", "in-transit", "out-for-delivery", "ready-for-pick-up", "delivered", "delayed",
    "on-hold", "failed", "return-to-sender", "cancelled", "lost", "unknown",
]

DOUBTS = ["", "moves-again", "sent-back-before"]
"""What carriers' events leave for a person to settle."""
REMEDIES = ["sent-again", "cancelled"]
"""What is done about units that are lost or came back: ordered again at what they cost, or nothing more is owed."""
RELATIONS = {"named": "One who may receive", "colleague": "A colleague there", "reception": "Reception or mail room", "neighbour": "A neighbour"}
"""What the one who received is to the customer, as the driver saw it."""


class Carrier(models.Model):
    """A carrier we hand parcels to; the tables that read its codes are its own."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    scac = models.TextField(db_default="", blank=True)
    tracking_url = models.TextField(db_default="", blank=True)

    def __str__(self) -> str:
        return self.code


class CarrierCode(models.Model):
    """What a carrier's event code means to us, from a day on. Tables are per carrier: OF differs between two."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="codes")
    code = models.TextField()
    state = models.TextField()
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["carrier", "code", "since"], name="transport_carriercode_once")]

    def __str__(self) -> str:
        return f"{self.code} = {self.state}"


class Bill(models.Model):
    """A bill of lading: shipments that leave a site together with one carrier for one address, and what its form says of them.

    Its number is a GSIN of 17 digits: the site's company prefix, the bill's id, a check digit.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.TextField(unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_index=False)
    trailer = models.TextField(db_default="")
    seal = models.TextField(db_default="")
    pro = models.TextField(db_default="")
    terms = models.TextField(db_default="prepaid")
    bill_to = models.TextField(db_default="")
    loaded_by = models.TextField(db_default="shipper")
    counted_by = models.TextField(db_default="shipper")
    instructions = models.TextField(db_default="")
    drawn_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__regex="^[0-9]{17}$"), name="transport_bill_has_a_gsin"),
            models.CheckConstraint(condition=Q(terms__in=["prepaid", "collect", "third-party"]), name="transport_bill_terms_are_known"),
            models.CheckConstraint(condition=Q(loaded_by__in=["shipper", "driver"]), name="transport_bill_loader_is_known"),
            models.CheckConstraint(condition=Q(counted_by__in=["shipper", "driver-pallets", "driver-pieces"]), name="transport_bill_counter_is_known"),
        ]

    def __str__(self) -> str:
        return self.number


class Choice(models.Model):
    """Which service a carton goes by, and why: what it is expected to be charged, when it arrives, and all services that were looked at.

    Never changed: a later choice is another row, and the latest counts. Cartons that were chosen for together have the same candidates,
    whose totals are of all of them.
    """

    id = models.BigAutoField(primary_key=True)
    carton = models.ForeignKey(Carton, on_delete=models.PROTECT, db_constraint=False, related_name="choices", db_index=False)
    carrier = models.TextField()
    service = models.TextField()
    currency = models.TextField()
    total = models.DecimalField(max_digits=18, decimal_places=4)
    lines = models.JSONField()
    billed_g = models.IntegerField()
    zone = models.TextField()
    hand_over_by = models.DateTimeField()
    arrives_on = models.DateField()
    promised_on = models.DateField(null=True)
    probability = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    candidates = models.JSONField()
    reason = models.TextField()
    by_hand = models.BooleanField(db_default=False)
    chosen_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("carton", "id", name="transport_choice_latest")]
        constraints = [
            models.CheckConstraint(condition=~Q(carrier="") & ~Q(service=""), name="transport_choice_names_a_service"),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=10**9), name="transport_choice_total_in_range"),
            models.CheckConstraint(condition=Q(billed_g__gte=0, billed_g__lte=10**9), name="transport_choice_billed_in_range"),
            models.CheckConstraint(condition=Q(probability__isnull=True) | Q(probability__gte=0, probability__lte=1), name="transport_choice_probability_in_range"),
            models.CheckConstraint(condition=Q(by_hand=False) | ~Q(reason=""), name="transport_choice_by_hand_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.carton_id} by {self.carrier} {self.service}"


class Shipment(models.Model):
    """Cartons of one order that left one site together with one carrier."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, db_constraint=False, related_name="shipments")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.TextField(db_default="")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="shipments", null=True, db_index=False)
    promised_on = models.DateField(null=True)
    handed_over_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        indexes = [
            models.Index("handed_over_at", "id", name="transport_shipment_when"),
            models.Index("bill", name="transport_shipment_on_a_bill", condition=Q(bill__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"S-{self.id}"


class Parcel(models.Model):
    """One carton on its way; one that lay inside another `rides_with` that one's parcel, under the same number. `state` is derived from the whole set of its events, whatever their order.

    `delivered_at` is set when its units were counted as delivered, `lost_at` while they count as lost, `back_at` when they came back to us.
    `return_state` follows the way back, once there is one. `doubt` names what only a person can settle: it moves again after delivery, or was
    sent back before. `refused` says why the receiver would not have it; `remedy` what was done about units that are lost or came back.
    """

    id = models.BigAutoField(primary_key=True)
    carton = models.OneToOneField(Carton, on_delete=models.PROTECT, db_constraint=False, related_name="parcel")
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, db_constraint=False, related_name="parcels")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    tracking = models.TextField()
    rides_with = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False)
    units = models.BigIntegerField()
    state = models.TextField(db_default="pending")
    return_state = models.TextField(db_default="")
    doubt = models.TextField(db_default="")
    moved_at = models.DateTimeField(null=True)
    expected_on = models.DateField(null=True)
    delivered_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    refused = models.TextField(db_default="")
    remedy = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index("id", name="transport_parcel_to_remedy", condition=Q(remedy="") & (Q(lost_at__isnull=False) | Q(back_at__isnull=False))),
            models.Index("state", "id", name="transport_parcel_on_its_way", condition=Q(delivered_at__isnull=True)),
            models.Index("id", name="transport_parcel_in_doubt", condition=~Q(doubt="")),
        ]
        constraints = [
            models.UniqueConstraint(
                "tracking", "carrier", Case(When(rides_with__isnull=True, then=Value(0)), default=F("id"), output_field=models.BigIntegerField()),
                name="transport_parcel_tracking_once"),
            models.CheckConstraint(condition=Q(rides_with__isnull=True) | ~Q(rides_with=F("id")), name="transport_parcel_rides_with_another"),
            models.CheckConstraint(condition=Q(units__gt=0, units__lte=10**12), name="transport_parcel_holds_something"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="transport_parcel_state_is_known"),
            models.CheckConstraint(condition=Q(return_state__in=["", *STATES]), name="transport_parcel_return_state_is_known"),
            models.CheckConstraint(condition=Q(doubt__in=DOUBTS), name="transport_parcel_doubt_is_known"),
            models.CheckConstraint(condition=Q(refused__in=["", *REFUSALS]), name="transport_parcel_refusal_is_known"),
            models.CheckConstraint(condition=Q(remedy__in=["", *REMEDIES]), name="transport_parcel_remedy_is_known"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True, lost_at__isnull=True) | Q(lost_at__isnull=True, back_at__isnull=True) | Q(delivered_at__isnull=True, back_at__isnull=True),
                name="transport_parcel_ends_one_way"),
        ]

    def __str__(self) -> str:
        return self.tracking


class TrackingEvent(models.Model):
    """One carrier event, kept as it came; the same event twice is one row. Parcels may be unknown to us."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    tracking = models.TextField()
    code = models.TextField()
    text = models.TextField(db_default="")
    state = models.TextField(db_default="")
    place = models.TextField(db_default="")
    happened_at = models.DateTimeField()
    zone = models.TextField(db_default="UTC")
    expected_on = models.DateField(null=True)
    raw = models.JSONField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tracking", "carrier", "code", "happened_at"], name="transport_trackingevent_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.tracking}"


class Proof(models.Model):
    """Proof of delivery: when, where, who received, how much in what condition. Amendments are new rows."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, db_constraint=False, related_name="proofs")
    delivered_at = models.DateTimeField()
    zone = models.TextField(db_default="UTC")
    receiver = models.TextField(db_default="")
    place = models.TextField(db_default="")
    gln = models.TextField(db_default="")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    accuracy_m = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    received = models.BigIntegerField(null=True)
    condition = models.TextField(db_default="")
    left_unattended = models.BooleanField(db_default=False)
    relation = models.TextField(db_default="")
    photo = models.TextField(db_default="")
    signature = models.TextField(db_default="")
    source = models.TextField(db_default="")
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    def __str__(self) -> str:
        return f"{self.parcel_id} to {self.receiver}"


class Photo(models.Model):
    """A photo that proves something, known by the SHA-256 of its bytes. What cameras write beside the picture is taken out before it is kept. Append-only."""

    id = models.BigAutoField(primary_key=True)
    sha256 = models.TextField(unique=True)
    body = models.BinaryField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="transport_photo_is_known_by_its_hash")]

    def __str__(self) -> str:
        return self.sha256[:12]


class ReceivingAdvice(models.Model):
    """A consignee's receiving advice as it came: what he received of an order. Its number counts once for a customer. Append-only."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.TextField()
    body = models.JSONField()
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "number"], name="transport_receivingadvice_once")]

    def __str__(self) -> str:
        return self.number


class ReceivedLine(models.Model):
    """Of a line, as a receiving advice tells it: units received and kept, missing, and rejected with why. Append-only."""

    id = models.BigAutoField(primary_key=True)
    advice = models.ForeignKey(ReceivingAdvice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    received = models.BigIntegerField()
    short = models.BigIntegerField(db_default=0)
    rejected = models.BigIntegerField(db_default=0)
    reason = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["advice", "line"], name="transport_receivedline_once"),
            models.CheckConstraint(
                condition=Q(received__gte=0, received__lte=10**12, short__gte=0, short__lte=10**12, rejected__gte=0, rejected__lte=10**12), name="transport_receivedline_counts_units"),
            models.CheckConstraint(condition=Q(rejected=0, reason="") | Q(rejected__gt=0, reason__in=list(REFUSALS)), name="transport_receivedline_says_why_rejected"),
        ]

    def __str__(self) -> str:
        return f"{self.received} of line {self.line_id}"


class Gap(models.Model):
    """How long carriers are silent between two events on a lane: the 95th percentile in working days of the last 90 days, of so many parcels.

    Without a site it is the carrier's on all lanes. Rolled up each night.
    """

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    country = models.TextField(db_default="")
    days = models.SmallIntegerField()
    parcels = models.BigIntegerField()
    until_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "site", "country"], name="transport_gap_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=366), name="transport_gap_days_in_range"),
            models.CheckConstraint(condition=Q(parcels__gt=0, parcels__lte=10**12), name="transport_gap_has_seen_parcels"),
            models.CheckConstraint(condition=Q(site__isnull=False) | Q(country=""), name="transport_gap_of_a_carrier_names_no_country"),
        ]

    def __str__(self) -> str:
        return f"{self.days} days"


class Silence(models.Model):
    """A parcel was silent for longer than `days` working days since its last movement, and what said so. Once per silence; a movement ends it."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="silences", db_constraint=False, db_index=False)
    since_at = models.DateTimeField()
    days = models.SmallIntegerField()
    basis = models.TextField()
    parcels = models.BigIntegerField(db_default=0)
    noticed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "since_at"], name="transport_silence_once"),
            models.CheckConstraint(condition=Q(basis__in=["lane", "carrier", "planned"]), name="transport_silence_basis_is_known"),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=400), name="transport_silence_days_in_range"),
            models.CheckConstraint(condition=Q(parcels__gte=0, parcels__lte=10**12), name="transport_silence_counts_parcels"),
        ]

    def __str__(self) -> str:
        return f"{self.parcel_id} since {self.since_at}"


class TransitWeek(models.Model):
    """So many parcels that a carrier first saw in a week took so many working days to the door, by lane, carrier and service. Rolled up each night."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    country = models.TextField()
    region = models.TextField(db_default="")
    carrier = models.TextField()
    service = models.TextField(db_default="")
    week_on = models.DateField()
    days = models.SmallIntegerField()
    parcels = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["week_on", "site", "country", "region", "carrier", "service", "days"], name="transport_transitweek_once"),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=366), name="transport_transitweek_days_in_range"),
            models.CheckConstraint(condition=Q(parcels__gt=0, parcels__lte=10**12), name="transport_transitweek_counts_parcels"),
        ]

    def __str__(self) -> str:
        return f"{self.parcels} in {self.days} days"
ADAPTERS = ["table", "simulated", "karrio"]
LABEL_OUTCOMES = ["", "used", "voided", "void-refused", "expired", "refused", "withdrawn"]
"""How a label ends: of those that were bought one of the first four, of those that never were one of the last two."""


class Connection(models.Model):
    """How a carrier is called: by which adapter, with which account. `secrets` names variables of the environment, never their values.

    A label that is not used within `label_days` is worth nothing any more.
    """

    carrier = models.OneToOneField(Carrier, on_delete=models.PROTECT, related_name="connection", primary_key=True)
    adapter = models.TextField()
    connector = models.TextField(db_default="")
    account = models.JSONField(db_default={})
    secrets = models.JSONField(db_default={})
    label_days = models.SmallIntegerField(db_default=30)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(adapter__in=ADAPTERS), name="transport_connection_adapter_is_known"),
            models.CheckConstraint(condition=(Q(adapter="karrio") & ~Q(connector="")) | (~Q(adapter="karrio") & Q(connector="")), name="transport_connection_names_karrios_connector"),
            models.CheckConstraint(condition=Q(label_days__gte=1, label_days__lte=365), name="transport_connection_labels_last_days"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_id} by {self.adapter}"


class Manifest(models.Model):
    """A site's labels of one carrier, closed together at the end of a day. The carrier's number, where it gives one, else our own."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    labels = models.IntegerField()
    number = models.TextField(db_default="")
    document = models.BinaryField(null=True)
    calls = models.IntegerField(db_default=0)
    next_at = models.DateTimeField(null=True)
    trouble = models.TextField(db_default="")
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    why = models.TextField(db_default="")
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("next_at", name="transport_manifest_due", condition=Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["site", "carrier"], name="transport_manifest_one_open", condition=Q(closed_at__isnull=True, refused_at__isnull=True)),
            models.CheckConstraint(condition=Q(closed_at__isnull=True) | (Q(refused_at__isnull=True) & ~Q(number="")), name="transport_manifest_closed_has_a_number"),
            models.CheckConstraint(condition=Q(labels__gte=1, labels__lte=10**6), name="transport_manifest_lists_something"),
            models.CheckConstraint(condition=Q(calls__gte=0, calls__lte=10**6), name="transport_manifest_calls_in_range"),
        ]

    def __str__(self) -> str:
        return f"M-{self.id}"


class Label(models.Model):
    """A label of a carton in the ledger: wanted, bought, and exactly one end (`outcome`). Its `state` is generated, nobody sets it.

    The carrier is asked with `key` until it answers; the same key is bought once. It shows an address version. A label that is to be voided holds its carton no more.
    """

    id = models.BigAutoField(primary_key=True)
    carton = models.ForeignKey(Carton, on_delete=models.PROTECT, db_constraint=False, related_name="labels")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.TextField()
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    adapter = models.TextField()
    key = models.TextField(unique=True)
    wanted_at = models.DateTimeField()
    actor = models.TextField()
    calls = models.IntegerField(db_default=0)
    next_at = models.DateTimeField(null=True)
    trouble = models.TextField(db_default="")
    bought_at = models.DateTimeField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.TextField(db_default="")
    tracking = models.TextField(db_default="")
    reference = models.TextField(db_default="")
    format = models.TextField(db_default="")
    document = models.BinaryField(null=True)
    expires_on = models.DateField(null=True)
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    void_asked_at = models.DateTimeField(null=True)
    void_why = models.TextField(db_default="")
    outcome = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    why = models.TextField(db_default="")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False)
    state = models.GeneratedField(
        expression=Case(
            When(~Q(outcome=""), then=F("outcome")), When(void_asked_at__isnull=False, then=Value("void-asked")),
            When(bought_at__isnull=False, then=Value("bought")), default=Value("asked"), output_field=models.TextField(),
        ),
        output_field=models.TextField(), db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index("next_at", name="transport_label_due", condition=Q(next_at__isnull=False)),
            models.Index("state", "id", name="transport_label_to_look_at", condition=~Q(outcome__in=["used", "voided", "withdrawn"])),
            models.Index("manifest", name="transport_label_on_a_manifest", condition=Q(manifest__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["carton"], name="transport_label_one_live", condition=Q(void_asked_at__isnull=True, outcome__in=["", "used"])),
            models.UniqueConstraint(fields=["tracking", "carrier"], name="transport_label_tracking_once", condition=~Q(tracking="")),
            models.CheckConstraint(condition=Q(outcome__in=LABEL_OUTCOMES), name="transport_label_end_is_known"),
            models.CheckConstraint(condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)), name="transport_label_ends_once"),
            models.CheckConstraint(condition=Q(bought_at__isnull=True, tracking="") | (Q(bought_at__isnull=False) & ~Q(tracking="")), name="transport_label_bought_has_a_number"),
            models.CheckConstraint(
                condition=Q(bought_at__isnull=True, amount__isnull=True) | Q(bought_at__isnull=False, amount__gte=0, amount__lte=10**9, currency__regex="^[A-Z]{3}$", expires_on__isnull=False),
                name="transport_label_bought_has_a_price"),
            models.CheckConstraint(condition=~Q(outcome__in=["used", "voided", "void-refused", "expired"]) | Q(bought_at__isnull=False), name="transport_label_only_bought_ones_end_so"),
            models.CheckConstraint(condition=~Q(outcome__in=["refused", "withdrawn"]) | Q(bought_at__isnull=True), name="transport_label_never_bought"),
            models.CheckConstraint(condition=Q(outcome="used", parcel__isnull=False, void_asked_at__isnull=True) | (~Q(outcome="used") & Q(parcel__isnull=True)), name="transport_label_used_has_its_parcel"),
            models.CheckConstraint(condition=~Q(outcome__in=["voided", "void-refused", "withdrawn"]) | Q(void_asked_at__isnull=False), name="transport_label_voided_was_asked"),
            models.CheckConstraint(condition=Q(calls__gte=0, calls__lte=10**6), name="transport_label_calls_in_range"),
        ]

    def __str__(self) -> str:
        return self.tracking or self.key


class Pickup(models.Model):
    """A carrier is to fetch parcels at a site, ready by a time and before the dock closes, in the site's own time. Never rewritten: a change
    is a new one that `replaces` the old, which stands until the carrier has taken the change. Its `state` is generated.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    ready_by = models.TimeField()
    closes_at = models.TimeField()
    parcels = models.IntegerField()
    weight_g = models.BigIntegerField(db_default=0)
    instructions = models.TextField(db_default="")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    asked_at = models.DateTimeField()
    actor = models.TextField()
    calls = models.IntegerField(db_default=0)
    next_at = models.DateTimeField(null=True)
    trouble = models.TextField(db_default="")
    number = models.TextField(db_default="")
    booked_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    outcome = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    why = models.TextField(db_default="")
    state = models.GeneratedField(
        expression=Case(
            When(~Q(outcome=""), then=F("outcome")), When(cancel_asked_at__isnull=False, then=Value("cancel-asked")),
            When(booked_at__isnull=False, then=Value("booked")), default=Value("asked"), output_field=models.TextField(),
        ),
        output_field=models.TextField(), db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index("next_at", name="transport_pickup_due", condition=Q(next_at__isnull=False)),
            models.Index("day", "id", name="transport_pickup_when"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["site", "carrier", "day"], name="transport_pickup_once_a_day", condition=Q(outcome="", replaces__isnull=True)),
            models.UniqueConstraint(fields=["replaces"], name="transport_pickup_changed_once", condition=Q(outcome="") & Q(replaces__isnull=False)),
            models.CheckConstraint(condition=Q(ready_by__lt=F("closes_at")), name="transport_pickup_is_ready_before_closing"),
            models.CheckConstraint(condition=Q(outcome__in=["", "refused", "cancelled", "replaced"]), name="transport_pickup_end_is_known"),
            models.CheckConstraint(condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)), name="transport_pickup_ends_once"),
            models.CheckConstraint(condition=Q(booked_at__isnull=True, number="") | (Q(booked_at__isnull=False) & ~Q(number="")), name="transport_pickup_booked_has_a_number"),
            models.CheckConstraint(condition=Q(parcels__gte=1, parcels__lte=10**5, weight_g__gte=0, weight_g__lte=10**12, calls__gte=0, calls__lte=10**6), name="transport_pickup_in_range"),
        ]

    def __str__(self) -> str:
        return f"P-{self.id}"
class GuideEntry(models.Model):
    """A carrier in the routing guide of a lane, in force from a day on: its rank, its rate for a load, and how long it has to answer."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    country = models.TextField()
    region = models.TextField(db_default="")
    from_on = models.DateField()
    rank = models.SmallIntegerField()
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate = models.DecimalField(**MONEY)
    currency = models.TextField()
    answer_minutes = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "country", "region", "from_on", "rank"], name="transport_guideentry_one_a_rank"),
            models.UniqueConstraint(fields=["site", "country", "region", "from_on", "carrier"], name="transport_guideentry_carrier_once"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=100), name="transport_guideentry_rank_in_range"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=10**9), name="transport_guideentry_rate_in_range"),
            models.CheckConstraint(condition=Q(answer_minutes__gte=1, answer_minutes__lte=43_200), name="transport_guideentry_answers_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.carrier_id}"


LOAD_STATES = ["tendered", "accepted", "exhausted", "cancelled"]


class Load(models.Model):
    """A load that is offered to carriers: where from and to, when it is to be fetched, and which orders ride on it.

    `guide_on` names the version of the routing guide it goes by. `bill` is set where it was tendered by its bill of lading.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.TextField(unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    country = models.TextField()
    region = models.TextField(db_default="")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="loads", null=True, db_index=False)
    orders = ArrayField(models.BigIntegerField(), db_default=[])
    packages = models.IntegerField(null=True)
    weight_g = models.BigIntegerField(null=True)
    pickup_from = models.DateTimeField()
    pickup_until = models.DateTimeField()
    note = models.TextField(db_default="")
    guide_on = models.DateField()
    state = models.TextField(db_default="tendered")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.TextField(db_default="")
    tendered_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("pickup_until", "id", name="transport_load_when")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LOAD_STATES), name="transport_load_state_is_known"),
            models.CheckConstraint(condition=Q(pickup_until__gt=F("pickup_from")), name="transport_load_is_fetched_in_a_window"),
            models.CheckConstraint(condition=Q(cancelled_at__isnull=True) | ~Q(cancelled_by=""), name="transport_load_somebody_cancelled"),
            models.CheckConstraint(condition=Q(packages__isnull=True) | Q(packages__gte=1, packages__lte=10**6), name="transport_load_packages_in_range"),
            models.CheckConstraint(condition=Q(weight_g__isnull=True) | Q(weight_g__gte=1, weight_g__lte=10**11), name="transport_load_weight_in_range"),
        ]

    def __str__(self) -> str:
        return self.number


TENDER_RESULTS = ["", "accepted", "declined", "expired", "cancelled"]


class Tender(models.Model):
    """One offer of a load to one carrier, and what came of it. At most one is open, and one accepted."""

    id = models.BigAutoField(primary_key=True)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="tenders")
    rank = models.SmallIntegerField()
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    rate = models.DecimalField(**MONEY)
    currency = models.TextField()
    sent_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    result = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    pickup_number = models.TextField(db_default="")
    actor = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index("answer_by", name="transport_tender_open", condition=Q(result=""))]
        constraints = [
            models.UniqueConstraint(fields=["load", "rank"], name="transport_tender_once_a_rank"),
            models.UniqueConstraint(fields=["load"], condition=Q(result="accepted"), name="transport_tender_one_accepts"),
            models.UniqueConstraint(fields=["load"], condition=Q(result=""), name="transport_tender_one_is_asked"),
            models.CheckConstraint(condition=Q(result__in=TENDER_RESULTS), name="transport_tender_result_is_known"),
            models.CheckConstraint(condition=Q(result="", answered_at__isnull=True) | (~Q(result="") & Q(answered_at__isnull=False)), name="transport_tender_ended_once"),
            models.CheckConstraint(condition=~Q(result="accepted") | Q(answered_at__lte=F("answer_by")), name="transport_tender_accepted_in_time"),
            models.CheckConstraint(condition=~Q(result="declined") | ~Q(reason=""), name="transport_tender_declined_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.load_id} to {self.carrier_id}"


class FreightTerms(models.Model):
    """What is agreed with a carrier on its bills: within which difference they are approved, and for how long they may be disputed."""

    carrier = models.OneToOneField(Carrier, on_delete=models.PROTECT, primary_key=True, related_name="freight_terms")
    tolerance_percent = models.DecimalField(max_digits=6, decimal_places=3, db_default=0)
    tolerance = models.DecimalField(**MONEY, db_default=0)
    dispute_days = models.SmallIntegerField(db_default=180)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tolerance_percent__gte=0, tolerance_percent__lte=100), name="transport_freightterms_percent_in_range"),
            models.CheckConstraint(condition=Q(tolerance__gte=0, tolerance__lte=10**9), name="transport_freightterms_tolerance_in_range"),
            models.CheckConstraint(condition=Q(dispute_days__gte=1, dispute_days__lte=3_650), name="transport_freightterms_days_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_id}"


class FreightInvoice(models.Model):
    """A bill of a carrier. What of it is approved, disputed and accepted is the sum of its lines; `accurate` if it was right when it came.

    `content` is a hash of what it says: the same number with other content is refused.
    """

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.TextField()
    issued_on = models.DateField()
    currency = models.TextField()
    content = models.TextField()
    total = models.DecimalField(**MONEY)
    approved = models.DecimalField(**MONEY)
    disputed = models.DecimalField(**MONEY)
    accepted = models.DecimalField(**MONEY, db_default=0)
    paid = models.DecimalField(**MONEY, db_default=0)
    paid_ref = models.TextField(db_default="")
    accurate = models.BooleanField()
    received_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("issued_on", "id", name="transport_freightinvoice_when")]
        constraints = [
            models.UniqueConstraint(fields=["carrier", "number"], name="transport_freightinvoice_once"),
            models.CheckConstraint(condition=Q(total=F("approved") + F("disputed") + F("accepted")), name="transport_freightinvoice_adds_up"),
            models.CheckConstraint(condition=Q(disputed__gte=0, disputed__lte=10**12), name="transport_freightinvoice_disputes_in_range"),
            models.CheckConstraint(condition=Q(accepted__gte=0, accepted__lte=10**12), name="transport_freightinvoice_accepts_in_range"),
        ]

    def __str__(self) -> str:
        return self.number


class FreightLine(models.Model):
    """A line of a carrier's bill: what it charges for a parcel, what was expected, why they differ, and what of it is owed.

    `basis` says where the expected amount comes from. `recovered` is the part of what is disputed that the carrier gave back.
    """

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(FreightInvoice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.IntegerField()
    tracking = models.TextField()
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False)
    kind = models.TextField()
    billed_g = models.BigIntegerField(null=True)
    our_g = models.BigIntegerField(null=True)
    amount = models.DecimalField(**MONEY)
    expected = models.DecimalField(**MONEY, null=True)
    basis = models.TextField(db_default="")
    findings = ArrayField(models.TextField(), db_default=[])
    why = models.TextField(db_default="")
    approved = models.DecimalField(**MONEY)
    disputed = models.DecimalField(**MONEY)
    accepted = models.DecimalField(**MONEY, db_default=0)
    recovered = models.DecimalField(**MONEY, db_default=0)
    accepted_by = models.TextField(db_default="")
    reason = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index("tracking", name="transport_freightline_number"), models.Index("parcel", name="transport_freightline_parcel", condition=Q(parcel__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="transport_freightline_once"),
            models.CheckConstraint(condition=Q(amount=F("approved") + F("disputed") + F("accepted")), name="transport_freightline_adds_up"),
            models.CheckConstraint(condition=Q(disputed__gte=0, disputed__lte=10**12), name="transport_freightline_disputes_in_range"),
            models.CheckConstraint(condition=Q(accepted__gte=0, accepted__lte=10**12), name="transport_freightline_accepts_in_range"),
            models.CheckConstraint(condition=Q(recovered__gte=0, recovered__lte=F("disputed")), name="transport_freightline_recovers_what_it_disputes"),
            models.CheckConstraint(condition=Q(basis__in=["", "choice", "lane"]), name="transport_freightline_basis_is_known"),
            models.CheckConstraint(condition=Q(accepted=0) | ~Q(reason=""), name="transport_freightline_accepted_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.tracking}"


class Dispute(models.Model):
    """What we do not owe of a line of a carrier's bill: how much, until when it must be settled, what shows it, and what came of it."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(FreightLine, on_delete=models.PROTECT, related_name="disputes")
    amount = models.DecimalField(**MONEY)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    evidence = models.TextField()
    outcome = models.TextField(db_default="")
    recovered = models.DecimalField(**MONEY, db_default=0)
    answered_at = models.DateTimeField(null=True)
    note = models.TextField(db_default="")
    opened_by = models.TextField()
    answered_by = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index("due_on", name="transport_dispute_open", condition=Q(outcome=""))]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(outcome=""), name="transport_dispute_one_open"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=10**12), name="transport_dispute_is_about_something"),
            models.CheckConstraint(condition=Q(recovered__gte=0, recovered__lte=F("amount")), name="transport_dispute_recovers_its_amount_at_most"),
            models.CheckConstraint(condition=Q(outcome__in=["", "credit", "rejected", "accepted"]), name="transport_dispute_outcome_is_known"),
            models.CheckConstraint(condition=Q(outcome="", answered_at__isnull=True) | (~Q(outcome="") & Q(answered_at__isnull=False)), name="transport_dispute_ends_once"),
            models.CheckConstraint(condition=Q(recovered=0) | Q(outcome="credit"), name="transport_dispute_recovers_by_credit"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.line_id}"


class Message(models.Model):
    """An EDI message as it came, known by the hash of its text. Append-only."""

    id = models.BigAutoField(primary_key=True)
    sha256 = models.TextField(unique=True)
    body = models.TextField()
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    def __str__(self) -> str:
        return self.sha256


CLAIM_KINDS = ["loss", "damage", "delay", "shortage"]
CLAIM_STATES = ["proposed", "filed", "acknowledged", "paid", "declined", "dismissed"]


class Claim(models.Model):
    """What we ask of a carrier for a parcel. hanse proposes, a person files or dismisses. The window and what it goes by are kept as they were that day.

    One that is dismissed keeps what was known of the parcel then (`proof`, `lost_at`): it is proposed again only when that has changed.
    """

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="claims", db_constraint=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    state = models.TextField(db_default="proposed")
    amount = models.DecimalField(**MONEY)
    currency = models.TextField()
    evidence = models.TextField(db_default="")
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lost_at = models.DateTimeField(null=True)
    window_ends_on = models.DateField()
    window_rule = models.TextField()
    proposed_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateField(null=True)
    decide_by = models.DateField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    paid = models.DecimalField(**MONEY, db_default=0)
    reason = models.TextField(db_default="")
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("id", name="transport_claim_open", condition=Q(decided_at__isnull=True)), models.Index("filed_at", name="transport_claim_when")]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "kind"], name="transport_claim_once_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=CLAIM_KINDS), name="transport_claim_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=CLAIM_STATES), name="transport_claim_state_is_known"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=10**12), name="transport_claim_asks_for_something"),
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("amount")), name="transport_claim_pays_what_was_asked_at_most"),
            models.CheckConstraint(condition=Q(paid=0) | Q(state="paid"), name="transport_claim_pays_when_paid"),
            models.CheckConstraint(condition=Q(state__in=["proposed", "dismissed"], filed_at__isnull=True) | (~Q(state__in=["proposed", "dismissed"]) & Q(filed_at__isnull=False)),
                                   name="transport_claim_filed_by_a_person"),
            models.CheckConstraint(condition=~Q(state__in=["paid", "declined", "dismissed"]) | Q(decided_at__isnull=False), name="transport_claim_ends_decided"),
            models.CheckConstraint(condition=~Q(state__in=["declined", "dismissed"]) | ~Q(reason=""), name="transport_claim_declined_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"C-{self.id}"
