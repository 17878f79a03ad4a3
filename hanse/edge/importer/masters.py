"""Masters: items, parties and sites from files of their own, or from the rows of orders that name them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from hanse.catalogue.events import ItemKept
from hanse.catalogue.keep import KeepItem, keep_items
from hanse.journal.operation import Operation
from hanse.journal.principals import Principal
from hanse.kernel.refused import Refused, refuse
from hanse.network.events import SiteKept
from hanse.network.keep import KeepSite, keep_sites
from hanse.partners.addresses import AddressGiven
from hanse.partners.events import PartyKept
from hanse.partners.keep import KeepParty, keep_parties

from .asks import Filled, checked, filled, left_out, taken
from .fields import Around, value_of
from .formats import Wrong
from .mapping import Section, kinds_of
from .orders import Brought
from .reading import Row, rows_of
from .rejects import Tally

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Master:
    """One kind of master: its ask and operation, the field that names it, and who is there already."""

    ask: type
    operation: Operation
    code: str
    known: str
    kept: type


MASTERS: Mapping[str, Master] = {
    "sites": Master(KeepSite, keep_sites, "code", "SELECT code FROM network_site WHERE code = ANY(%s::text[])", SiteKept),
    "parties": Master(KeepParty, keep_parties, "code", "SELECT code FROM partners_party WHERE code = ANY(%s::text[])", PartyKept),
    "items": Master(KeepItem, keep_items, "sku", "SELECT sku FROM catalogue_item WHERE sku = ANY(%s::text[])", ItemKept),
}


def ask_of(section: Section, kind: Master, fields: Filled, nr: int, row: Row) -> Any | Refused:
    """The ask in a row, or why there is none."""
    try:
        values = taken(fields, row) | fixed(section)
        if "address" in values:
            values["addresses"] = [values.pop("address")]
        return checked(kind.ask, values)
    except Wrong as wrong:
        return refuse("row-unreadable", row=nr, why=str(wrong))


def fixed(section: Section) -> dict[str, Any]:
    """Fields of a section that are lists: they are the same for every row."""
    return {name: spec["value"] for name, spec in section.take.items() if isinstance(spec, dict) and isinstance(spec.get("value"), list)}


def _fields(section: Section, kind: Master, around: Around) -> Filled:
    kinds = kinds_of(kind.ask) | dict.fromkeys(fixed(section), "text")
    if kind.ask is KeepParty:
        kinds |= {f"address.{name}": of for name, of in kinds_of(AddressGiven).items()}
    return filled(section, kinds, around, leave=list(fixed(section)))


def from_file(section: Section, tally: Tally, around: Around) -> Iterable[tuple[int, Row, Any]]:
    """Every row of a file of masters with its ask, or with why it is rejected."""
    kind = MASTERS[section.name]
    fields, out, width = _fields(section, kind, around), left_out(section, around), len(tally.source.header)
    for nr, row in rows_of(tally.source):
        if len(row) != width:
            yield nr, row, refuse("row-unreadable", row=nr, why=f"it has {len(row)} fields, the line of column names has {width}")
        else:
            yield nr, row, out(row) or ask_of(section, kind, fields, nr, row)


@dataclass(slots=True)
class Named:
    """Masters that orders name in their own rows: each is brought in the first time it is met, where it is new."""

    section: Section
    around: Around
    seen: set[str] = field(default_factory=set)

    def of(self, orders: Sequence[Brought]) -> list[Any]:
        """The asks for those that these orders name first. A wrong one is left to its order's refusal."""
        kind = MASTERS[self.section.name]
        fields = _fields(self.section, kind, self.around)
        code = value_of(self.section.take[kind.code], "text", self.around, f"{self.section.name}.take.{kind.code}")
        fresh: dict[str, Row] = {}
        for order in orders:
            for row in order.lines if self.section.taken_from == "lines" else [order.header]:
                name = code(row)
                if name and name not in self.seen:
                    self.seen.add(name)
                    fresh[name] = row
        known = _known(kind, list(fresh)) if fresh else set()
        asks = [ask_of(self.section, kind, fields, 0, row) for name, row in fresh.items() if name not in known]
        return [a for a in asks if not isinstance(a, Refused)]


def _known(kind: Master, codes: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(kind.known, [codes])
        return {code for (code,) in cursor.fetchall()}


def keep(name: str, asks: Sequence[Any], by: Principal) -> list[Any]:
    """Bring masters in by their operation, in batches."""
    kind = MASTERS[name]
    return [answer for at in range(0, len(asks), BATCH) for answer in kind.operation(asks[at:at + BATCH], by=by)]
