"""Keep sites: add those that are new, change those that are known, with zones, bins and lanes.

A site is known by its code. What an ask leaves unsaid stays as it is; a new one needs its country and gets a
bin DOCK, where arriving goods lie. Bins are added or changed, never taken away: stock may lie there. Lanes, when
given, are all lanes of the site.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Country, Name, Short, ask
from hanse.kernel.places import zone_of
from hanse.kernel.refused import Refused, refuse_all
from hanse.kernel.rows import as_tuple

from .events import SiteAdded, SiteChanged, SiteKept
from .place import FIELDS, BinGiven, LaneGiven, Place, Role, Weekday, wrong_lanes, wrong_place

DOCK = BinGiven("DOCK")
DEGREE, CENTIMETRE = Decimal("0.000001"), Decimal("0.01")


@ask
class KeepSite:
    """A site as it should be. Without a zone it has its country's, where all clocks of that show the same, else UTC.

    On its working days it works from `opens` until `closes`, the next day where that is not later; round the clock where both are the same.
    """

    code: Code
    country: Country | None = None
    name: Name | None = None
    zone: Short | None = None
    region: Short | None = None
    workdays: Annotated[tuple[Weekday, ...], MaxLen(7)] | None = None
    cut_off: time | None = None
    opens: time | None = None
    closes: time | None = None
    priority: Annotated[int, Ge(0), Le(100)] | None = None
    street: Short | None = None
    postcode: Short | None = None
    city: Short | None = None
    gln: Short | None = None
    latitude: Annotated[Decimal, Ge(-90), Le(90)] | None = None
    longitude: Annotated[Decimal, Ge(-180), Le(180)] | None = None
    sscc_prefix: Short | None = None
    pack_scan: Literal["none", "first", "every"] | None = None
    tote_scan: bool | None = None
    audit_percent: Annotated[int, Ge(0), Le(100)] | None = None
    weight_tolerance_g: Annotated[int, Ge(0), Le(100_000)] | None = None
    weight_tolerance_percent: Annotated[int, Ge(0), Le(100)] | None = None
    active: bool | None = None
    supplier: Short | None = None
    zones: Annotated[tuple[Code, ...], MaxLen(1_000)] = ()
    bins: Annotated[tuple[BinGiven, ...], MaxLen(50_000)] = ()
    lanes: Annotated[tuple[LaneGiven, ...], MaxLen(5_000)] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Sites by code, and of each site its zones, its bins by code and its lanes."""

    places: Mapping[str, Place]
    zones: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bins: Mapping[tuple[str, str], BinGiven] = field(default_factory=dict)
    lanes: Mapping[str, tuple[LaneGiven, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Changed:
    """What a decision wants written, by site."""

    places: dict[str, Place] = field(default_factory=dict)
    zones: dict[tuple[str, str], None] = field(default_factory=dict)
    bins: dict[tuple[str, str], BinGiven] = field(default_factory=dict)
    lanes: dict[str, tuple[LaneGiven, ...]] = field(default_factory=dict)


Answer = SiteAdded | SiteChanged | SiteKept | Refused


def decide(asks: Sequence[KeepSite], known: Known) -> tuple[list[Answer], Changed]:
    """Answer each ask and say what to write; later asks see earlier ones."""
    answers: list[Answer] = []
    changed, there = Changed(), dict(known.bins)
    for ask in asks:
        before = changed.places.get(ask.code, known.places.get(ask.code))
        after = _said(before or Place(ask.code, "", name=ask.code, zone=zone_of(ask.country or "")), ask)
        if wrong := [*wrong_place(after), *wrong_lanes(ask.lanes or ())]:
            answers.append(refuse_all(wrong))
            continue
        bins = _bins(ask, new=before is None, known=there)
        zones = [z for z in dict.fromkeys([*ask.zones, *(b.zone for b in bins if b.zone)])
                 if z not in known.zones.get(ask.code, ()) and (ask.code, z) not in changed.zones]
        lanes = None if ask.lanes is None else tuple(sorted((replace(x, transit_on=tuple(sorted({*x.transit_on}))) for x in ask.lanes), key=lambda lane: (lane.country, lane.region)))
        if lanes == changed.lanes.get(ask.code, known.lanes.get(ask.code, ())):
            lanes = None
        answers.append(_answer(before, after, zones, bins, lanes))
        if after != before:
            changed.places[ask.code] = after
        changed.zones |= {(ask.code, z): None for z in zones}
        for b in bins:
            changed.bins[(ask.code, b.code)] = there[(ask.code, b.code)] = b
        changed.lanes |= {} if lanes is None else {ask.code: lanes}
    return answers, changed


def _said(place: Place, ask: KeepSite) -> Place:
    """The site with everything the ask says about it."""
    said = {name: value for name in FIELDS if (value := getattr(ask, name)) is not None and value != ""}
    said |= {name: said[name].quantize(DEGREE) for name in ("latitude", "longitude") if name in said}
    said |= {"workdays": tuple(sorted({*ask.workdays}))} if ask.workdays is not None else {}
    return replace(place, **said)


def _bins(ask: KeepSite, new: bool, known: Mapping[tuple[str, str], BinGiven]) -> list[BinGiven]:
    """The bins that are new or differ; a new site has a dock."""
    given = {b.code: replace(b, x_m=b.x_m.quantize(CENTIMETRE), y_m=b.y_m.quantize(CENTIMETRE), role=_role(b, known.get((ask.code, b.code))))
             for b in ([DOCK, *ask.bins] if new else ask.bins)}
    return [b for b in given.values() if known.get((ask.code, b.code)) != b]


def _role(bin: BinGiven, known: BinGiven | None) -> Role:
    """What a bin is for: as said, else as it is known."""
    return bin.role or (known.role if known else "dock" if bin.code == DOCK.code else "pick-face")


def _answer(before: Place | None, after: Place, zones: list[str], bins: list[BinGiven], lanes: tuple[LaneGiven, ...] | None) -> Answer:
    blank = before or Place(after.code, "")
    differing = {n: (_plain(getattr(blank, n)), _plain(getattr(after, n))) for n in FIELDS if getattr(blank, n) != getattr(after, n)}
    if before is None:
        return SiteAdded(after.code, {n: now for n, (_, now) in differing.items()}, len(bins), len(lanes or ()))
    if not (differing or zones or bins or lanes is not None):
        return SiteKept(after.code)
    told = None if lanes is None else [{n: _plain(v) for n, v in asdict(lane).items()} for lane in lanes]
    return SiteChanged(after.code, {n: list(pair) for n, pair in differing.items()}, zones, [b.code for b in bins], told)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Decimal | time) else value


ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('network', 0))"
"""One change of sites at a time: codes of the batch are looked up and written without a race."""
PLACES = """
SELECT code, country, name, zone, region, array_to_string(workdays, ','), cut_off, opens, closes, priority, street, postcode, city, gln, latitude,
       longitude, sscc_prefix, pack_scan, tote_scan, audit_percent, weight_tolerance_g, weight_tolerance_percent, active, supplier
  FROM network_site WHERE code = ANY(%(code)s::text[])
"""
ZONES = "SELECT s.code, z.code FROM network_site s JOIN network_zone z ON z.site_id = s.id WHERE s.code = ANY(%(code)s::text[])"
BINS = """
SELECT s.code, b.code, coalesce(z.code, ''), b.x_m, b.y_m, b.level, b.walk, b.role
  FROM unnest(%(site)s::text[], %(bin)s::text[]) AS g(site, bin)
  JOIN network_site s ON s.code = g.site JOIN network_bin b ON b.site_id = s.id AND b.code = g.bin
  LEFT JOIN network_zone z ON z.id = b.zone_id
"""
LANES = """
SELECT s.code, array_to_string(l.transit_on, ','), l.country, l.days, l.region, l.cost, l.currency, l.carrier FROM network_site s JOIN network_lane l ON l.site_id = s.id
 WHERE s.code = ANY(%(code)s::text[]) ORDER BY s.code, l.country, l.region
"""
KEEP = """
INSERT INTO network_site (code, country, name, zone, region, workdays, cut_off, opens, closes, priority, street, postcode, city, gln, latitude, longitude,
                          sscc_prefix, pack_scan, tote_scan, audit_percent, weight_tolerance_g, weight_tolerance_percent, active, supplier)
SELECT code, country, name, zone, region, string_to_array(workdays, ',')::smallint[], cut_off, opens, closes, priority, street, postcode, city, gln,
       latitude, longitude, sscc_prefix, pack_scan, tote_scan, audit_percent, weight_tolerance_g, weight_tolerance_percent, active, supplier
  FROM unnest(%(code)s::text[], %(country)s::text[], %(name)s::text[], %(zone)s::text[], %(region)s::text[], %(workdays)s::text[],
              %(cut_off)s::time[], %(opens)s::time[], %(closes)s::time[], %(priority)s::smallint[], %(street)s::text[], %(postcode)s::text[], %(city)s::text[], %(gln)s::text[],
              %(latitude)s::numeric[], %(longitude)s::numeric[], %(sscc_prefix)s::text[], %(pack_scan)s::text[], %(tote_scan)s::boolean[],
              %(audit_percent)s::smallint[], %(weight_tolerance_g)s::int[], %(weight_tolerance_percent)s::smallint[], %(active)s::boolean[], %(supplier)s::text[])
    AS s(code, country, name, zone, region, workdays, cut_off, opens, closes, priority, street, postcode, city, gln, latitude, longitude, sscc_prefix,
         pack_scan, tote_scan, audit_percent, weight_tolerance_g, weight_tolerance_percent, active, supplier)
    ON CONFLICT (code) DO UPDATE SET
       country = excluded.country, name = excluded.name, zone = excluded.zone, region = excluded.region, workdays = excluded.workdays,
       cut_off = excluded.cut_off, opens = excluded.opens, closes = excluded.closes, priority = excluded.priority, street = excluded.street, postcode = excluded.postcode,
       city = excluded.city, gln = excluded.gln, latitude = excluded.latitude, longitude = excluded.longitude,
       sscc_prefix = excluded.sscc_prefix, pack_scan = excluded.pack_scan, tote_scan = excluded.tote_scan, audit_percent = excluded.audit_percent,
       weight_tolerance_g = excluded.weight_tolerance_g, weight_tolerance_percent = excluded.weight_tolerance_percent, active = excluded.active,
       supplier = excluded.supplier
"""
KEEP_ZONES = """
INSERT INTO network_zone (site_id, code)
SELECT s.id, z.zone FROM unnest(%(site)s::text[], %(zone)s::text[]) AS z(site, zone) JOIN network_site s ON s.code = z.site
"""
KEEP_BINS = """
INSERT INTO network_bin (site_id, zone_id, code, x_m, y_m, level, walk, role)
SELECT s.id, z.id, b.code, b.x_m, b.y_m, b.level, b.walk, b.role
  FROM unnest(%(site)s::text[], %(zone)s::text[], %(code)s::text[], %(x_m)s::numeric[], %(y_m)s::numeric[], %(level)s::smallint[],
              %(walk)s::int[], %(role)s::text[]) AS b(site, zone, code, x_m, y_m, level, walk, role)
  JOIN network_site s ON s.code = b.site LEFT JOIN network_zone z ON z.site_id = s.id AND z.code = b.zone
    ON CONFLICT (site_id, code) DO UPDATE
       SET zone_id = excluded.zone_id, x_m = excluded.x_m, y_m = excluded.y_m, level = excluded.level, walk = excluded.walk, role = excluded.role
"""
DROP_LANES = "DELETE FROM network_lane l USING network_site s WHERE s.id = l.site_id AND s.code = ANY(%(site)s::text[])"
KEEP_LANES = """
INSERT INTO network_lane (site_id, country, region, days, cost, currency, carrier, transit_on)
SELECT s.id, l.country, l.region, l.days, l.cost, l.currency, l.carrier, string_to_array(l.transit_on, ',')::smallint[]
  FROM unnest(%(site)s::text[], %(country)s::text[], %(region)s::text[], %(days)s::smallint[], %(cost)s::numeric[], %(currency)s::text[], %(carrier)s::text[],
              %(transit_on)s::text[])
    AS l(site, country, region, days, cost, currency, carrier, transit_on) JOIN network_site s ON s.code = l.site
"""


@operation
def keep_sites(run: Run, asks: Sequence[KeepSite]) -> list[SiteAdded | SiteChanged | SiteKept | Refused]:
    """Add and change sites with their zones, bins and lanes."""
    run.rows(lambda _: None, ALONE)
    answers, changed = decide(asks, _known(run, asks))
    places = list(changed.places.values())
    if places:
        run.write(KEEP, places, workdays=[",".join(map(str, p.workdays)) for p in places])
    if changed.zones:
        run.write(KEEP_ZONES, site=[site for site, _ in changed.zones], zone=[zone for _, zone in changed.zones])
    if changed.bins:
        run.write(KEEP_BINS, list(changed.bins.values()), site=[site for site, _ in changed.bins])
    if changed.lanes:
        run.write(DROP_LANES, site=list(changed.lanes))
        lanes = [(site, lane) for site, all_lanes in changed.lanes.items() for lane in all_lanes]
        run.write(KEEP_LANES, [lane for _, lane in lanes], site=[site for site, _ in lanes], transit_on=[",".join(map(str, lane.transit_on)) for _, lane in lanes])
    return answers


def _known(run: Run, asks: Sequence[KeepSite]) -> Known:
    zones: dict[str, set[str]] = {}
    lanes: dict[str, list[LaneGiven]] = {}
    for site, zone in run.rows(as_tuple, ZONES, asks):
        zones.setdefault(site, set()).add(zone)
    for site, transit_on, *lane in run.rows(as_tuple, LANES, asks):
        lanes.setdefault(site, []).append(replace(LaneGiven(*lane), transit_on=_weekdays(transit_on)))
    wanted = [(a.code, b.code) for a in asks for b in a.bins]
    bins = run.rows(lambda site, *bin: ((site, bin[0]), BinGiven(*bin)), BINS, site=[s for s, _ in wanted], bin=[b for _, b in wanted]) if wanted else []
    return Known(
        {p.code: p for p in run.rows(_place, PLACES, asks)}, {site: frozenset(all_zones) for site, all_zones in zones.items()},
        dict(bins), {site: tuple(all_lanes) for site, all_lanes in lanes.items()})


def _place(code: str, country: str, name: str, zone: str, region: str, workdays: str, *rest: Any) -> Place:
    return Place(code, country, name, zone, region, _weekdays(workdays), *rest)


def _weekdays(kept: str) -> tuple[int, ...]:
    return tuple(sorted(int(day) for day in kept.split(",") if day))
