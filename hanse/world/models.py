"""What was asked of the future, and what it said: a change with its futures, the difference of each measure, the days of both sides."""

from django.db import models
from django.db.models import F, Q

from .whatif import DAILY, LONGEST, MEASURES, MOST

STATES = ["asked", "living", "answered", "stopped"]
"""Nobody has begun; futures are being lived; there is an answer; somebody stopped it, or it could not be lived."""


class WhatIf(models.Model):
    """A change of the company's rules whose futures were asked for: by whom, of which company, from which instant on, and how far it is.

    `described` and `change` are the texts of both files, so that what was asked can be asked again. `as_of` is when the company was copied.
    """

    id = models.BigAutoField(primary_key=True)
    said = models.TextField()
    change = models.TextField()
    company = models.TextField()
    currency = models.TextField()
    world = models.TextField()
    described = models.TextField()
    seed = models.BigIntegerField()
    began_on = models.DateField()
    first_on = models.DateField()
    days = models.IntegerField()
    seeds = models.IntegerField()
    state = models.TextField(db_default="asked")
    lived = models.IntegerField(db_default=0)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    as_of = models.DateTimeField(null=True)
    moved_at = models.DateTimeField()
    why = models.TextField(db_default="")

    class Meta:
        db_table = "world_whatif"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="world_whatif_is_in_a_state"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=LONGEST, seeds__gte=2, seeds__lte=MOST), name="world_whatif_is_of_some_length"),
            models.CheckConstraint(condition=Q(lived__gte=0, lived__lte=2 * F("seeds")), name="world_whatif_lives_each_future_once"),
            models.CheckConstraint(condition=Q(first_on__gt=F("began_on")), name="world_whatif_begins_after_the_company"),
            models.CheckConstraint(condition=~Q(said="") & ~Q(change=""), name="world_whatif_says_what_changes"),
            models.CheckConstraint(condition=~Q(state="stopped") | ~Q(why=""), name="world_whatif_says_why_it_stopped"),
            models.CheckConstraint(condition=~Q(state="answered") | Q(as_of__isnull=False), name="world_whatif_knows_as_of_when"),
        ]


class WhatIfMeasure(models.Model):
    """A measure without the change and with it, and the difference with its interval."""

    id = models.BigAutoField(primary_key=True)
    what_if = models.ForeignKey(WhatIf, on_delete=models.CASCADE, related_name="measures", db_index=False)
    measure = models.TextField()
    without = models.FloatField()
    with_it = models.FloatField()
    difference = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        db_table = "world_whatif_measure"
        constraints = [
            models.UniqueConstraint(fields=["what_if", "measure"], name="world_whatif_measure_once"),
            models.CheckConstraint(condition=Q(measure__in=list(MEASURES)), name="world_whatif_measure_is_known"),
            models.CheckConstraint(condition=Q(low__lte=F("difference"), high__gte=F("difference")), name="world_whatif_difference_lies_in_its_interval"),
        ]


class WhatIfDay(models.Model):
    """A measure on a day of the futures, without the change or with it: the mean, and between what eight of ten futures lie."""

    id = models.BigAutoField(primary_key=True)
    what_if = models.ForeignKey(WhatIf, on_delete=models.CASCADE, related_name="days_told", db_index=False)
    measure = models.TextField()
    on = models.DateField()
    changed = models.BooleanField()
    middle = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        db_table = "world_whatif_day"
        constraints = [
            models.UniqueConstraint(fields=["what_if", "measure", "on", "changed"], name="world_whatif_day_once"),
            models.CheckConstraint(condition=Q(measure__in=list(DAILY)), name="world_whatif_day_is_of_a_measure"),
            models.CheckConstraint(condition=Q(low__lte=F("high")), name="world_whatif_band_has_both_bounds"),
        ]
