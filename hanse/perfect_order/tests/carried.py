"""Many parcels at once, as scorecards need them: copies of one order, sent by a carrier on a lane, on time or late and by whose hours."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from hanse.transport.tests.road import carriers


@dataclass(frozen=True, slots=True)
class Load:
    """So many parcels of a carrier from a site, due on a day; the first `late` of them came `days_late` days after it."""

    carrier: str
    site: str
    due_on: date
    parcels: int
    late: int = 0
    days_late: int = 2
    hours: dict[str, int] = field(default_factory=lambda: {"carrier": 40})


def carried(given: Any, loads: list[Load], lanes: dict[str, int]) -> None:
    """Sites with lanes to DE, and these parcels, each of an order of its own with its verdict."""
    carriers()
    item = given.item(name="Ball bearing 6204, sealed")
    sites = [given.site(code, lanes={"DE": days}) for code, days in lanes.items()]
    given.customer(), given.stocked(item, sites[0], 5)
    model = int(given.order(("BRG-6204", 5))[2:])
    for load in loads:
        _load(model, load)


def _load(model: int, load: Load) -> None:
    top = "(SELECT coalesce(max(id), 0) FROM {})".format
    many = f"generate_series(1, {load.parcels}) AS g(nr)"
    given = {"model": model, "due_on": load.due_on, "carrier": load.carrier, "site": load.site, "late": load.late, "days_late": load.days_late, "found": json.dumps(
        {"of": {}, "lines": [], "late": [{"stages": [owner], "owner": owner, "hours": hours} for owner, hours in load.hours.items()]}), "owner": max(load.hours, key=lambda o: load.hours[o])}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {top('orders_order')}, {top('orders_line')}, {top('transport_shipment')}, {top('transport_parcel')}, {top('fulfilment_content')}")
        order, line, shipment, parcel, content = cursor.fetchone()
        _copy(cursor, "orders_order", {"id": f"{order} + g.nr", "ref": f"'R-' || {order} + g.nr"}, f"t.id = {model}", many)
        _copy(cursor, "orders_line", {"id": f"{line} + g.nr", "order_id": f"{order} + g.nr", "first_promised_on": f"'{load.due_on}'::date", "requested_on": f"'{load.due_on}'::date"}, f"t.order_id = {model}", many)
        given |= {"order": order, "line": line, "shipment": shipment, "parcel": parcel, "content": content, "parcels": load.parcels}
        cursor.execute("""
            INSERT INTO transport_shipment (id, order_id, site_id, carrier_id, address_id, handed_over_at, actor)
            SELECT %(shipment)s + nr, %(order)s + nr, w.id, r.id, o.ship_to_id, %(due_on)s::date - interval '1 day' + interval '15 hours', 'ann'
              FROM generate_series(1, %(parcels)s) nr, network_site w, transport_carrier r, orders_order o WHERE w.code = %(site)s AND r.code = %(carrier)s AND o.id = %(model)s""", given)
        cursor.execute("""
            INSERT INTO fulfilment_content (id, carton_id, allocation_id, line_id, item_id, quantity)
            SELECT %(content)s + nr, 10^9 + %(parcel)s + nr, 1, %(line)s + nr, (SELECT min(id) FROM catalogue_item), 5 FROM generate_series(1, %(parcels)s) nr""", given)
        cursor.execute("""
            INSERT INTO transport_parcel (id, carton_id, shipment_id, carrier_id, tracking, units, state, delivered_at)
            SELECT %(parcel)s + nr, 10^9 + %(parcel)s + nr, %(shipment)s + nr, r.id, 'T-' || %(parcel)s + nr, 5, 'delivered',
                   %(due_on)s::date + interval '10 hours' + CASE WHEN nr <= %(late)s THEN %(days_late)s ELSE 0 END * interval '1 day'
              FROM generate_series(1, %(parcels)s) nr, transport_carrier r WHERE r.code = %(carrier)s""", given)
        cursor.execute("""
            INSERT INTO transport_trackingevent (carrier_id, tracking, code, state, happened_at, recorded_at)
            SELECT r.id, 'T-' || %(parcel)s + nr, 'OR', 'picked-up', at, at
              FROM generate_series(1, %(parcels)s) nr, transport_carrier r,
                   LATERAL (SELECT %(due_on)s::date - interval '1 day' + interval '16 hours' + nr %% 7 * interval '40 minutes') e(at) WHERE r.code = %(carrier)s""", given)
        cursor.execute("""
            INSERT INTO transport_proof (parcel_id, delivered_at, receiver, condition, recorded_at, actor)
            SELECT p.id, p.delivered_at, 'F.', CASE WHEN p.id %% 97 = 0 THEN 'crushed' ELSE '' END, p.delivered_at + interval '2 hours' * (p.id %% 13), 'ann'
              FROM transport_parcel p WHERE p.id > %(parcel)s AND p.id <= %(parcel)s + %(parcels)s""", given)
        cursor.execute("""
            INSERT INTO perfect_order_verdict (order_id, due_on, known_from, state, rules, in_time, lines, lines_perfect, lines_judged, net, currency, hours_late, causes, found, customer_id, site, carrier, country)
            SELECT %(order)s + nr, %(due_on)s, %(due_on)s, 'provisional', 1, nr > %(late)s, 1, 0, 0, 50, 'EUR', CASE WHEN nr <= %(late)s THEN 40 END,
                   CASE WHEN nr <= %(late)s THEN jsonb_build_object('time', jsonb_build_array('late', %(owner)s::text)) ELSE '{}' END,
                   CASE WHEN nr <= %(late)s THEN %(found)s::jsonb ELSE '{"of": {}, "lines": [], "late": []}' END, o.customer_id, %(site)s, %(carrier)s, 'DE'
              FROM generate_series(1, %(parcels)s) nr, orders_order o WHERE o.id = %(model)s""", given)


def _copy(cursor: Any, table: str, changes: dict[str, str], where: str, many: str) -> None:
    """Copies of a row with other values in some columns."""
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table])
    columns = [name for (name,) in cursor.fetchall()]
    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(changes.get(c, f't.{c}') for c in columns)} FROM {table} t, {many} WHERE {where}")
