"""Live: a follower that tells open pages what changed, in as few words as possible.

An order's event says `order` with its number, and `orders` for lists; whatever moves goods also says `stock`.
NOTIFY takes a lock of the whole database when it commits, so it happens here, behind the journal, and never in
the transaction of an order.
"""

from collections.abc import Sequence

from django.db import connection

from hanse.journal.follow import Told, follower

from .stream import CHANNEL, payloads

MOVES_STOCK = {"inventory", "orders", "fulfilment", "transport", "catalogue"}


@follower("live")
def tell_pages(facts: Sequence[Told]) -> None:
    """Send each topic once, however many facts were about it."""
    topics: dict[tuple[str, str], dict[str, str]] = {}
    for fact in facts:
        kind, _, name = fact.subject.partition("/")
        for topic in ({"topic": kind, "id": name}, {"topic": f"{kind}s", "id": name}):
            topics[topic["topic"], name] = topic
        if fact.operation.split(".")[0] in MOVES_STOCK:
            topics["stock", ""] = {"topic": "stock"}
    with connection.cursor() as cursor:
        for text in payloads(list(topics.values())):
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, text])
