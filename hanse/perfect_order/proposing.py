"""Proposing: what to change so that more orders are perfect: causes ranked by what each costs alone, changes with their expected gain. Pure.

A change is fitted on the first two thirds of a period and tested on the last: what it foresaw for them stands beside what
happened. Only orders that failed by its cause alone count as gained. One of too few orders, or that did not repeat, is no
proposal, and is listed as that.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hanse.kernel.samples import Share, apart, mixed, wilson

from .judging import ORDER

FEW = 30
"""Fewer orders than these in either part of a period say nothing about a change."""
RARE = 3
"""What happened less often in the first part is no pattern."""
LATE = 0.05
"""A lane is a day longer where more than this share comes late by its carrier's own hours."""
MOST_DAYS = 3
"""A lane is made longer by no more days than these."""
BY_CARRIER = "transit delay"
"""The cause of what came late by the carrier's own hours."""


# -- causes, and what each costs ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signature:
    """Orders that failed the very same conditions by the same causes: how many, their hours late, net value and credits in one currency."""

    causes: Mapping[str, tuple[str, str]]
    currency: str
    orders: int
    hours: Decimal
    net: Decimal
    credited: Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """What is at stake in one currency: the net value of the orders, and what was credited of them."""

    currency: str
    net: Decimal
    credited: Decimal


@dataclass(frozen=True, slots=True)
class RankedCause:
    """A cause by how many orders would have been perfect without it (`alone`, the others failed elsewhere too). Shares are of the decided orders, with their interval."""

    condition: str
    cause: str
    owner: str
    orders: int
    alone: int
    points: float
    low: float
    high: float
    hours: Decimal
    with_: tuple[tuple[str, int], ...]
    money: tuple[Money, ...]


def ranked(signatures: Iterable[Signature], decided: int) -> list[RankedCause]:
    """Causes by what would be gained without each, the most first; overlaps name the other conditions that the same orders failed."""
    of: dict[tuple[str, str, str], list[Signature]] = defaultdict(list)
    for it in signatures:
        for condition, (cause, owner) in it.causes.items():
            of[condition, cause, owner].append(it)
    rows = [_ranked(*key, found, decided) for key, found in of.items()]
    return sorted(rows, key=lambda r: (-r.alone, -r.orders, ORDER.index(r.condition), r.cause, r.owner))


def _ranked(condition: str, cause: str, owner: str, found: Sequence[Signature], decided: int) -> RankedCause:
    alone = sum(s.orders for s in found if len(s.causes) == 1)
    low, high = wilson(alone, max(alone, decided))
    overlaps = Counter[str]()
    money: dict[str, list[Decimal]] = {}
    for s in found:
        for other in s.causes:
            if other != condition:
                overlaps[other] += s.orders
        sums = money.setdefault(s.currency, [Decimal(0), Decimal(0)])
        sums[0], sums[1] = sums[0] + s.net, sums[1] + s.credited
    return RankedCause(
        condition, cause, owner, sum(s.orders for s in found), alone, _points(alone, decided), 100 * low, 100 * high, sum((s.hours for s in found), Decimal(0)) if condition == "time" else Decimal(0),
        tuple(sorted(overlaps.items(), key=lambda x: (-x[1], x[0]))), tuple(Money(c, *sums) for c, sums in sorted(money.items())))


def _points(orders: float, decided: int) -> float:
    return 100 * orders / decided if decided else 0.0


# -- what a change would have touched ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """Orders of one part of a period that a change would have touched, and those of them that it would have made perfect.

    `where` says of what (a site, a lane, a customer, an item); `step` tells groups of the same apart that a rule chooses among:
    the half hour of a release, the days late. `limit` is the cut-off in minutes of the day, or the days that a lane gets more.
    """

    rule: str
    where: str
    later: bool
    orders: int
    gained: int
    step: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class OnLane:
    """Orders of one part of a period on a lane (site → country) to a region by a carrier: how many, and how many in time or late by others' hours."""

    lane: str
    region: str
    carrier: str
    later: bool
    share: Share


@dataclass(frozen=True, slots=True)
class Test:
    """The back-test: of the later orders that a change touches so many should have been gained (with the interval), and so many were."""

    orders: int
    foreseen: float
    low: float
    high: float
    happened: float
    held: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change that would have made more orders perfect: what, why, what it touches, what it gains, and how it did in the test.

    `gain` is in points of the share of perfect orders, with its interval. `condition` and `cause` lead to the orders.
    """

    rule: str
    where: str
    said: str
    why: str
    price: str
    orders: int
    gained: float
    gain: float
    low: float
    high: float
    test: Test
    condition: str
    cause: str


@dataclass(frozen=True, slots=True)
class NotProposed:
    """What looked like a change and is none: too few orders, or what the test did not bear out."""

    rule: str
    said: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that proposes a change: its words for the change, why, what it costs, and the failures that it mends."""

    name: str
    said: Callable[[Touched], str]
    why: str
    price: str
    condition: str
    cause: str
    least: int = FEW


def _simple(name: str, said: str, why: str, price: str, condition: str, cause: str, least: int = FEW) -> Rule:
    return Rule(name, lambda it: said.format(where=it.where), why, price, condition, cause, least)


RULES: tuple[Rule, ...] = (
    Rule("cut-off", lambda it: f"Stop releasing for the same day at {clock_of(it.step)} in {it.where}, where the cut-off is {it.limit // 60:02}:{it.limit % 60:02}",
         "Orders released later in the day missed the carrier surely more often than those released before.",
         "Later orders are promised a day later", "time", ""),
    Rule("lane", lambda it: f"Plan {it.limit} {'day' if it.limit == 1 else 'days'} more for {_lane(it.where)}",
         "More than one in twenty came late by the carrier's own hours; with so many days more fewer would have.",
         "Promises on this lane are that much later", "time", BY_CARRIER),
    _simple("count", "Count {where}", "Pickers found too little there again and again.", "One count of a bin", "", "", least=10),
    _simple("price", "Correct the price of {where}", "Its invoices differ from what was ordered.", "One change of master data", "invoice", "price"),
    _simple("terms", "Check the terms of {where}", "Its invoices had to be corrected by credits.", "One look at the customer's terms", "invoice", "billing error"),
    _simple("pack scan", "Scan the first unit of each line at packing in {where}", "Units were missing or wrong in its parcels, and nothing is scanned when packing.", "Seconds for each line packed",
            "product", "mis-pack"),
    _simple("release", "Release the orders of {where} earlier", "They were released later than the carrier's departure allowed.", "None, but a place further up in the waves", "time", "released late"),
    _simple("address", "Check the address of {where}", "Its parcels went elsewhere or came back.", "One call", "place", ""),
)
_RULES = {rule.name: rule for rule in RULES}


def _lane(where: str) -> str:
    carrier, _, lane = where.rpartition("|")
    return f"{carrier} {lane}".strip()


def clock_of(step: int) -> str:
    """A half hour of the day as the time at which it begins."""
    return f"{step // 2:02}:{30 * (step % 2):02}"


def split_of(first: date, last: date) -> date:
    """The last day of the first two thirds of a period."""
    return date.fromordinal(max(1, first.toordinal() + 2 * ((last - first).days + 1) // 3 - 1))


def proposed(touched: Iterable[Touched], lanes: Iterable[OnLane], decided: int) -> tuple[list[Change], list[NotProposed]]:
    """The changes worth making, the most gain first, and what looked like one."""
    by: dict[tuple[str, str], list[Touched]] = defaultdict(list)
    for it in touched:
        by[it.rule, it.where].append(it)
    found = [_of_rule(_RULES[rule], of, decided) for (rule, _), of in sorted(by.items())]
    found += other_carriers(lanes, decided)
    changes = sorted((c for c in found if isinstance(c, Change)), key=lambda c: (-c.gain, c.rule, c.where))
    return changes, [c for c in found if isinstance(c, NotProposed)]


def _of_rule(rule: Rule, of: Sequence[Touched], decided: int) -> Change | NotProposed | None:
    chosen = {"cut-off": latest_release, "lane": longer_lane}.get(rule.name, _whole)(of)
    if chosen is None:
        return None
    words, before, after = chosen
    if before.hits < RARE:
        return None
    if before.n < rule.least or after.n < rule.least:
        return NotProposed(rule.name, rule.said(words), f"too few: {before.n:,} orders in the first part of the period, {after.n:,} in the last; {rule.least} are needed in each")
    test = tested(before, after)
    if not test.held:
        return NotProposed(rule.name, rule.said(words), f"it did not repeat: {test.foreseen:.1f} of {after.n:,} later orders were foreseen, {after.hits} happened")
    n, hits = before.n + after.n, before.hits + after.hits
    low, high = wilson(hits, n)
    return Change(rule.name, words.where, rule.said(words), rule.why, rule.price, n, hits, _points(hits, decided), _points(low * n, decided), _points(high * n, decided), test, rule.condition, rule.cause)


Chosen = tuple[Touched, Share, Share]
"""The change in words, and its orders with those gained, in the first part and in the last."""


def _share(of: Iterable[Touched], later: bool) -> Share:
    hits = n = 0
    for it in of:
        if it.later is later:
            hits, n = hits + it.gained, n + it.orders
    return Share(hits, n)


def _whole(of: Sequence[Touched]) -> Chosen | None:
    return of[0], _share(of, False), _share(of, True)


def latest_release(of: Sequence[Touched]) -> Chosen | None:
    """The half hour from which releases of the day missed the carrier beyond what others did, chosen on the first part: where the excess is largest, and surely one."""
    whole = _share(of, False)
    if not whole.hits:
        return None
    steps = sorted({it.step for it in of if not it.later})
    best: tuple[float, int] | None = None
    for step in steps[1:]:
        after, before = _share((x for x in of if x.step >= step), False), _share((x for x in of if x.step < step), False)
        excess = after.hits - after.n * (whole.value or 0)
        if before.n and apart(after, before) and (after.value or 0) > (before.value or 0) and (best is None or excess > best[0]):
            best = excess, step
    if best is None:
        return None
    late = [it for it in of if it.step >= best[1]]
    return Touched("cut-off", of[0].where, False, 0, 0, best[1], of[0].limit), _share(late, False), _share(late, True)


def longer_lane(of: Sequence[Touched]) -> Chosen | None:
    """The fewest days more with which no more than one in twenty would have been late by the carrier's hours, three at most, where surely more were."""
    fitted = _share(of, False)
    orders = sum(it.orders for it in of if not it.later)
    late = {days: sum(it.gained for it in of if not it.later and it.step == days) for days in range(1, MOST_DAYS + 2)}
    if not orders or wilson(fitted.hits, orders)[0] <= LATE:
        return None
    days = next((d for d in range(1, MOST_DAYS + 1) if sum(n for at, n in late.items() if at > d) <= LATE * orders), MOST_DAYS)
    before, after = (Share(sum(it.gained for it in of if it.later is later and 1 <= it.step <= days), sum(it.orders for it in of if it.later is later)) for later in (False, True))
    return Touched("lane", of[0].where, False, 0, 0, 0, days), before, after


def tested(before: Share, after: Share) -> Test:
    """What the first part foresaw for the last, and what happened; it holds where chance alone explains the difference, or more was gained."""
    low, high = before.low * after.n, before.high * after.n
    held = after.n > 0 and after.high >= before.low
    return Test(after.n, (before.value or 0.0) * after.n, low, high, after.hits, held)


# -- another carrier on a lane ---------------------------------------------------------------------------------------------


def other_carriers(lanes: Iterable[OnLane], decided: int) -> list[Change | NotProposed]:
    """A carrier that is surely better on a lane than the one that goes there, region by region on the same mix; where intervals overlap nobody is."""
    by_lane: dict[str, list[OnLane]] = defaultdict(list)
    for it in lanes:
        by_lane[it.lane].append(it)
    found: list[Change | NotProposed] = []
    for lane, of in sorted(by_lane.items()):
        for carrier in sorted({it.carrier for it in of}):
            options = [_instead(lane, carrier, other, of, decided) for other in sorted({it.carrier for it in of} - {carrier})]
            changes = sorted((o for o in options if isinstance(o, Change)), key=lambda o: -o.gain)
            found += changes[:1] or [o for o in options if isinstance(o, NotProposed)][:1]
    return found


def _instead(lane: str, carrier: str, other: str, of: Sequence[OnLane], decided: int) -> Change | NotProposed | None:
    (before, theirs), (after, theirs_after) = (_beside(of, carrier, other, later) for later in (False, True))
    if not (before.n and theirs.n and apart(before, theirs) and _value(theirs) > _value(before)):
        return None
    said = f"Send {lane} by {other} instead of {carrier}"
    n = [before.n, after.n, theirs.n, theirs_after.n]
    if min(n) < FEW:
        return NotProposed("carrier", said, f"too few: {n[0]:,} and {n[1]:,} orders by {carrier}, {n[2]:,} and {n[3]:,} by {other}; {FEW} are needed each")
    better = _value(theirs) - _value(before)
    foreseen, low, high = better * after.n, max(0.0, theirs.low - before.high) * after.n, (theirs.high - before.low) * after.n
    happened = (_value(theirs_after) - _value(after)) * after.n
    if happened < low:
        return NotProposed("carrier", said, f"it did not repeat: {foreseen:.1f} of {after.n:,} later orders were foreseen, {happened:.1f} happened")
    whole, part = better * before.n + happened, (before.n + after.n) / after.n
    why = f"{other} was in time surely more often on this lane, region by region on the same mix: {_words(theirs)} against {_words(before)}."
    return Change(
        "carrier", f"{carrier}|{lane}", said, why, "What its rates say for these parcels", before.n + after.n, whole, _points(whole, decided), _points(low * part, decided),
        _points(high * part, decided), Test(after.n, foreseen, low, high, happened, True), "time", BY_CARRIER)


def _beside(of: Iterable[OnLane], carrier: str, other: str, later: bool) -> tuple[Share, Share]:
    """Two carriers on a lane in a part of the period: in the regions that both go to, on the mix of the first."""
    own, theirs = _by_region(of, carrier, later), _by_region(of, other, later)
    shared = {region: share for region, share in own.items() if region in theirs}
    return _together(shared.values()), _mixed(theirs, shared)


def _value(share: Share) -> float:
    return share.value or 0.0


def _words(share: Share) -> str:
    return f"{100 * (share.value or 0):.1f} % of {share.n:,}"


def _by_region(of: Iterable[OnLane], carrier: str, later: bool) -> dict[str, Share]:
    return {it.region: it.share for it in of if it.carrier == carrier and it.later is later and it.share.n}


def _together(shares: Iterable[Share]) -> Share:
    hits = n = 0
    for share in shares:
        hits, n = hits + share.hits, n + share.n
    return Share(hits, n)


def _mixed(shares: Mapping[str, Share], like: Mapping[str, Share]) -> Share:
    """A share as if its parts came in the mix of others, worth as many orders as it has there."""
    value = mixed(shares, {region: share.n for region, share in like.items()})
    n = sum(share.n for region, share in shares.items() if region in like)
    return Share(round((value or 0.0) * n), n)
