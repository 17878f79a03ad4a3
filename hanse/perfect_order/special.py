"""Special causes: where something fails surely more often than elsewhere. Pure.

What fails everywhere alike is how the company works (common causes: `proposing` says what would lessen them). Where a lane, a site on its
Mondays, a bin, an item or a channel fails more often than the others of its kind, there is a reason that can be found and taken away
(W. A. Shewhart's assignable causes).

Whether it is more than chance is told by Fisher's exact test against all others. So many are looked at that some would stand out by
chance alone: Holm's steps keep the chance that *anything* is told wrongly within one in twenty. The test takes cases for independent, and
those of one day are not: a bad afternoon makes all its orders late. So a group must stand out without the failures of its worst day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma

LEAST = 10
"""Of fewer cases than these, in a group or beside it, nothing is told."""
RARE = 3
"""What failed less often is no pattern."""
WRONGLY = 0.05
"""The chance that anything at all is told where nothing is."""

LANE, SITE, WEEKDAY, BIN, ITEM, CHANNEL, CUSTOMER = "lane", "site", "weekday", "bin", "item", "channel", "customer"
BY_OWNER: Mapping[str, tuple[str, ...]] = {
    "carrier": (LANE,), "warehouse": (SITE, WEEKDAY, ITEM), "shipping": (SITE, WEEKDAY), "billing": (CHANNEL, CUSTOMER), "inventory": (ITEM,), "bin": (BIN,),
}
"""Where a cause is looked for, by who answers for it; all others by who ordered."""
OTHERS = (CHANNEL, CUSTOMER)
SHORT_PICK = ("pick", "short pick", "bin")
"""What is looked for in bins: condition, cause and who answers, as verdicts name them."""


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases of a group: orders on a lane, of a site, with an item …; picks of a bin. Weekdays and items stand within their site."""

    by: str
    where: str
    n: int
    within: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """How many of a group's cases failed by a cause, and how many of them on its worst day."""

    by: str
    where: str
    condition: str
    cause: str
    owner: str
    n: int
    worst: int = 0


@dataclass(frozen=True, slots=True)
class Special:
    """A special cause: what failed where, how often of how many, how often others did, how many more that is, and with what chance it is none.

    `chance` is that without the worst day, and already counts all that was looked at (Holm).
    """

    by: str
    where: str
    condition: str
    cause: str
    owner: str
    failed: int
    n: int
    others_failed: int
    others: int
    more: float
    chance: float


def special(cases: Iterable[Cases], failed: Iterable[Failed]) -> list[Special]:
    """What stands out beyond chance, the most failures more than elsewhere first. Of a site and its weekdays the surer is told; a site that is as the others without the items that stand out in it is not."""
    groups: dict[str, list[Cases]] = defaultdict(list)
    for it in cases:
        groups[it.by].append(it)
    counted: dict[tuple[str, str, str], dict[tuple[str, str], Failed]] = defaultdict(dict)
    for f in failed:
        counted[f.condition, f.cause, f.owner][f.by, f.where] = f
    tested = [(chance, cause, of, n, whole) for cause, of_cause in sorted(counted.items()) for by in BY_OWNER.get(cause[2], OTHERS) for chance, of, n, whole in _tested(groups[by], of_cause)]
    found = [(_special(cause, of, n, whole, chance), of) for chance, (cause, of, n, whole) in _holm([(t[0], t[1:]) for t in tested])]
    kept = [it for it, of in found if not any(_nearer(other, o, it, of) for other, o in found) and not _explained(it, found)]
    return sorted(kept, key=lambda s: (-s.more, s.chance, s.cause, s.where))


Whole = tuple[int, int]
"""Cases of all groups, and how many of them failed."""


def _tested(groups: Sequence[Cases], failed: Mapping[tuple[str, str], Failed]) -> list[tuple[float, Cases, int, Whole]]:
    """Each group that is large enough, with the chance that it fails as often as it does, were it like the others, also without its worst day."""
    of = [(g, failed.get((g.by, g.where))) for g in groups]
    whole = sum(g.n for g in groups), sum(f.n for _, f in of if f)
    looked_at = [(g, f) for g, f in of if min(g.n, whole[0] - g.n) >= LEAST]
    return [(at_least(f.n - f.worst, g.n, whole[1] - f.worst, whole[0]) if f and f.n - f.worst >= RARE else 1.0, g, f.n if f else 0, whole) for g, f in looked_at]


def at_least(hits: int, n: int, all_hits: int, all_n: int) -> float:
    """The chance that of `n` cases, drawn out of `all_n` of which `all_hits` failed, at least `hits` are among the failed: Fisher's exact test, one-sided."""
    if hits <= max(0, n + all_hits - all_n):
        return 1.0
    ways = _log_ways(all_n, n)
    return min(1.0, sum(exp(_log_ways(all_hits, k) + _log_ways(all_n - all_hits, n - k) - ways) for k in range(hits, min(n, all_hits) + 1)))


def _log_ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _holm(tested: Sequence[tuple[float, tuple[tuple[str, str, str], Cases, int, Whole]]]) -> list[tuple[float, tuple[tuple[str, str, str], Cases, int, Whole]]]:
    """Those that stand (S. Holm, 1979), each with its chance times what is still looked at beside it."""
    found, so_far = [], 0.0
    for nr, (chance, what) in enumerate(sorted(tested, key=lambda t: (t[0], t[1][0], t[1][1].by, t[1][1].where))):
        so_far = max(so_far, min(1.0, chance * (len(tested) - nr)))
        if so_far > WRONGLY:
            break
        found.append((so_far, what))
    return found


def _special(cause: tuple[str, str, str], of: Cases, n: int, whole: Whole, chance: float) -> Special:
    others, others_failed = whole[0] - of.n, whole[1] - n
    return Special(of.by, of.where, *cause, n, of.n, others_failed, others, n - of.n * others_failed / others, chance)


def _nearer(other: Special, o: Cases, it: Special, of: Cases) -> bool:
    """Whether a site, for one of its weekdays, or a weekday, for its site, tells the same cause more surely."""
    pair = (o.by, of.by, o.where) == (SITE, WEEKDAY, of.within) or (o.by, of.by, of.where) == (WEEKDAY, SITE, o.within)
    return pair and _same(other, it) and (other.chance, -other.more) < (it.chance, -it.more)


def _explained(it: Special, found: Sequence[tuple[Special, Cases]]) -> bool:
    """Whether a site stands out by its items alone: without their orders it is as the others."""
    items = [other for other, of in found if of.by == ITEM and of.within == it.where and _same(other, it)]
    if it.by != SITE or not items:
        return False
    failed, n = max(0, it.failed - sum(o.failed for o in items)), max(0, it.n - sum(o.n for o in items))
    failed = min(failed, n)
    return at_least(failed, n, failed + it.others_failed, n + it.others) > WRONGLY


def _same(one: Special, other: Special) -> bool:
    return (one.condition, one.cause, one.owner) == (other.condition, other.cause, other.owner)
