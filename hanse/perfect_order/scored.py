"""Scored: what a carrier's parcels say of it beside the other carriers on the same lanes, with how sure it is. Pure.

Parcels are counted by carrier and lane. Others are put together as if their parcels came in the carrier's own mix of lanes;
only lanes that others go too are compared. Where intervals overlap nobody is better or worse.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hanse.kernel.samples import Share, apart, mixed, spread

from .dealt import Dealings, dealings

MEASURES: Mapping[str, str] = {
    "promise": "On time to first promise", "request": "On time to requested day", "controllable": "On time, own hours only",
    "sound": "Delivered sound", "through": "Neither lost nor sent back", "proof": "Proof within 24 h",
}
"""The shares of a carrier's parcels; the higher, the better."""
DURATIONS: Mapping[str, tuple[str, str]] = {"transit": ("Transit", "working days"), "first scan": ("Hand-over to first scan", "hours")}
"""What is measured in days or hours; the lower, the better."""
FINE = Decimal("0.0001")
FEW = 30
"""Fewer parcels than these are counted, not compared."""
PROPOSES_AT = 90.0
"""The percentile of the transit days that a lane is held against."""
NO_DEALINGS: Mapping[str, Dealings] = {}
RECENT_WEEKS, EARLIER_WEEKS = 4, 8
"""The two windows of weeks that tell a drift."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Parcels of one carrier on one lane: how many, of which measure how many were right of how many, and what they cost.

    `billed` of the priced ones cost what their audited bill says; `freight` is that money, `accessorials` what of it is neither freight nor fuel.
    `gross` is what all priced ones cost before claims were paid; `claimed` what was claimed for `claims` of the parcels.
    """

    carrier: str
    lane: str
    parcels: int
    shares: Mapping[str, Share]
    currency: str = ""
    priced: int = 0
    cost: Decimal = Decimal(0)
    billed: int = 0
    weight_g: int = 0
    weighed_cost: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)
    accessorials: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)
    claims: int = 0
    claimed: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Took:
    """So many parcels of a carrier on a lane took so long; `planned` are the days of that lane, where one is kept."""

    carrier: str
    lane: str
    region: str
    planned: int | None
    value: float
    parcels: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A share with its interval (fractions, 0 to 1), the others' on the same mix of lanes, and what may be said of the two."""

    measure: str
    word: str
    hits: int
    n: int
    value: float | None
    low: float
    high: float
    others: float | None
    others_n: int
    against: str


@dataclass(frozen=True, slots=True)
class Lasted:
    """How long parcels took: percentiles, mean, coefficient of variation and buffer index; the others' on the same mix of lanes."""

    what: str
    word: str
    unit: str
    n: int
    p50: float | None
    p95: float | None
    mean: float | None
    variation: float | None
    buffer: float | None
    others_p50: float | None
    others_p95: float | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What parcels cost, in one currency; the others' mean on the same mix of lanes.

    `billed` of them cost what their audited bills say, less what carriers gave back; the others what was expected.
    """

    currency: str
    parcels: int
    total: Decimal
    per_parcel: Decimal
    others: Decimal | None
    billed: int = 0
    per_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LaneTransit:
    """Working days that parcels took on a lane, against what is planned; with what would be right, where they differ."""

    lane: str
    region: str
    n: int
    planned: int | None
    p50: float
    p90: float
    p95: float
    proposal: str


@dataclass(frozen=True, slots=True)
class LateHours:
    """Hours late on a lane and who answers for them; each hour once."""

    lane: str
    owner: str
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a period says of a carrier."""

    carrier: str
    name: str
    parcels: int
    lanes: int
    measures: tuple[Measured, ...]
    durations: tuple[Lasted, ...]
    costs: tuple[Cost, ...]
    transit: tuple[LaneTransit, ...]
    late: tuple[LateHours, ...]
    dealings: Dealings

    def measured(self, name: str) -> Measured:
        """One of its measures."""
        return next(m for m in self.measures if m.measure == name)


def scorecards(
    names: Mapping[str, str], cells: Sequence[Cell], took: Mapping[str, Sequence[Took]], late: Mapping[str, Sequence[LateHours]], dealt: Mapping[str, Dealings] = NO_DEALINGS,
) -> list[Scorecard]:  # fmt: skip
    """The scorecard of each carrier that had parcels or dealings, by name: no order says who is better."""
    found = []
    for code in sorted({c.carrier for c in cells} | {c for c, it in dealt.items() if it.known}, key=lambda code: (names.get(code, code), code)):
        own, others = [c for c in cells if c.carrier == code], [c for c in cells if c.carrier != code]
        found.append(Scorecard(
            code, names.get(code, code), sum(c.parcels for c in own), len({c.lane for c in own}), tuple(measured(name, own, others) for name in MEASURES),
            tuple(lasted(what, code, took.get(what, ())) for what in DURATIONS), tuple(costs(own, others)), tuple(transit([t for t in took.get("transit", ()) if t.carrier == code])),
            tuple(late.get(code, ())), dealt.get(code) or dealings({}, {}, ()),
        ))
    return found


def measured(name: str, own: Iterable[Cell], others: Iterable[Cell]) -> Measured:
    """A measure of a carrier's cells beside those of the others."""
    mine, theirs = _by_lane(name, own), _by_lane(name, others)
    all_of_it = _sum(mine.values())
    shared = {lane: share for lane, share in mine.items() if lane in theirs}
    mix = {lane: share.n for lane, share in shared.items()}
    value, n = mixed(theirs, mix), sure_of(theirs, mix)
    return Measured(name, MEASURES[name], all_of_it.hits, all_of_it.n, all_of_it.value, all_of_it.low, all_of_it.high, value, n, against(_sum(shared.values()), value, n))


def against(own: Share, others: float | None, others_n: int) -> str:
    """What may be said of a share beside the others': nothing where there are few, or where the intervals overlap."""
    if others is None:
        return "no others"
    if own.n < FEW or others_n < FEW:
        return "too few"
    theirs = Share(round(others * others_n), others_n)
    if not apart(own, theirs):
        return "no difference"
    return "better" if own.low > theirs.high else "worse"


def sure_of(shares: Mapping[str, Share], mix: Mapping[str, int]) -> int:
    """How many parcels a share put together in this mix is worth: few on a lane with much weight make it unsure (Kish's effective size)."""
    weights = {part: mix[part] for part, share in shares.items() if share.n and mix.get(part)}
    squares = sum(weight * weight / shares[part].n for part, weight in weights.items())
    return int(sum(weights.values()) ** 2 / squares) if squares else 0


def _by_lane(name: str, cells: Iterable[Cell]) -> dict[str, Share]:
    found: dict[str, Share] = {}
    for cell in cells:
        if (share := cell.shares[name]).n:
            found[cell.lane] = _sum([found.get(cell.lane, Share(0, 0)), share])
    return found


def _sum(shares: Iterable[Share]) -> Share:
    hits = n = 0
    for share in shares:
        hits, n = hits + share.hits, n + share.n
    return Share(hits, n)


def lasted(what: str, carrier: str, took: Sequence[Took]) -> Lasted:
    """How long a carrier's parcels took, and the others' as if they came in its mix of lanes."""
    own, others = [t for t in took if t.carrier == carrier], [t for t in took if t.carrier != carrier]
    mix, theirs = Counter[str](), Counter[str]()
    for t in own:
        mix[t.lane] += t.parcels
    for t in others:
        theirs[t.lane] += t.parcels
    weighed = [(t.value, t.parcels * mix[t.lane] / theirs[t.lane]) for t in others if mix[t.lane]]
    it = spread(_each(own))
    word, unit = DURATIONS[what]
    others_p50, others_p95 = weighed_percentile(weighed, 50), weighed_percentile(weighed, 95)
    if it is None:
        return Lasted(what, word, unit, 0, None, None, None, None, None, others_p50, others_p95)
    return Lasted(what, word, unit, it.n, it.p50, it.p95, it.mean, it.variation, it.buffer, others_p50, others_p95)


def _each(took: Iterable[Took]) -> list[float]:
    return [value for t in took for value in [t.value] * t.parcels]


def weighed_percentile(weighed: Sequence[tuple[float, float]], percent: float) -> float | None:
    """The nearest-rank percentile of values that count by their weight; None of none."""
    wanted, sofar = sum(weight for _, weight in weighed) * percent / 100, 0.0
    for value, weight in sorted(weighed):
        sofar += weight
        if sofar >= wanted * (1 - 1e-9):
            return value
    return None


def costs(own: Iterable[Cell], others: Iterable[Cell]) -> list[Cost]:
    """What a carrier's parcels cost by currency, the most first, beside the others' on the same mix of lanes."""
    all_own = list(own)
    mine, theirs = _priced(all_own), _priced(others)
    found = []
    for currency in {currency for currency, _ in mine}:
        lanes = {lane: it for (c, lane), it in mine.items() if c == currency}
        n, total = sum(n for n, _ in lanes.values()), sum((cost for _, cost in lanes.values()), Decimal(0))
        shared = [(n, cost / m) for lane, (n, _) in lanes.items() if (at := theirs.get((currency, lane))) for m, cost in [at]]
        weight = sum(n for n, _ in shared)
        mean = sum((n * each for n, each in shared), Decimal(0)) / weight if weight else None
        cells = [c for c in all_own if c.currency == currency]
        weight_g, weighed = sum(c.weight_g for c in cells), sum((c.weighed_cost for c in cells), Decimal(0))
        found.append(Cost(
            currency, n, total, (total / n).quantize(FINE), mean.quantize(FINE) if mean is not None else None, sum(c.billed for c in cells),
            (1000 * weighed / weight_g).quantize(FINE) if weight_g else None))
    return sorted(found, key=lambda c: (-c.parcels, c.currency))


def _priced(cells: Iterable[Cell]) -> dict[tuple[str, str], tuple[int, Decimal]]:
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for c in cells:
        if c.priced:
            n, cost = found.get((c.currency, c.lane), (0, Decimal(0)))
            found[c.currency, c.lane] = (n + c.priced, cost + c.cost)
    return found


def transit(took: Iterable[Took]) -> list[LaneTransit]:
    """A carrier's lanes with the days they took, the most used first."""
    by_lane: dict[tuple[str, str, int | None], list[Took]] = {}
    for t in took:
        by_lane.setdefault((t.lane, t.region, t.planned), []).append(t)
    rows = []
    for (lane, region, planned), of in by_lane.items():
        values = _each(of)
        at = {percent: weighed_percentile([(v, 1) for v in values], percent) or 0.0 for percent in (50, PROPOSES_AT, 95)}
        rows.append(LaneTransit(lane, region, len(values), planned, at[50], at[PROPOSES_AT], at[95], proposal(lane, region, len(values), at[PROPOSES_AT], planned)))
    return sorted(rows, key=lambda row: (-row.n, row.lane, row.region))


def proposal(lane: str, region: str, n: int, p90: float, planned: int | None) -> str:
    """What the plan of a lane should say, where its parcels say otherwise; nothing where they are few."""
    if planned is None or n < FEW or p90 == planned:
        return ""
    days = f"{p90:.0f} working {'day' if p90 == 1 else 'days'}"
    return f"{lane}{f' ({region})' if region else ''} takes {days} at the {PROPOSES_AT:.0f}th percentile, planned {planned}"


@dataclass(frozen=True, slots=True)
class Week:
    """Parcels of a lane that were due in a week, by its Monday: how many of them were on time to the first promise."""

    lane: str
    monday: date
    share: Share


@dataclass(frozen=True, slots=True)
class Drift:
    """A lane's share that changed beyond chance: the last weeks, and those before them."""

    lane: str
    since: date
    before: Share
    now: Share

    @property
    def worse(self) -> bool:
        return self.now.high < self.before.low


def weeks_before(day: date, weeks: int) -> date:
    """The day so many weeks earlier, as far as the calendar goes back."""
    return date.fromordinal(max(1, day.toordinal() - 7 * weeks))


def drifts(weeks: Iterable[Week], last: date) -> list[Drift]:
    """The lanes whose last four whole weeks are apart from the eight before them, the largest change first."""
    end = last - timedelta(days=last.weekday()) if last.weekday() < 6 else last + timedelta(days=1)
    since = weeks_before(end, RECENT_WEEKS)
    first = weeks_before(since, EARLIER_WEEKS)
    windows: dict[str, list[list[Share]]] = {}
    for week in weeks:
        if first <= week.monday < end:
            windows.setdefault(week.lane, [[], []])[week.monday >= since].append(week.share)
    found = [Drift(lane, since, _sum(before), _sum(now)) for lane, (before, now) in windows.items()]
    changed = [d for d in found if d.before.n and d.now.n and apart(d.before, d.now)]
    return sorted(changed, key=lambda d: (-abs((d.now.value or 0) - (d.before.value or 0)), d.lane))
