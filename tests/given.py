"""`given`: the company a test starts from. Says only what the reader needs; the rest is filled in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection, transaction

from hanse.catalogue.models import Item
from hanse.inventory import ledger
from hanse.journal.events import fact_of
from hanse.journal.models import Event
from hanse.journal.run import Run
from hanse.kernel import clock
from hanse.network.models import Bin, Lane, Site
from hanse.partners.models import Address, Party

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""Test time: a Monday morning, unless a test says otherwise."""


class Given:
    """Builds masters and stock, reads back what happened. Users: ann (may do everything), and one per role."""

    def __init__(self) -> None:
        for name, superuser in [("ann", True), ("eve", False)]:
            User.objects.get_or_create(username=name, defaults={"is_superuser": superuser, "is_staff": superuser})

    def user(self, name: str, *roles: str) -> User:
        user, _ = User.objects.get_or_create(username=name)
        for role in roles:
            user.groups.add(Group.objects.get_or_create(name=role)[0])
        return user

    def item(self, sku: str = "BRG-6204", price: str | None = "10.00", **fields: Any) -> Item:
        made = Item(sku=sku, name=fields.pop("name", sku), price=Decimal(price) if price else None, **({"weight_g": 100} | fields))
        made.save()
        return Item.objects.get(pk=made.pk)

    def customer(self, code: str = "REUTER", country: str = "DE", **fields: Any) -> Party:
        made = Party(code=code, name=fields.pop("name", code), roles=["customer"], **fields)
        made.save()
        Address.objects.create(
            party=made, code="main", version=1, name=made.name, street="Kabutzenhof 21", postcode="18057", city="Rostock",
            country=country, zone="Europe/Berlin", since=MONDAY,
        )
        return Party.objects.get(pk=made.pk)

    def site(self, code: str = "HAM", lanes: dict[str, int] | None = None, **fields: Any) -> Site:
        """A site with a bin `A-01`, and lanes to countries in working days (DE: 1 unless said)."""
        made = Site(code=code, name=code, country=fields.pop("country", "DE"), **({"zone": "Europe/Berlin", "sscc_prefix": "4012345"} | fields))
        made.save()
        Bin.objects.create(site=made, code="A-01", walk=1)
        for country, days in ({"DE": 1} if lanes is None else lanes).items():
            Lane.objects.create(site=made, country=country, days=days, cost=Decimal("5.00"))
        return Site.objects.get(pk=made.pk)

    def stocked(self, item: Item, site: Site, quantity: int, bin: str = "A-01", lot: str = "") -> None:
        """Put units of an item into a bin of a site, straight from the supplier."""
        Bin.objects.get_or_create(site=site, code=bin)
        with self.run() as run:
            place, supplier = ledger.Place("bin", site.pk, bin), ledger.Place("supplier", site.pk)
            found = ledger.places(run, [place, supplier])
            source, target = (ledger.Account(found[p], p.kind, p.site) for p in (supplier, place))
            ledger.post(run, [ledger.Movement(item.pk, source, target, quantity, "StockReceived", "given", lot=lot)])

    def order(self, *lines: tuple[str, int], customer: str = "REUTER", **fields: Any) -> str:
        """Place an order through the real operation; gives its number."""
        from hanse.orders.place import Place, PlaceLine, place

        [placed] = place([Place(customer, tuple(PlaceLine(sku, quantity) for sku, quantity in lines), **fields)], by="ann")
        return placed.order

    def stock(self, site: Site | None = None) -> dict[str, int]:
        """Units per kind of account, zeros left out: {"bin": 3, "tote": 2}; of guarded accounts the balance."""
        sql = """
            SELECT a.kind, sum(s.quantity)::bigint FROM (
              SELECT target_id AS account, quantity FROM inventory_movement UNION ALL SELECT source_id, -quantity FROM inventory_movement) s
              JOIN inventory_account a ON a.id = s.account WHERE a.kind <> 'supplier' AND (%(site)s::bigint IS NULL OR a.site_id = %(site)s)
             GROUP BY a.kind HAVING sum(s.quantity) <> 0"""
        with connection.cursor() as cursor:
            cursor.execute(sql, {"site": site.pk if site else None})
            return dict(cursor.fetchall())

    def free(self, item: Item, site: Site) -> tuple[int, int]:
        """(on hand, reserved) of an item at a site."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT on_hand, reserved FROM inventory_stock WHERE item_id = %s AND site_id = %s", [item.pk, site.pk])
            return cursor.fetchone() or (0, 0)

    def told(self, *kinds: str) -> list[Any]:
        """The facts of these kinds in the journal, oldest first."""
        return [fact_of(e.kind, e.body) for e in Event.objects.filter(kind__in=kinds).order_by("id")]

    @contextmanager
    def run(self, operation: str = "given") -> Iterator[Run]:
        """A run for calling a set function directly."""
        with transaction.atomic():
            run = Run(operation, clock.now(), [("ann", None)])
            yield run
            run.flush()


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent meanwhile, begin and commit left out."""
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *words: Any) -> Any:
        sent.append(sql)
        return execute(sql, *words)

    with connection.execute_wrapper(note):
        yield sent
