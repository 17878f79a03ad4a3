"""The journal's tables: what happened, answered requests, and how far each follower has read."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class CurrentXact(models.Func):
    """The number of the writing transaction; followers read by it, for sequences do not commit in order."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class Event(models.Model):
    """One fact. Append-only: the server's role may neither update nor delete it."""

    id = models.BigAutoField(primary_key=True)
    xact = models.BigIntegerField(db_default=CurrentXact())
    kind = models.TextField()
    subject = models.TextField()
    body = models.JSONField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    zone = models.TextField(db_default="UTC")
    actor = models.TextField()
    operation = models.TextField()
    key = models.TextField(null=True)
    cause = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index("subject", "id", name="journal_event_subject"),
            models.Index("xact", "id", name="journal_event_xact"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Request(models.Model):
    """A request that was answered: same key and same request get the same answer again.

    What was accepted stands in the journal, under the transaction and the key, in the order of the asks. Only where
    something else was answered `answers` is kept: JSON as text, a list with null for each fact of the journal.
    """

    id = models.BigAutoField(primary_key=True)
    xact = models.BigIntegerField(db_default=CurrentXact())
    operation = models.TextField()
    key = models.TextField()
    request_hash = models.BinaryField(max_length=32)
    answers = models.TextField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "key"], name="journal_request_once")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class Follower(models.Model):
    """How far a follower has read: all transactions below `xact`, and of that one all facts up to `event`."""

    name = models.TextField(primary_key=True)
    xact = models.BigIntegerField(db_default=0)
    event = models.BigIntegerField(db_default=0)
    moved_at = models.DateTimeField(db_default=Now())
    failures = models.IntegerField(db_default=0)
    trouble = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(xact__gte=0), name="journal_follower_never_before_the_start"),
            models.CheckConstraint(condition=Q(failures__gte=0) & Q(failures__lte=F("failures")), name="journal_follower_counts_failures"),
        ]

    def __str__(self) -> str:
        return self.name


class ParkedFact(models.Model):
    """A fact that a follower could not take in after ten tries; the rest moved on."""

    id = models.BigAutoField(primary_key=True)
    follower = models.TextField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    trouble = models.TextField()
    parked_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["follower", "event"], name="journal_parked_once")]

    def __str__(self) -> str:
        return f"{self.follower}: {self.event_id}"
