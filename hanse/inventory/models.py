"""The stock ledger: accounts, movements between them, guarded balances, stock by site, lots, serials, inbound.

Only `ledger.post` writes movements, balances and stock; movements are append-only for the server's role.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hanse.catalogue.models import Item
from hanse.journal.models import CurrentXact
from hanse.network.models import Site

MOST = 10**18
KINDS = ["bin", "tote", "carton", "transit", "quarantine", "doubt", "supplier", "customer", "missing", "scrap", "opening"]
GUARDED = ["bin", "tote", "carton", "transit", "quarantine", "doubt"]
"""Accounts whose balance is kept and can never go below zero; the others are the world outside."""


class Account(models.Model):
    """A place in the ledger: a bin, a tote, a carton, or a virtual place such as missing or customer."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    code = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "code"], name="inventory_account_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="inventory_account_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}".strip()


class Movement(models.Model):
    """So many units of an item went from one account to another, and why. Never changed, never deleted.

    Accounts and items are not foreign keys: whoever posts has found them, and `hanse verify` proves them, for
    at several movements a unit the checks would cost more than the rest of the posting.
    """

    id = models.BigAutoField(primary_key=True)
    xact = models.BigIntegerField(db_default=CurrentXact())
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    source = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    target = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    lot = models.TextField(db_default="")
    serial = models.TextField(db_default="")
    quantity = models.BigIntegerField()
    act = models.TextField()
    document = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    actor = models.TextField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("item", "id", name="inventory_movement_item")]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=MOST), name="inventory_movement_moves_something"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="inventory_movement_has_two_sides"),
            models.CheckConstraint(condition=Q(serial="") | Q(quantity=1), name="inventory_movement_of_a_serial_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.quantity}"


class Balance(models.Model):
    """What lies in a guarded account, per item and lot; `reserved` is what tasks have claimed of it.

    In doubt means that the bin is to be counted: until then no task is raised on what lies there.
    """

    pk = models.CompositePrimaryKey("account_id", "item_id", "lot")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    lot = models.TextField(db_default="")
    on_hand = models.BigIntegerField(db_default=0)
    reserved = models.BigIntegerField(db_default=0)
    in_doubt = models.BooleanField(db_default=False)

    class Meta:
        indexes = [models.Index("item", name="inventory_balance_of_item")]
        constraints = [
            models.CheckConstraint(condition=Q(on_hand__gte=0, on_hand__lte=MOST), name="inventory_balance_never_below_zero"),
            models.CheckConstraint(condition=Q(reserved__gte=0, reserved__lte=F("on_hand")), name="inventory_balance_claims_what_is_there"),
        ]


class Stock(models.Model):
    """What a site can sell of an item: on hand in its bins, and reserved for orders out of it."""

    pk = models.CompositePrimaryKey("item_id", "site_id")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_index=False)
    on_hand = models.BigIntegerField(db_default=0)
    reserved = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(on_hand__gte=0, on_hand__lte=MOST), name="inventory_stock_never_below_zero"),
            models.CheckConstraint(condition=Q(reserved__gte=0, reserved__lte=F("on_hand")), name="inventory_stock_never_oversold"),
        ]


LOT_STATES = ["released", "held", "recalled"]


class Lot(models.Model):
    """A lot of an item with its dates; a missing expiry sorts last. One that is held or recalled is neither sold, picked, packed nor handed over."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    code = models.TextField()
    made_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    status = models.TextField(db_default="released")
    reason = models.TextField(db_default="")
    status_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "code"], name="inventory_lot_once"),
            models.CheckConstraint(condition=Q(status__in=LOT_STATES), name="inventory_lot_status_is_known"),
        ]

    def __str__(self) -> str:
        return self.code


class Serial(models.Model):
    """One unit known by its serial: in exactly one account at any time."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    code = models.TextField()
    lot = models.TextField(db_default="")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="inventory_serial_once")]

    def __str__(self) -> str:
        return self.code


class DropShip(models.Model):
    """An item that a supplier ships for us from his site, from a day on: in how many of his working days, and how many he has.

    `told` is what he said last; nothing where he ships as many as are wanted. A later version follows from its day.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    lead_days = models.SmallIntegerField()
    told = models.BigIntegerField(null=True)
    told_at = models.DateTimeField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "site", "from_on"], name="inventory_dropship_once_a_day"),
            models.CheckConstraint(condition=Q(lead_days__gte=0, lead_days__lte=365), name="inventory_dropship_lead_in_range"),
            models.CheckConstraint(condition=Q(told__isnull=True) | Q(told__gte=0, told__lte=MOST), name="inventory_dropship_tells_a_number"),
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="inventory_dropship_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} from {self.site_id}"


class Inbound(models.Model):
    """Supply on its way to a site: how much is due when, how much came. The date's history is in the journal."""

    id = models.BigAutoField(primary_key=True)
    ref = models.TextField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    supplier = models.TextField(db_default="")
    quantity = models.BigIntegerField()
    received = models.BigIntegerField(db_default=0)
    first_due_on = models.DateField()
    due_on = models.DateField()
    safety_share = models.SmallIntegerField(db_default=0)

    class Meta:
        indexes = [models.Index("item", "due_on", name="inventory_inbound_open", condition=Q(received__lt=F("quantity")))]
        constraints = [
            models.UniqueConstraint(fields=["ref", "item", "site"], name="inventory_inbound_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0, quantity__lte=MOST), name="inventory_inbound_counts_units"),
            models.CheckConstraint(condition=Q(received__gte=0, received__lte=F("quantity")), name="inventory_inbound_never_overtakes"),
            models.CheckConstraint(condition=Q(safety_share__gte=0, safety_share__lte=100), name="inventory_inbound_share_in_range"),
        ]

    def __str__(self) -> str:
        return self.ref


class Count(models.Model):
    """A bin was counted: what the ledger expected, what was found. The difference is a movement.

    `task` is the count task that it answers; the record was right when it is off by no more than `allowed` units.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    lot = models.TextField(db_default="")
    expected = models.BigIntegerField()
    counted = models.BigIntegerField()
    reason = models.TextField(db_default="")
    actor = models.TextField()
    counted_at = models.DateTimeField()
    task = models.BigIntegerField(null=True)
    allowed = models.BigIntegerField(db_default=0)

    class Meta:
        indexes = [models.Index("account", "item", "lot", "counted_at", name="inventory_count_of_a_record")]
        constraints = [
            models.CheckConstraint(condition=Q(allowed__gte=0, allowed__lte=MOST), name="inventory_count_allows_a_number"),
            models.CheckConstraint(condition=Q(expected__gte=0, expected__lte=MOST), name="inventory_count_expects_a_number"),
            models.CheckConstraint(condition=Q(counted__gte=0, counted__lte=MOST), name="inventory_count_finds_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.counted} of {self.expected}"


class Face(models.Model):
    """An item's pick face: at `least` units or below, it is filled up to `most` from reserve."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    bin = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    least = models.BigIntegerField()
    most = models.BigIntegerField()

    class Meta:
        indexes = [models.Index("item", "site", name="inventory_face_of_item"), models.Index("site", "id", name="inventory_face_of_site")]
        constraints = [
            models.UniqueConstraint(fields=["bin", "item"], name="inventory_face_once"),
            models.CheckConstraint(condition=Q(least__gte=0, least__lt=F("most")), name="inventory_face_fills_up"),
            models.CheckConstraint(condition=Q(most__gt=0, most__lte=MOST), name="inventory_face_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.least} to {self.most}"


class MoveTask(models.Model):
    """Carry so many units (claimed in their bin) to a pick face. Answered once; `orders` wait for it."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.TextField(db_default="")
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    moved = models.BigIntegerField(null=True)
    urgent = models.BooleanField(db_default=False)
    orders = ArrayField(models.TextField(), db_default=[])
    reason = models.TextField(db_default="")
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    actor = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index("site", "id", name="inventory_movetask_open", condition=Q(closed_at__isnull=True)),
            models.Index("target", "item", name="inventory_movetask_comes", condition=Q(closed_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=MOST), name="inventory_movetask_asks_for_something"),
            models.CheckConstraint(condition=Q(moved__isnull=True) | Q(moved__gte=0, moved__lte=F("quantity")), name="inventory_movetask_moves_what_is_asked"),
            models.CheckConstraint(condition=Q(closed_at__isnull=True, moved__isnull=True) | Q(closed_at__isnull=False, moved__isnull=False), name="inventory_movetask_is_answered_whole"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="inventory_movetask_has_two_sides"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} to {self.target_id}"


CAUSES = ["short", "zero", "plan"]
CLASSES = ["", "A", "B", "C"]


class CountTask(models.Model):
    """Count an item (and lot) in a bin, without being told what should lie there. One is open for each at a time.

    `first_counted` by `first_by` was off by more than allowed: somebody else counts again. After a short pick
    `first_by` is who found it short.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    bin = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.TextField(db_default="")
    cause = models.TextField()
    abc = models.TextField(db_default="")
    permille = models.IntegerField(db_default=0)
    document = models.TextField(db_default="")
    first_counted = models.BigIntegerField(null=True)
    first_by = models.TextField(db_default="")
    raised_at = models.DateTimeField()
    raised_on = models.DateField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("site", "id", name="inventory_counttask_open", condition=Q(closed_at__isnull=True)),
            models.Index("site", "raised_on", name="inventory_counttask_of_a_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bin", "item", "lot"], condition=Q(closed_at__isnull=True), name="inventory_counttask_once"),
            models.CheckConstraint(condition=Q(cause__in=CAUSES), name="inventory_counttask_cause_is_known"),
            models.CheckConstraint(condition=Q(abc__in=CLASSES), name="inventory_counttask_class_is_known"),
            models.CheckConstraint(condition=Q(permille__gte=0, permille__lte=1000), name="inventory_counttask_tolerates_a_part"),
            models.CheckConstraint(condition=Q(first_counted__isnull=True) | Q(first_counted__gte=0, first_counted__lte=MOST), name="inventory_counttask_finds_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.bin_id}"


class CountPlan(models.Model):
    """How often a site counts, from a day on until its next plan: by classes of the value that moves.

    Items that make the first `a_share` percent of the value are A, those up to `b_share` are B, the rest is C.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_on = models.DateField()
    a_share = models.SmallIntegerField()
    b_share = models.SmallIntegerField()
    a_days = models.IntegerField()
    b_days = models.IntegerField()
    c_days = models.IntegerField()
    a_permille = models.IntegerField()
    b_permille = models.IntegerField()
    c_permille = models.IntegerField()
    actor = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "starts_on"], name="inventory_countplan_once"),
            models.CheckConstraint(condition=Q(a_share__gte=0, a_share__lte=F("b_share"), b_share__lte=100), name="inventory_countplan_shares_in_range"),
            models.CheckConstraint(
                condition=Q(a_days__gte=1, a_days__lte=F("b_days"), b_days__lte=F("c_days"), c_days__lte=3650), name="inventory_countplan_a_is_counted_most_often"),
            models.CheckConstraint(
                condition=Q(a_permille__gte=0, a_permille__lte=1000, b_permille__gte=0, b_permille__lte=1000, c_permille__gte=0, c_permille__lte=1000),
                name="inventory_countplan_tolerates_a_part"),
        ]

    def __str__(self) -> str:
        return f"from {self.starts_on}"
