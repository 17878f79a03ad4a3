"""The stock ledger: accounts, movements between them, guarded balances, stock by site, lots, serials, inbound.

Only `ledger.post` writes movements, balances and stock; movements are append-only for the server's role.
"""

from django.db import models
from django.db.models import F, Q

from hanse.catalogue.models import Item
from hanse.journal.models import CurrentXact
from hanse.network.models import Site

MOST = 10**18
KINDS = ["bin", "tote", "carton", "transit", "quarantine", "supplier", "customer", "missing", "scrap", "opening"]
GUARDED = ["bin", "tote", "carton", "transit", "quarantine"]
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

    Accounts and items are not foreign keys: `ledger.post` finds them, and `hanse verify` proves them, for
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
    """What lies in a guarded account, per item and lot; `reserved` is what pick tasks have claimed of it."""

    pk = models.CompositePrimaryKey("account_id", "item_id", "lot")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    lot = models.TextField(db_default="")
    on_hand = models.BigIntegerField(db_default=0)
    reserved = models.BigIntegerField(db_default=0)

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

    class Meta:
        indexes = [models.Index("item", "due_on", name="inventory_inbound_open", condition=Q(received__lt=F("quantity")))]
        constraints = [
            models.UniqueConstraint(fields=["ref", "item", "site"], name="inventory_inbound_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0, quantity__lte=MOST), name="inventory_inbound_counts_units"),
            models.CheckConstraint(condition=Q(received__gte=0, received__lte=F("quantity")), name="inventory_inbound_never_overtakes"),
        ]

    def __str__(self) -> str:
        return self.ref


class Count(models.Model):
    """A bin was counted: what the ledger expected, what was found. The difference is a movement."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    lot = models.TextField(db_default="")
    expected = models.BigIntegerField()
    counted = models.BigIntegerField()
    reason = models.TextField(db_default="")
    actor = models.TextField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expected__gte=0, expected__lte=MOST), name="inventory_count_expects_a_number"),
            models.CheckConstraint(condition=Q(counted__gte=0, counted__lte=MOST), name="inventory_count_finds_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.counted} of {self.expected}"
