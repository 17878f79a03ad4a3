"""Pick, pack, hand over: pick tasks, cartons with their content, and every scan."""

from django.db import models
from django.db.models import F, Q

from hanse.catalogue.models import Item
from hanse.inventory.models import Account
from hanse.network.models import METHODS, CartonType, Site
from hanse.orders.models import Allocation, Line, Order
from hanse.partners.models import Address

MOST = 10**12
PROPOSALS = ["", "followed", "alternative", "other"]
"""How a carton came about: no proposal, as proposed, by an alternative one, or otherwise than proposed."""


class Wave(models.Model):
    """Orders that were released together at a site, by what they were chosen, and when they have to leave."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    method = models.TextField()
    chosen_by = models.JSONField(db_default={})
    leaves_at = models.DateTimeField(null=True)
    orders = models.IntegerField()
    tasks = models.IntegerField()
    units = models.BigIntegerField()
    released_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("site", "id", name="fulfilment_wave_site")]
        constraints = [
            models.CheckConstraint(condition=Q(method__in=METHODS), name="fulfilment_wave_method_is_known"),
            models.CheckConstraint(condition=Q(orders__gte=1, tasks__gte=F("orders"), units__gte=F("tasks"), units__lte=MOST), name="fulfilment_wave_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"wave {self.id}"


class Tour(models.Model):
    """One walk of one picker over planned stops, as long as planned; `after` is the tour that hands its totes on to this one.

    `path` are the turning points of the walk in metres. `picker` has taken it, since `started_at`.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="tours", null=True)
    after = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    method = models.TextField()
    zone = models.TextField(db_default="")
    orders = models.IntegerField()
    stops = models.IntegerField()
    metres = models.DecimalField(max_digits=9, decimal_places=2)
    seconds = models.IntegerField()
    path = models.JSONField()
    pick_by = models.DateTimeField(null=True)
    planned_at = models.DateTimeField()
    picker = models.TextField(db_default="")
    started_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("site", "id", name="fulfilment_tour_site")]
        constraints = [
            models.CheckConstraint(condition=Q(method__in=METHODS), name="fulfilment_tour_method_is_known"),
            models.CheckConstraint(condition=Q(orders__gte=1, stops__gte=1, metres__gte=0, seconds__gte=0), name="fulfilment_tour_goes_somewhere"),
            models.CheckConstraint(condition=Q(picker="", started_at__isnull=True) | (~Q(picker="") & Q(started_at__isnull=False)), name="fulfilment_tour_is_somebodys_since"),
        ]

    def __str__(self) -> str:
        return f"tour {self.id}"


class SupplierOrder(models.Model):
    """A drop-ship order: units of an order that a supplier was asked to ship from his site. Its lines are the tasks that name it; its number is `D-` and its id.

    The address version is the one he was given; a later one counts only when he agreed to the change. `due_on` is when he is
    expected to ship, `first_due_on` what his lead days said.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="supplier_orders")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.TextField(db_default="")
    first_due_on = models.DateField()
    due_on = models.DateField()
    ordered_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        indexes = [models.Index("site", "id", name="fulfilment_supplierorder_site")]
        constraints = [models.CheckConstraint(condition=Q(due_on__gte=F("first_due_on")), name="fulfilment_supplierorder_slips_forward")]

    def __str__(self) -> str:
        return f"D-{self.id}"


class Task(models.Model):
    """Take so many units of an item (and lot) from a bin into a tote. Answered once.

    `taken` of them were found; `withdrawn` were stopped before anyone took them; `packed` of the taken ones
    lie in cartons or left in them, `put_back` lie in their bin again or were taken out, the others in the tote. An audit found `wrong` of
    them missing or other than they should be. `stop` is its turn on the walk of its tour. At a supplier's
    site it is a line of his `supplier_order`, which his despatch advice answers.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tasks", db_constraint=False, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="tasks", db_constraint=False, db_index=False)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, db_constraint=False, related_name="tasks", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    bin = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    tote = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    lot = models.TextField(db_default="")
    to_pick = models.BigIntegerField()
    taken = models.BigIntegerField(null=True)
    withdrawn = models.BigIntegerField(db_default=0)
    packed = models.BigIntegerField(db_default=0)
    put_back = models.BigIntegerField(db_default=0)
    wrong = models.BigIntegerField(db_default=0)
    short_reason = models.TextField(db_default="")
    released_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    actor = models.TextField(db_default="")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False)
    tour = models.ForeignKey(Tour, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False)
    stop = models.SmallIntegerField(null=True)
    supplier_order = models.ForeignKey(SupplierOrder, on_delete=models.PROTECT, related_name="lines", null=True, db_index=False)

    class Meta:
        indexes = [
            models.Index("site", "id", name="fulfilment_task_open", condition=Q(closed_at__isnull=True)),
            models.Index("wave", name="fulfilment_task_wave", condition=Q(wave__isnull=False)),
            models.Index("tour", "stop", name="fulfilment_task_tour", condition=Q(tour__isnull=False)),
            models.Index("supplier_order", name="fulfilment_task_of_a_supplier", condition=Q(supplier_order__isnull=False)),
            models.Index("allocation", name="fulfilment_task_allocation"),
            models.Index("item", "lot", name="fulfilment_task_lot", condition=~Q(lot="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(to_pick__gt=0, to_pick__lte=MOST), name="fulfilment_task_asks_for_something"),
            models.CheckConstraint(condition=Q(taken__isnull=True) | Q(taken__gte=0, taken__lte=F("to_pick") - F("withdrawn")), name="fulfilment_task_takes_what_is_asked"),
            models.CheckConstraint(condition=Q(tour__isnull=True, stop__isnull=True) | Q(tour__isnull=False, stop__gte=1, stop__lte=30_000), name="fulfilment_task_has_its_turn_on_a_tour"),
            models.CheckConstraint(condition=Q(withdrawn__gte=0, withdrawn__lte=F("to_pick")), name="fulfilment_task_withdraws_what_is_asked"),
            models.CheckConstraint(
                condition=Q(packed=0, put_back=0) | Q(packed__gte=0, put_back__gte=0, packed__lte=F("taken") - F("put_back"), taken__isnull=False),
                name="fulfilment_task_packs_what_was_taken",
            ),
            models.CheckConstraint(condition=Q(wrong__gte=0, wrong__lte=MOST), name="fulfilment_task_counts_its_errors"),
        ]

    def __str__(self) -> str:
        return f"{self.to_pick} from {self.bin_id}"


AUDITS = ["", "due", "passed", "failed"]
"""Whether the sampling plan chose a carton for an audit, and how that ended."""


class Carton(models.Model):
    """A logistic unit with its SSCC, weights expected and measured, and the address version and carrier on its label.

    `type` is the carton it was really packed into, in the version of that day; `proposal` says how it came about, where there was one.
    One that was opened again holds nothing; what was in it is packed anew, under another SSCC. One that lies `inside` another leaves
    with it, as a part of its parcel.
    """

    id = models.BigAutoField(primary_key=True)
    sscc = models.TextField(unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, db_constraint=False, related_name="cartons")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    carrier = models.TextField(db_default="")
    expected_g = models.BigIntegerField(null=True)
    weight_g = models.BigIntegerField(null=True)
    length_mm = models.IntegerField(null=True)
    width_mm = models.IntegerField(null=True)
    height_mm = models.IntegerField(null=True)
    type = models.ForeignKey(CartonType, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    proposal = models.TextField(db_default="")
    packed_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    audit = models.TextField(db_default="")
    inside = models.ForeignKey("self", on_delete=models.PROTECT, related_name="contains", null=True, db_constraint=False, db_index=False)
    actor = models.TextField()

    class Meta:
        indexes = [
            models.Index("site", "id", name="fulfilment_carton_staged", condition=Q(handed_over_at__isnull=True, opened_at__isnull=True)),
            models.Index("inside", name="fulfilment_carton_inside", condition=Q(inside__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sscc__regex="^[0-9]{18}$"), name="fulfilment_carton_has_an_sscc"),
            models.CheckConstraint(condition=Q(proposal__in=PROPOSALS), name="fulfilment_carton_proposal_is_known"),
            models.CheckConstraint(condition=Q(handed_over_at__isnull=True) | Q(opened_at__isnull=True), name="fulfilment_carton_opened_stays_here"),
            models.CheckConstraint(condition=Q(audit__in=AUDITS), name="fulfilment_carton_audit_is_known"),
            models.CheckConstraint(condition=Q(handed_over_at__isnull=True) | Q(audit__in=["", "passed"]), name="fulfilment_carton_leaves_audited"),
            models.CheckConstraint(condition=Q(inside__isnull=True) | (Q(opened_at__isnull=True) & ~Q(inside=F("id"))), name="fulfilment_carton_lies_closed_in_another"),
        ]

    def __str__(self) -> str:
        return self.sscc


class Content(models.Model):
    """What is in a carton: units of an allocation, with lot. Parcel content and stock moved are the same rows."""

    id = models.BigAutoField(primary_key=True)
    carton = models.ForeignKey(Carton, on_delete=models.PROTECT, db_constraint=False, related_name="contents")
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    lot = models.TextField(db_default="")
    serial = models.TextField(db_default="")
    quantity = models.BigIntegerField()
    task = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index("item", "lot", name="fulfilment_content_lot", condition=~Q(lot=""))]
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


class PickedSerial(models.Model):
    """A unit known by its serial that a pick took for an allocation: no other may have it until it has left or was put back."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    code = models.TextField()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="serials", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="fulfilment_serial_is_of_one_allocation")]

    def __str__(self) -> str:
        return self.code


class Audit(models.Model):
    """What an audit found of an item and lot in a carton, beside what should be there. Append-only."""

    id = models.BigAutoField(primary_key=True)
    carton = models.ForeignKey(Carton, on_delete=models.PROTECT, related_name="audits")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    lot = models.TextField(db_default="")
    expected = models.BigIntegerField()
    found = models.BigIntegerField()
    actor = models.TextField()
    audited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expected__gte=0, expected__lte=MOST), name="fulfilment_audit_expects_a_number"),
            models.CheckConstraint(condition=Q(found__gte=0, found__lte=MOST), name="fulfilment_audit_finds_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.found} of {self.expected}"


class DespatchAdvice(models.Model):
    """A supplier's despatch advice (ASN) as it came: what he shipped of a drop-ship order. Its number counts once for a supplier. Append-only."""

    id = models.BigAutoField(primary_key=True)
    supplier_order = models.ForeignKey(SupplierOrder, on_delete=models.PROTECT, related_name="advices")
    supplier = models.TextField()
    number = models.TextField()
    body = models.JSONField()
    units = models.BigIntegerField()
    despatched_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "number"], name="fulfilment_despatchadvice_once"),
            models.CheckConstraint(condition=Q(units__gt=0, units__lte=MOST), name="fulfilment_despatchadvice_is_of_something"),
        ]

    def __str__(self) -> str:
        return self.number
