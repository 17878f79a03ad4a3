"""Was it perfect, and why not: verdicts with their whole history, their roll-ups by day, what is learnt from them, and what is at risk."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hanse.orders.models import MONEY, Order
from hanse.partners.models import Party

from .passed import BANDS, STEPS

STATES = ["open", "provisional", "final", "reopened", "void"]
"""Evidence is missing; judged; judged and the claim window is over; judged anew after that; the customer cancelled all of it."""


def truth() -> models.BooleanField:
    """Yes, no, or (null) not known."""
    return models.BooleanField(null=True)


class Verdict(models.Model):
    """What we know of a commitment (the units of an order that were promised for one day) from one instant until another.

    A new finding ends the row that was known and begins another: what was reported then can be reported again. `perfect`
    is generated: SQL's AND knows the unknown, as the verdict does. `found` holds each finding with its evidence.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, db_constraint=False, related_name="verdicts", db_index=False)
    due_on = models.DateField(null=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)
    state = models.TextField()
    rules = models.SmallIntegerField()
    right_place = truth()
    right_product = truth()
    in_time = truth()
    right_customer = truth()
    right_invoice = truth()
    right_documents = truth()
    perfect = models.GeneratedField(
        expression=Q(right_place=True) & Q(right_product=True) & Q(in_time=True) & Q(right_customer=True) & Q(right_invoice=True),  # type: ignore[arg-type]
        output_field=models.BooleanField(null=True), db_persist=True,
    )
    lines = models.IntegerField()
    lines_perfect = models.IntegerField()
    lines_judged = models.IntegerField()
    net = models.DecimalField(**MONEY)
    currency = models.TextField()
    hours_late = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    causes = models.JSONField(db_default={})
    found = models.JSONField()
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    site = models.TextField(db_default="")
    carrier = models.TextField(db_default="")
    country = models.TextField(db_default="")
    channel = models.TextField(db_default="")
    skus = ArrayField(models.TextField(), db_default=[])
    final_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index("order", "due_on", "known_from", name="perfect_verdict_order"),
            models.Index("due_on", "id", name="perfect_verdict_due", condition=Q(known_to__isnull=True)),
            models.Index("final_on", name="perfect_verdict_to_close", condition=Q(known_to__isnull=True, state__in=["provisional", "reopened"])),
            models.Index("order", name="perfect_verdict_open", condition=Q(known_to__isnull=True, state="open")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "due_on"], condition=Q(known_to__isnull=True), nulls_distinct=False, name="perfect_verdict_one_is_known"),
            models.CheckConstraint(condition=Q(known_to__isnull=True) | Q(known_to__gt=F("known_from")), name="perfect_verdict_is_known_for_a_while"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="perfect_verdict_state_is_known"),
            models.CheckConstraint(condition=Q(rules__gte=1, rules__lte=1000), name="perfect_verdict_rules_are_counted"),
            models.CheckConstraint(condition=Q(lines__gte=0, lines_judged__gte=0, lines_perfect__gte=0, lines_judged__lte=F("lines"), lines_perfect__lte=F("lines_judged")), name="perfect_verdict_counts_its_lines"),
            models.CheckConstraint(condition=Q(hours_late__isnull=True) | Q(hours_late__gte=0, hours_late__lte=10**6), name="perfect_verdict_is_late_by_hours"),
        ]

    def __str__(self) -> str:
        return f"H-{self.order_id} {self.due_on}: {self.perfect}"


COUNTS = [
    "due", "perfect", "imperfect", "scor_perfect", "scor_imperfect", "lines", "lines_perfect", "lines_judged",
    "place_yes", "place_no", "product_yes", "product_no", "time_yes", "time_no", "customer_yes", "customer_no", "invoice_yes", "invoice_no", "documents_yes", "documents_no",
]
"""What a day counts of its commitments."""
BY = ["all", "customer", "site", "carrier", "lane", "channel", "item"]
"""By what days are rolled up: one row for each value of that day."""


class Day(models.Model):
    """Commitments due on a day, counted by one thing (all, a customer, a site …). The sum of the verdicts that are known."""

    id = models.BigAutoField(primary_key=True)
    due_on = models.DateField()
    by = models.TextField()
    key = models.TextField(db_default="")
    currency = models.TextField()
    due = models.BigIntegerField(db_default=0)
    perfect = models.BigIntegerField(db_default=0)
    imperfect = models.BigIntegerField(db_default=0)
    scor_perfect = models.BigIntegerField(db_default=0)
    scor_imperfect = models.BigIntegerField(db_default=0)
    lines = models.BigIntegerField(db_default=0)
    lines_perfect = models.BigIntegerField(db_default=0)
    lines_judged = models.BigIntegerField(db_default=0)
    place_yes = models.BigIntegerField(db_default=0)
    place_no = models.BigIntegerField(db_default=0)
    product_yes = models.BigIntegerField(db_default=0)
    product_no = models.BigIntegerField(db_default=0)
    time_yes = models.BigIntegerField(db_default=0)
    time_no = models.BigIntegerField(db_default=0)
    customer_yes = models.BigIntegerField(db_default=0)
    customer_no = models.BigIntegerField(db_default=0)
    invoice_yes = models.BigIntegerField(db_default=0)
    invoice_no = models.BigIntegerField(db_default=0)
    documents_yes = models.BigIntegerField(db_default=0)
    documents_no = models.BigIntegerField(db_default=0)
    net = models.DecimalField(**MONEY, db_default=0)
    net_imperfect = models.DecimalField(**MONEY, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "due_on", "key", "currency"], name="perfect_day_once"),
            models.CheckConstraint(condition=Q(by__in=BY), name="perfect_day_is_by_something"),
            models.CheckConstraint(condition=Q(perfect__gte=0, imperfect__gte=0, due__gte=F("perfect") + F("imperfect"), due__lte=10**12), name="perfect_day_counts_up_to_due"),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.by} {self.key}"


class DayCause(models.Model):
    """Failures of a day's commitments by condition, cause and who answers; `first` counts those that failed first at it."""

    id = models.BigAutoField(primary_key=True)
    due_on = models.DateField()
    condition = models.TextField()
    cause = models.TextField()
    owner = models.TextField()
    failures = models.BigIntegerField(db_default=0)
    first = models.BigIntegerField(db_default=0)
    alone = models.BigIntegerField(db_default=0)
    hours = models.DecimalField(max_digits=18, decimal_places=3, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["due_on", "condition", "cause", "owner"], name="perfect_daycause_once"),
            models.CheckConstraint(condition=Q(failures__gte=0, first__gte=0, alone__gte=0, first__lte=F("failures"), alone__lte=F("failures")), name="perfect_daycause_counts_failures"),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.condition}: {self.cause}"


class Experience(models.Model):
    """What became of the commitments due in a week: how many passed a step with so much slack on a lane, and how many of those were perfect.

    A week is counted whole (`learn`), again whenever its verdicts have changed. Of what was handed over the lane names its carrier.
    """

    id = models.BigAutoField(primary_key=True)
    week_on = models.DateField()
    lane = models.TextField()
    step = models.TextField()
    band = models.SmallIntegerField()
    commitments = models.BigIntegerField()
    perfect = models.BigIntegerField()
    learnt_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["week_on", "lane", "step", "band"], name="perfect_experience_once"),
            models.CheckConstraint(condition=Q(step__in=STEPS), name="perfect_experience_step_is_known"),
            models.CheckConstraint(condition=Q(band__gte=0, band__lt=len(BANDS)), name="perfect_experience_band_is_known"),
            models.CheckConstraint(condition=Q(perfect__gte=0, perfect__lte=F("commitments"), commitments__gte=1, commitments__lte=10**12), name="perfect_experience_counts_up"),
        ]

    def __str__(self) -> str:
        return f"{self.week_on} {self.lane} {self.step}: {self.perfect} of {self.commitments}"


class Risk(models.Model):
    """An open commitment that will perhaps not be perfect, as it looked at an instant: why, its chance with bounds, and what would save it, or at least lessen it.

    Written anew whenever it is looked at (`foresee`); what is at no risk has no row. `lost` is one of which a condition has failed.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    due_on = models.DateField(null=True)
    looked_at = models.DateTimeField()
    step = models.TextField()
    slack_h = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    lane = models.TextField(db_default="")
    site = models.TextField(db_default="")
    customer = models.ForeignKey(Party, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    net = models.DecimalField(**MONEY)
    currency = models.TextField()
    chance = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    low = models.DecimalField(max_digits=5, decimal_places=4)
    high = models.DecimalField(max_digits=5, decimal_places=4)
    known_from = models.BigIntegerField(db_default=0)
    reasons = models.JSONField()
    rescues = models.JSONField()
    lessening = models.JSONField(null=True)
    gain = models.DecimalField(max_digits=5, decimal_places=4, db_default=0)
    lost = models.BooleanField(db_default=False)

    class Meta:
        indexes = [models.Index("lost", "due_on", "id", name="perfect_risk_listed")]
        constraints = [
            models.UniqueConstraint(fields=["order", "due_on"], nulls_distinct=False, name="perfect_risk_once"),
            models.CheckConstraint(condition=Q(step__in=[*STEPS, ""]), name="perfect_risk_step_is_known"),
            models.CheckConstraint(condition=Q(low__gte=0, low__lte=F("high"), high__lte=1), name="perfect_risk_bounds_are_fractions"),
            models.CheckConstraint(condition=Q(chance__isnull=True) | Q(chance__gte=F("low"), chance__lte=F("high")), name="perfect_risk_chance_is_within_bounds"),
            models.CheckConstraint(condition=Q(lost=False) | Q(chance=0, gain=0), name="perfect_risk_lost_has_no_chance"),
            models.CheckConstraint(condition=Q(gain__gte=0, gain__lte=1, known_from__gte=0, known_from__lte=10**12), name="perfect_risk_gain_is_a_fraction"),
        ]

    def __str__(self) -> str:
        return f"H-{self.order_id} {self.due_on}: {self.chance}"
