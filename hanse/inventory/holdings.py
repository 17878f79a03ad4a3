"""Holdings: what lies where, locked for the rest of the transaction: stock rows first, then balances, in key order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hanse.journal.run import Run

from . import ledger


@dataclass(frozen=True, slots=True)
class Spot:
    """An item and lot in an account of a site."""

    item: int
    site: int
    account: int
    lot: str = ""


@dataclass(slots=True)
class Holdings:
    """What lies in each spot with its claims, and what each site has with its reservations."""

    spots: dict[tuple[int, int, str], tuple[int, int]]
    sites: dict[tuple[int, int], tuple[int, int]]

    def taken_from(self) -> "Holdings":
        """The same holdings for a decision to take from."""
        return Holdings(dict(self.spots), dict(self.sites))

    def spot(self, spot: Spot) -> tuple[int, int]:
        """(on hand, claimed by pick tasks) in a spot."""
        return self.spots.get((spot.item, spot.account, spot.lot), (0, 0))

    def site(self, spot: Spot) -> tuple[int, int]:
        """(on hand, reserved for orders) of the item at the site."""
        return self.sites.get((spot.item, spot.site), (0, 0))

    def book(self, spot: Spot, quantity: int, sellable: bool = True) -> None:
        """Count `quantity` units (negative: taken away) in a spot, and in the site's stock when it is a bin."""
        on_hand, claimed = self.spot(spot)
        self.spots[(spot.item, spot.account, spot.lot)] = (on_hand + quantity, claimed)
        if sellable:
            on_hand, reserved = self.site(spot)
            self.sites[(spot.item, spot.site)] = (on_hand + quantity, reserved)


STOCK = "SELECT item_id, site_id, on_hand, reserved FROM inventory_stock WHERE (item_id, site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[]))"
BALANCES = """
SELECT account_id, item_id, lot, on_hand, reserved FROM inventory_balance
 WHERE (account_id, item_id, lot) IN (SELECT * FROM unnest(%(account)s::bigint[], %(item)s::bigint[], %(lot)s::text[]))
"""


def holdings(run: Run, spots: Collection[Spot]) -> Holdings:
    """What lies in these spots and at their sites, locked."""
    wanted: Sequence[Spot] = list(dict.fromkeys(spots))
    if not wanted:
        return Holdings({}, {})
    at_site = run.rows(lambda item, site, *held: ((item, site), held), STOCK + " ORDER BY item_id, site_id FOR UPDATE", wanted)
    in_spot = run.rows(lambda account, item, lot, *held: ((item, account, lot), held), BALANCES + " ORDER BY item_id, account_id, lot FOR UPDATE", wanted)
    return Holdings(dict(in_spot), dict(at_site))


def accounts(run: Run, wanted: Collection[tuple[str, int, str]]) -> dict[tuple[str, int, str], int]:
    """The accounts of these (kind, site, code), opened where they do not exist yet."""
    found = ledger.places(run, [ledger.Place(*w) for w in dict.fromkeys(wanted)])
    return {(p.kind, p.site, p.code): id for p, id in found.items()}
