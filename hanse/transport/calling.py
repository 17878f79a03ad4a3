"""Calling carriers: what was asked for in the ledger is put to the carriers, and what they answer is recorded by operations.

Each wish is claimed for some minutes before its carrier is called, outside any transaction. Without an answer it is asked again
with the same key, later each time, until there is one. Whoever dies between call and record has it asked again too.
"""

import base64
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import structlog
from django.db import connection

from hanse.fulfilment.papers import carton_label
from hanse.journal.asking import rows
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple

from . import tariffs
from .ports.port import Collection, Day, No, Package, Place, Port, Sending, Unanswered, Voided
from .ports.simulated import SimulatedPort
from .ports.table import TablePort
from .ports.with_karrio import KarrioPort, NotInstalled
from .record_label import RecordLabel, record_label
from .record_manifest import RecordManifest, record_manifest
from .record_pickup import RecordPickup, record_pickup
from .record_unsold import RecordUnsold, record_unsold
from .record_void import RecordVoid, record_void

AT_ONCE = 20
LEASE = timedelta(minutes=15)
WAITS = [timedelta(seconds=10), timedelta(seconds=30), *(timedelta(minutes=m) for m in (2, 10, 30, 60)), timedelta(hours=2)]
"""How long to wait after the first, second … call that got no answer; the last wait repeats."""
log = structlog.get_logger("hanse.carriers")

CLAIM = """
UPDATE {table} x SET calls = x.calls + 1, next_at = %(lease)s
  FROM (SELECT id FROM {table} WHERE next_at <= %(now)s ORDER BY next_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED) due
 WHERE x.id = due.id RETURNING x.id
"""
LATER = "UPDATE {table} SET next_at = %(next)s, trouble = %(trouble)s WHERE id = %(id)s AND calls = %(calls)s AND next_at IS NOT NULL"
ACCOUNT = "r.code, n.adapter, n.connector, n.account, n.secrets"
SITE = "ARRAY[s.name, s.street, s.postcode, s.city, s.country, s.region]"
LABELS = f"""
SELECT l.id, l.calls, l.key, l.state, l.bought_at IS NOT NULL, l.reference, {ACCOUNT}, l.service, s.code, {SITE},
       ARRAY[a.name, a.street, a.postcode, a.city, a.country, a.region, o.receiver], a.home, c.sscc, 'H-' || o.id,
       coalesce(c.weight_g, c.expected_g, 0) + coalesce((SELECT sum(coalesce(i.weight_g, i.expected_g, 0)) FROM fulfilment_carton i WHERE i.inside_id = c.id), 0)::bigint,
       coalesce(c.length_mm, t.outer_length_mm, 0), coalesce(c.width_mm, t.outer_width_mm, 0), coalesce(c.height_mm, t.outer_height_mm, 0), (%(now)s::timestamptz AT TIME ZONE s.zone)::date
  FROM transport_label l JOIN transport_carrier r ON r.id = l.carrier_id JOIN transport_connection n ON n.carrier_id = r.id
  JOIN fulfilment_carton c ON c.id = l.carton_id JOIN orders_order o ON o.id = c.order_id JOIN network_site s ON s.id = c.site_id
  JOIN partners_address a ON a.id = c.address_id LEFT JOIN network_cartontype t ON t.id = c.type_id
 WHERE l.id = ANY(%(ids)s) ORDER BY l.id
"""
MANIFESTS = f"""
SELECT m.id, m.calls, 'M-' || m.id || '-' || s.code, {ACCOUNT}, {SITE}, m.day, ARRAY(SELECT l.reference FROM transport_label l WHERE l.manifest_id = m.id ORDER BY l.id)
  FROM transport_manifest m JOIN network_site s ON s.id = m.site_id JOIN transport_carrier r ON r.id = m.carrier_id JOIN transport_connection n ON n.carrier_id = r.id
 WHERE m.id = ANY(%(ids)s) AND m.closed_at IS NULL AND m.refused_at IS NULL ORDER BY m.id
"""
PICKUPS = f"""
SELECT p.id, p.calls, 'P-' || p.id || '-' || s.code, {ACCOUNT}, {SITE}, p.day, p.ready_by, p.closes_at, p.parcels, p.weight_g, p.instructions, p.state, p.number, coalesce(b.number, '')
  FROM transport_pickup p JOIN network_site s ON s.id = p.site_id JOIN transport_carrier r ON r.id = p.carrier_id JOIN transport_connection n ON n.carrier_id = r.id
  LEFT JOIN transport_pickup b ON b.id = p.replaces_id
 WHERE p.id = ANY(%(ids)s) AND p.outcome = '' ORDER BY p.id
"""


class NoAccount(Exception):
    """A carrier cannot be called as its account is kept; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Account:
    """How a carrier is called."""

    carrier: str
    adapter: str
    connector: str
    account: str
    secrets: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is put to a carrier: of which row, for the how manieth time, and how."""

    id: int
    calls: int
    of: Account
    act: Callable[[Port], None]
    could_not: Callable[[str], None] | None = None
    """What follows where the carrier could never be called."""


def call_carriers() -> int:
    """Put all that is due to the carriers; gives how many calls were made."""
    made, again = 0, True
    while again:
        again = False
        for table, read in (("transport_label", _labels), ("transport_manifest", _manifests), ("transport_pickup", _pickups)):
            wishes = read(_claimed(table))
            _call(table, wishes)
            made, again = made + len(wishes), again or bool(wishes)
    return made


def port_of(of: Account) -> Port:
    """The port of a carrier, with its secrets out of the environment."""
    if of.adapter == "table":
        return TablePort(lambda sending: tariffs.offer(of.carrier, sending), carton_label)
    if of.adapter == "simulated":
        return SimulatedPort(of.carrier, _fields(of.account))
    secrets = _fields(of.secrets)
    if missing := sorted(variable for variable in secrets.values() if variable not in os.environ):
        raise NoAccount(f"The environment has no {', '.join(missing)}")
    given: dict[str, Any] = _fields(of.account) | {name: os.environ[variable] for name, variable in secrets.items()}
    if "test_mode" in given:
        given["test_mode"] = given["test_mode"].lower() in ("true", "yes", "1")
    return KarrioPort(of.connector, given)


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(text)
    return found


def _claimed(table: str) -> list[int]:
    """What is due, claimed so that nobody else asks for it meanwhile."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(table=table), {"now": now, "lease": now + LEASE, "most": AT_ONCE})
        return [id for (id,) in cursor.fetchall()]


def _call(table: str, wishes: Sequence[Wish]) -> None:
    """Put wishes to their carriers, one after the other; each answer is recorded before the next call."""
    ports: dict[Account, Port] = {}
    for wish in wishes:
        try:
            if wish.of not in ports:
                ports[wish.of] = port_of(wish.of)
            wish.act(ports[wish.of])
        except (NotInstalled, NoAccount) as why:
            if wish.could_not and wish.calls == 1:
                wish.could_not(str(why))
            else:
                _later(table, wish, str(why))
        except Unanswered as why:
            _later(table, wish, str(why))


def _later(table: str, wish: Wish, trouble: str) -> None:
    """Ask again, later each time."""
    log.warning("no answer", carrier=wish.of.carrier, what=table, id=wish.id, calls=wish.calls, trouble=trouble)
    with connection.cursor() as cursor:
        cursor.execute(LATER.format(table=table), {"id": wish.id, "calls": wish.calls, "next": clock.now() + WAITS[min(wish.calls, len(WAITS)) - 1], "trouble": trouble[:500]})


def _recorded(answers: Sequence[Any]) -> None:
    """An answer that cannot be recorded is none: it is shown as trouble and asked again."""
    for answer in answers:
        if isinstance(answer, Refused):
            raise Unanswered(f"The answer cannot be recorded: {answer.detail}")


# -- labels -----------------------------------------------------------------------------------------------------------------


def _labels(ids: Sequence[int]) -> list[Wish]:
    return [_label(*row) for row in rows(as_tuple, LABELS, ids=ids, now=clock.now())] if ids else []


def _label(id: int, calls: int, key: str, state: str, bought: bool, reference: str, *rest: Any) -> Wish:
    of, (service, site, sender, receiver, home, sscc, order, weight, length, width, height, on) = Account(*rest[:5]), rest[5:]
    if bought:
        return Wish(id, calls, of, lambda port: _void(port, id, key, reference))
    sending = Sending(key, service, site, Place(*sender), replace(Place(*receiver), home=home), Package(sscc, weight, length, width, height), order, on)
    return Wish(id, calls, of, lambda port: _buy(port, id, sending), lambda why: _recorded(record_unsold([RecordUnsold(id, why)], by=HANSE)))


def _buy(port: Port, label: int, sending: Sending) -> None:
    answer = port.buy(sending)
    if isinstance(answer, No):
        _recorded(record_unsold([RecordUnsold(label, answer.why)], by=HANSE))
        return
    sold = RecordLabel(label, answer.tracking, answer.amount, answer.currency, base64.b64encode(answer.document).decode(), answer.format, answer.reference)  # type: ignore[arg-type]
    _recorded(record_label([sold], by=HANSE, key=f"{sending.key}/{answer.tracking}"))


def _void(port: Port, label: int, key: str, reference: str) -> None:
    answer = port.void(key, reference)
    _recorded(record_void([RecordVoid(label, isinstance(answer, Voided), answer.why if isinstance(answer, No) else "")], by=HANSE))


# -- manifests and pickups ----------------------------------------------------------------------------------------------------


def _manifests(ids: Sequence[int]) -> list[Wish]:
    return [_manifest(*row) for row in rows(as_tuple, MANIFESTS, ids=ids)] if ids else []


def _manifest(id: int, calls: int, key: str, *rest: Any) -> Wish:
    of, (site, on, references) = Account(*rest[:5]), rest[5:]
    return Wish(id, calls, of, lambda port: _close(port, id, Day(key, Place(*site), tuple(references), on)))


def _close(port: Port, manifest: int, day: Day) -> None:
    answer = port.manifest(day)
    told = RecordManifest(manifest, False, why=answer.why) if isinstance(answer, No) else RecordManifest(manifest, True, answer.number, base64.b64encode(answer.document).decode())
    _recorded(record_manifest([told], by=HANSE))


def _pickups(ids: Sequence[int]) -> list[Wish]:
    return [_pickup(*row) for row in rows(as_tuple, PICKUPS, ids=ids)] if ids else []


def _pickup(id: int, calls: int, key: str, *rest: Any) -> Wish:
    of, (site, on, ready_by, closes_at, parcels, weight, instructions, state, number, replaces) = Account(*rest[:5]), rest[5:]
    if state == "cancel-asked" and number:
        return Wish(id, calls, of, lambda port: _cancel(port, id, number, on))
    wanted = Collection(key, Place(*site), on, ready_by, closes_at, parcels, weight, instructions, replaces)
    return Wish(id, calls, of, lambda port: _book(port, id, wanted), lambda why: _recorded(record_pickup([RecordPickup(id, "refused", why=why)], by=HANSE)))


def _book(port: Port, pickup: int, wanted: Collection) -> None:
    answer = port.book_pickup(wanted)
    told = RecordPickup(pickup, "refused", why=answer.why) if isinstance(answer, No) else RecordPickup(pickup, "booked", answer.number)
    _recorded(record_pickup([told], by=HANSE))


def _cancel(port: Port, pickup: int, number: str, on: date) -> None:
    answer = port.cancel_pickup(number, on)
    _recorded(record_pickup([RecordPickup(pickup, "refused", why=answer.why) if isinstance(answer, No) else RecordPickup(pickup, "cancelled")], by=HANSE))
