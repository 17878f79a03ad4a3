"""Carriers and delivery: shipments, parcels, the events carriers send, and proofs of delivery."""

from django.db import models
from django.db.models import Case, F, Q, Value, When

from hanse.fulfilment.models import Carton
from hanse.network.models import Site
from hanse.orders.models import Line, Order
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
