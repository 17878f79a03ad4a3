"""Pick, pack, hand over: pick tasks, cartons with their content, and every scan."""

from django.db import models
from django.db.models import F, Q

from hanse.catalogue.models import Item
from hanse.inventory.models import Account
from hanse.network.models import CartonType, Site
from hanse.orders.models import Allocation, Line, Order
from hanse.partners.models import Address

MOST = 10**12
PROPOSALS = ["", "followed", "alternative", "other"]
"""How a carton came about: no proposal, as proposed, by an alternative one, or otherwise than proposed."""


class Task(models.Model):
    """Take so many units of an item (and lot) from a bin into a tote. Answered once.

    `taken` of them were found; `withdrawn` were cancelled before anyone took them; `packed` of the taken ones
    have gone from the tote into cartons.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tasks", db_constraint=False, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="tasks", db_constraint=False, db_index=False)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    bin = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    tote = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    lot = models.TextField(db_default="")
    to_pick = models.BigIntegerField()
    taken = models.BigIntegerField(null=True)
    withdrawn = models.BigIntegerField(db_default=0)
    packed = models.BigIntegerField(db_default=0)
    short_reason = models.TextField(db_default="")
    released_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    actor = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index("site", "id", name="fulfilment_task_open", condition=Q(closed_at__isnull=True)),
            models.Index("allocation", name="fulfilment_task_allocation"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(to_pick__gt=0, to_pick__lte=MOST), name="fulfilment_task_asks_for_something"),
            models.CheckConstraint(condition=Q(taken__isnull=True) | Q(taken__gte=0, taken__lte=F("to_pick") - F("withdrawn")), name="fulfilment_task_takes_what_is_asked"),
            models.CheckConstraint(condition=Q(withdrawn__gte=0, withdrawn__lte=F("to_pick")), name="fulfilment_task_withdraws_what_is_asked"),
            models.CheckConstraint(condition=Q(packed=0) | Q(packed__gt=0, packed__lte=F("taken"), taken__isnull=False), name="fulfilment_task_packs_what_was_taken"),
        ]

    def __str__(self) -> str:
        return f"{self.to_pick} from {self.bin_id}"


class Carton(models.Model):
    """A logistic unit with its SSCC, weights expected and measured, and the address version on its label.

    `type` is the carton it was really packed into, in the version of that day; `proposal` says how it came about, where there was one.
    """

    id = models.BigAutoField(primary_key=True)
    sscc = models.TextField(unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="cartons")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    expected_g = models.BigIntegerField(null=True)
    weight_g = models.BigIntegerField(null=True)
    length_mm = models.IntegerField(null=True)
    width_mm = models.IntegerField(null=True)
    height_mm = models.IntegerField(null=True)
    type = models.ForeignKey(CartonType, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    proposal = models.TextField(db_default="")
    packed_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("site", "id", name="fulfilment_carton_staged", condition=Q(handed_over_at__isnull=True))]
        constraints = [models.CheckConstraint(condition=Q(sscc__regex="^[0-9]{18}$"), name="fulfilment_carton_has_an_sscc"), models.CheckConstraint(condition=Q(proposal__in=PROPOSALS), name="fulfilment_carton_proposal_is_known")]

    def __str__(self) -> str:
        return self.sscc


class Content(models.Model):
    """What is in a carton: units of an allocation, with lot. Parcel content and stock moved are the same rows."""

    id = models.BigAutoField(primary_key=True)
    carton = models.ForeignKey(Carton, on_delete=models.PROTECT, related_name="contents")
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    lot = models.TextField(db_default="")
    serial = models.TextField(db_default="")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=MOST), name="fulfilment_content_is_something")]

    def __str__(self) -> str:
        return f"{self.quantity} in {self.carton_id}"


class Scan(models.Model):
    """Every scan, the wrong ones too: what was wanted, what was read, by whom, when."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True)
    step = models.TextField()
    task = models.BigIntegerField(null=True)
    carton = models.BigIntegerField(null=True)
    wanted = models.TextField()
    read = models.TextField()
    right = models.BooleanField()
    actor = models.TextField()
    scanned_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.read
