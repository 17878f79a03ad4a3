"""Release: turn what a site owes of an order into pick tasks.

A hold that blocks releasing keeps the order back; so does the customer's ship rule as long as units are
without stock. Bins are chosen by expiry, then fewest bins, and claimed, so pick lists never collide. What waits for its
pick face is released again when that was filled.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hanse.inventory.ledger import PLACES
from hanse.journal.operation import begins, draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_id, order_ids
from hanse.kernel.refused import Refused, refuse

from .bins import Open
from .events import OrderReleased
from .rules import Due, ready
from .tasks import DUE, Raised, open_of_orders, raise_tasks


@ask
class Release:
    """Release an order at one site, or at all sites that owe units of it."""

    order: Code
    site: Code | None = None
    at: datetime | None = None


def decide(
    asks: Sequence[Release], orders: Mapping[int, Due], opens: Mapping[int, Sequence[Open]], sites: Collection[str]
) -> list[list[Open] | Refused]:
    """Which open units each ask sets free for picking; a batch releases the same units once."""
    answers: list[list[Open] | Refused] = []
    gone: set[int] = set()
    for ask in asks:
        order = orders.get(order_id(ask.order))
        if order is None:
            answers.append(refuse("order-unknown", at="order", order=ask.order))
        elif ask.site is not None and ask.site not in sites:
            answers.append(refuse("site-unknown", at="site", site=ask.site))
        elif holds := order.held:
            answers.append(refuse("on-hold", order=ask.order, holds=holds))
        else:
            here = [o for o in opens.get(order.order, ()) if ask.site in (None, o.site_code) and o.allocation not in gone]
            free = ready(order, here)
            if free:
                gone.update(o.allocation for o in free)
                answers.append(free)
            elif here:
                answers.append(refuse("ship-rule-waits", order=ask.order, rule=order.ship_rule, missing=order.missing))
            else:
                answers.append(refuse("nothing-to-release", order=ask.order, site=ask.site or "any site"))
    return answers


SITES = "SELECT code FROM network_site WHERE code = ANY(%(site)s::text[])"


@operation
@draws(lambda asks: {PLACES: len(asks)})
@begins(DUE, lambda asks: {"order": order_ids(a.order for a in asks)})
def release(run: Run, asks: Sequence[Release]) -> list[OrderReleased | Refused]:
    """Turn reserved units into pick tasks; bins are claimed for them."""
    ids = order_ids(a.order for a in asks)
    orders = {d.order: d for d in run.rows(Due, DUE, order=ids)}
    opens: dict[int, list[Open]] = {}
    for o in open_of_orders(run, ids):
        opens.setdefault(o.order, []).append(o)
    asked = sorted({a.site for a in asks if a.site})
    sites = set(run.rows(str, SITES, site=asked)) if asked else set()
    decided = decide(asks, orders, opens, sites)
    at = {order_id(a.order): a.at for a in asks if a.at}
    raised = raise_tasks(run, [o for answer in decided if not isinstance(answer, Refused) for o in answer], at)
    return [answer if isinstance(answer, Refused) else _told(ask, answer, raised) for ask, answer in zip(asks, decided, strict=True)]


def _told(ask: Release, opens: Sequence[Open], raised: Raised) -> OrderReleased | Refused:
    """What was released; a refusal where nothing was, and nothing is being carried to its pick faces because of it."""
    tasks = tuple(t for o in opens for t in raised.tasks.get(o.allocation, ()))
    if not tasks and not any((o.item, o.site) in raised.coming for o in opens):
        return refuse("bins-short", order=ask.order, skus=sorted({o.sku for o in opens}))
    return OrderReleased(ask.order, tasks, sum(o.quantity for o in opens) - sum(t.quantity for t in tasks), ask.at)
