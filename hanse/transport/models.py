"""Carriers and delivery: shipments, parcels, the events carriers send, and proofs of delivery."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When

from hanse.fulfilment.models import Carton
from hanse.network.models import Site
from hanse.orders.models import MONEY, Order
from hanse.partners.models import Address

STATES = [
    "pending", "picked-up", "in-transit", "out-for-delivery", "ready-for-pick-up", "delivered", "delayed",
    "on-hold", "failed", "return-to-sender", "cancelled", "lost", "unknown",
]

DOUBTS = ["", "moves-again", "sent-back-before"]
"""What carriers' events leave for a person to settle."""


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

    `delivered_at` is set when its units were counted as delivered. `return_state` follows the way back, once
    there is one. `doubt` names what only a person can settle: it moves again after delivery, or was sent back before.
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

    class Meta:
        indexes = [
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
    source = models.TextField(db_default="")
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    def __str__(self) -> str:
        return f"{self.parcel_id} to {self.receiver}"


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


CLAIM_KINDS = ["loss", "damage", "delay", "shortage"]
CLAIM_STATES = ["proposed", "filed", "acknowledged", "paid", "declined"]


class Claim(models.Model):
    """What we ask of a carrier for a parcel. hanse proposes, a person files. The window and what it goes by are kept as they were that day."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="claims", db_constraint=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    state = models.TextField(db_default="proposed")
    amount = models.DecimalField(**MONEY)
    currency = models.TextField()
    evidence = models.TextField(db_default="")
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
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
            models.CheckConstraint(condition=Q(state="proposed", filed_at__isnull=True) | (~Q(state="proposed") & Q(filed_at__isnull=False)), name="transport_claim_filed_by_a_person"),
            models.CheckConstraint(condition=~Q(state__in=["paid", "declined"]) | Q(decided_at__isnull=False), name="transport_claim_ends_decided"),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reason=""), name="transport_claim_declined_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"C-{self.id}"
