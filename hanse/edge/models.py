"""Keys for machines, endpoints for webhooks and every attempt to deliver, and who looks after an exception."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from hanse.journal.models import CurrentXact


class ApiKey(models.Model):
    """A bearer key: its prefix finds it, only the hash of its secret is kept. Scopes are roles or operations."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField(unique=True)
    prefix = models.TextField(unique=True)
    secret_hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.TextField())
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class Endpoint(models.Model):
    """Where journal events are sent, signed by the Standard Webhooks rules. Paused when it keeps failing."""

    id = models.BigAutoField(primary_key=True)
    url = models.TextField()
    kinds = ArrayField(models.TextField(), db_default=[])
    secrets = ArrayField(models.TextField())
    owner = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    paused_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    trouble = models.TextField(db_default="")

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event for one endpoint: the same id on every attempt, delivered, waiting or parked."""

    id = models.BigAutoField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.BigIntegerField()
    message = models.TextField(unique=True)
    subject = models.TextField()
    state = models.TextField(db_default="waiting")
    attempts = models.IntegerField(db_default=0)
    next_at = models.DateTimeField(db_default=Now())
    last_status = models.IntegerField(null=True)
    trouble = models.TextField(db_default="")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index("next_at", "id", name="edge_delivery_due", condition=Q(state="waiting")),
            models.Index("endpoint", "subject", "id", name="edge_delivery_in_order", condition=Q(state="waiting")),
            models.Index("endpoint", "id", name="edge_delivery_of"),
            models.Index("endpoint", name="edge_delivery_parked", condition=Q(state="parked")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="edge_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "delivered", "parked"]), name="edge_delivery_state_is_known"),
            models.CheckConstraint(condition=Q(attempts__gte=0, attempts__lte=1000), name="edge_delivery_counts_attempts"),
        ]

    def __str__(self) -> str:
        return self.message


class Ownership(models.Model):
    """Who looks after an exception, known by its kind and subject, since when and with what note; gone when its cause is gone."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    subject = models.TextField()
    owner = models.TextField()
    note = models.TextField(db_default="")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="edge_ownership_once"),
            models.CheckConstraint(condition=~Q(owner=""), name="edge_ownership_is_somebodys"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.subject}"


class Recovery(models.Model):
    """A restore that was gone on from: `epoch` (milliseconds) names the history since, `xact` is where in the journal it begins."""

    epoch = models.BigIntegerField(primary_key=True)
    xact = models.BigIntegerField(db_default=CurrentXact())
    restored_to = models.DateTimeField()
    recovered_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "recoveries"
        constraints = [models.CheckConstraint(condition=Q(epoch__gt=0, restored_to__lte=models.F("recovered_at")), name="edge_recovery_comes_after")]

    def __str__(self) -> str:
        return f"restored to {self.restored_to}"
