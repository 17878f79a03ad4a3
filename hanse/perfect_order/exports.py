"""What the perfect-order and carrier pages let one take along: each chart's table and each list. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from hanse.web.tables import Table

from .carriers import CarriedParcel, Part
from .conditions import ALL
from .otif_reads import OtifReport
from .reads import CauseCount, JudgedOrder, PerfectShare, Period
from .scored import MEASURES, Scorecard, Week


def _named(what: str, first: date, last: date) -> str:
    return f"{what}-{first}-{last}"


def shares(period: Period, by: str, found: Iterable[PerfectShare]) -> Table:
    """A period's shares by one thing, or by week."""
    columns: list[tuple[str, type]] = [(by, str), ("due", int), ("perfect", int), ("not perfect", int), ("open", int), ("share of decided", float), ("low", float), ("high", float)]
    columns += [(f"{name} {what}", int) for name in ALL for what in ("true", "false", "not known")]
    return Table(_named(f"perfect-order-{by}", period.first, period.last), columns, [
        (x.key, x.due, x.perfect, x.imperfect, x.pending, x.resolved, x.low, x.high, *(n for c in x.conditions for n in (c.yes, c.no, c.open))) for x in found])


def causes(period: Period, found: Iterable[CauseCount]) -> Table:
    """Why orders of a period are not perfect."""
    columns = [("condition", str), ("cause", str), ("owner", str), ("failures", int), ("first", int), ("alone", int), ("hours", Decimal)]
    return Table(_named("perfect-order-causes", period.first, period.last), columns, [(x.condition, x.cause, x.owner, x.failures, x.first, x.alone, x.hours) for x in found])


def orders(period: Period, found: Iterable[JudgedOrder]) -> Table:
    """The commitments behind a figure; of each failed condition its cause and who answers."""
    columns: list[tuple[str, type]] = [
        ("order", str), ("customer", str), ("due on", date), ("state", str), ("perfect", bool), ("net", Decimal), ("currency", str), ("site", str), ("carrier", str), ("country", str),
        ("hours late", Decimal), *((f"why not {name}", str) for name in ALL)]
    return Table(_named("perfect-order-orders", period.first, period.last), columns, [
        (x.order, x.customer, x.due_on, x.state, x.perfect, x.net, x.currency, x.site, x.carrier, x.country, x.hours_late,
         *(f"{why[0]} ({why[1]})" if (why := x.causes.get(name)) else "" for name in ALL)) for x in found])


def scorecards(first: date, last: date, carrier: str, cards: Iterable[Scorecard]) -> Table:
    """The measures of a period by carrier, one row each."""
    columns = [
        ("carrier", str), ("measure", str), ("unit", str), ("n", int), ("good", int), ("value", float), ("low", float), ("high", float), ("p50", float), ("p95", float),
        ("variation", float), ("buffer", float), ("others", float), ("others p95", float), ("against others", str), ("cost", Decimal), ("others cost", Decimal)]
    rows: list[tuple] = []
    for card in cards:
        rows += [(card.carrier, m.word, "share", m.n, m.hits, m.value, m.low, m.high, *[None] * 4, m.others, None, m.against, None, None) for m in card.measures]
        rows += [(card.carrier, d.word, d.unit, d.n, None, d.mean, None, None, d.p50, d.p95, d.variation, d.buffer, d.others_p50, d.others_p95, "", None, None) for d in card.durations]
        rows += [(card.carrier, "Cost per parcel", c.currency, c.parcels, *[None] * 10, "", c.per_parcel, c.others) for c in card.costs]
        rows += [(card.carrier, f"Parcels billed in {c.currency}", "parcels", c.parcels, c.billed, *[None] * 9, "", None, None) for c in card.costs]
        rows += [(card.carrier, "Cost per kg", c.currency, c.parcels, *[None] * 10, "", c.per_kg, None) for c in card.costs if c.per_kg is not None]
        rows += [(card.carrier, r.word, "share", r.n, r.hits, r.value, r.low, r.high, *[None] * 6, "", None, None) for r in card.dealings.rates]
        rows += [(card.carrier, m.word, m.unit, m.n, *[None] * 4, m.value, *[None] * 5, "", None, None) for m in card.dealings.medians]
        rows += [(card.carrier, r.word, r.currency, None, None, r.value, *[None] * 8, "", r.part, r.whole) for r in card.dealings.ratios]
    return Table(_named("carriers" + (f"-{carrier}" if carrier else ""), first, last), columns, rows)


def lanes(first: date, last: date, cards: Iterable[Scorecard]) -> Table:
    """By carrier and lane the days to the door, planned and taken, and the late hours by who answers."""
    columns = [("carrier", str), ("lane", str), ("what", str), ("parcels", int), ("planned", int), ("p50", float), ("p90", float), ("p95", float), ("owner", str), ("hours", Decimal)]
    rows: list[tuple] = []
    for card in cards:
        rows += [(card.carrier, x.lane, "transit days", x.n, x.planned, x.p50, x.p90, x.p95, "", None) for x in card.transit]
        rows += [(card.carrier, x.lane, "late hours", None, None, None, None, None, x.owner, x.hours) for x in card.late]
    return Table(_named("carrier-lanes", first, last), columns, rows)


def weeks(carrier: str, first: date, last: date, found: Iterable[Week]) -> Table:
    """By lane and week how many parcels of a carrier were on time to the first promise."""
    columns = [("lane", str), ("week", date), ("on time", int), ("parcels", int), ("share", float), ("low", float), ("high", float)]
    return Table(_named(f"carrier-weeks-{carrier}", first, last), columns, [(w.lane, w.monday, w.share.hits, w.share.n, w.share.value, w.share.low, w.share.high) for w in found])


def parts(carrier: str, first: date, last: date, found: Iterable[Part]) -> Table:
    """How a carrier was on time to the first promise by service, band of weight and month."""
    columns = [("by", str), ("what", str), ("parcels", int), ("on time", int), ("counted", int), ("share", float), ("low", float), ("high", float)]
    rows = [(p.by, p.key, p.parcels, p.on_time.hits, p.on_time.n, p.on_time.value, p.on_time.low, p.on_time.high) for p in found]
    return Table(_named(f"carrier-parts-{carrier}", first, last), columns, rows)


def parcels(carrier: str, first: date, last: date, found: Iterable[CarriedParcel]) -> Table:
    """The parcels behind a carrier's figure."""
    columns: list[tuple[str, type]] = [
        ("parcel", str), ("order", str), ("lane", str), ("due on", date), ("handed over at", datetime), ("arrived at", datetime), ("state", str), ("first scan hours", Decimal),
        *((name, bool) for name in MEASURES)]
    return Table(_named(f"carrier-parcels-{carrier}", first, last), columns, [
        (p.parcel, p.order, p.lane, p.due_on, p.handed_over_at, p.arrived_at, p.state, p.first_scan, *(p.found[name] for name in MEASURES)) for p in found])


def otif(it: OtifReport) -> Table:
    """A customer's on time in full, one row for each definition."""
    columns: list[tuple[str, type]] = [
        ("customer", str), ("defined on", date), ("freight", str), ("level", str), ("cases", int), ("open", int),
        *((f"{what} {name}", kind) for what in ("otif", "on time", "in full") for name, kind in (("good", int), ("of", int), ("share", float), ("low", float), ("high", float), ("goal", Decimal), ("met", bool))),
        ("unscheduled", int), ("early", int), ("late", int), ("missing", int), ("currency", str), ("value", Decimal), ("failed value", Decimal), ("fine", Decimal)]
    return Table(_named(f"otif-{it.customer}", it.first, it.last), columns, [
        (it.customer, s.definition.from_on, s.definition.freight, s.definition.level, s.cases, s.open,
         *(value for r in (s.otif, s.on_time, s.in_full) for value in (r.hits, r.n, r.value, r.low, r.high, r.goal, r.met)),
         s.unscheduled, s.early, s.late, s.missing, s.currency, s.value, s.failed_value, s.fine) for s in it.shares])


def otif_failures(it: OtifReport) -> Table:
    """The lines that were not on time in full, a row for each parcel that shows it; one without a parcel where nothing came."""
    columns = [
        ("order", str), ("due on", date), ("line", int), ("sku", str), ("owed", int), ("in time", int), ("unscheduled", int), ("early", int), ("late", int), ("missing", int),
        ("failed value", Decimal), ("currency", str), ("freight", str), ("defined on", date), ("parcel", str), ("came at", datetime), ("units", int), ("in its appointment", bool)]
    return Table(_named(f"otif-{it.customer}-failures", it.first, it.last), columns, [
        (f.order, f.due_on, f.position, f.sku, f.owed, f.in_time, f.unscheduled, f.early, f.late, f.missing, f.value, f.currency, f.freight, f.defined_on,
         *((c.parcel, c.at, c.units, c.kept) if c else ("", None, None, None)))
        for f in it.failures for c in [*f.came, *([] if f.came else [None])]])
