"""Planted bugs: patches of our own code at run time, at least one for each invariant the product has, and the proof that each is caught.

A checker that has never failed on a planted bug proves nothing. Each bug is planted in a running company, which then lives some
orders through its doors (`scenario`); what caught it is said: the database's own guards, an answer that is none, `hanse verify`, or a check.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

Patch = Callable[[ExitStack], None]


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted bug: the invariant it breaks, what is wrong, and how it is planted."""

    invariant: str
    what: str
    plant: Patch


@contextmanager
def swapped(module: str, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Within this block a name of a module (or `Class.name`) means something made of what it meant."""
    place = import_module(module)
    *inside, name = name.split(".")
    for part in inside:
        place = getattr(place, part)
    right = getattr(place, name)
    setattr(place, name, make(right))
    try:
        yield
    finally:
        setattr(place, name, right)


def swap(module: str, name: str, make: Callable[[Any], Any]) -> Patch:
    """Plant by another function or value."""
    return lambda planted: planted.enter_context(swapped(f"hanse.{module}", name, make))


def sql(module: str, name: str, right: str, wrong: str) -> Patch:
    """Plant in a statement of ours, which must hold what is replaced."""

    def made(old: str) -> str:
        if right not in old:
            raise LookupError(f"{module}.{name} holds no {right!r}: plant the bug anew")
        return old.replace(right, wrong)

    return swap(module, name, made)


def made_sql(module: str, name: str, right: str, wrong: str) -> Patch:
    """Plant in a statement that a function of ours makes."""
    return swap(module, name, lambda old: lambda *given: old(*given).replace(right, wrong))


def both(*patches: Patch) -> Patch:
    """Plant more than one at once."""

    def plant(planted: ExitStack) -> None:
        for patch in patches:
            patch(planted)

    return plant


def _every_other_time(old: Any) -> Any:
    """A follower that moves on, and every other time does nothing before it dies."""
    calls = iter(range(10**9))
    return lambda facts: old(facts) if next(calls) % 2 else None


def _forgets(old: Any) -> Any:
    """What a cancellation answers is never kept."""

    def once(self: Any, requests: Any, dry_run: bool) -> None:
        old(self, requests, dry_run or self.name == "orders.cancel")

    return once


def _no_keys(old: Any) -> Any:
    """Keys are neither stored nor known again."""

    def seen(self: Any, request: Any, now: Any, cursor: Any) -> bool:
        request.answers, request.replayed, request.row, request.drawn = [], False, None, {}
        return False

    return seen


def _follower(name: str, make: Callable[[Any], Any]) -> Patch:
    """Plant in what a follower does."""

    def plant(planted: ExitStack) -> None:
        import_module("hanse.edge.jobs")
        followers = import_module("hanse.journal.follow").FOLLOWERS
        right = followers[name]
        planted.callback(followers.__setitem__, name, right)
        followers[name] = replace(right, act=make(right.act))

    return plant


def _tell_keys(old: Any) -> Any:
    """Who calls is written into the log, key and all."""

    def authenticate(self: Any, request: Any, token: str) -> Any:
        import structlog

        structlog.get_logger("hanse.keys").warning("called", token=token)
        return old(self, request, token)

    return authenticate


def _unsafe(planted: ExitStack) -> None:
    """The database acknowledges before it has written."""
    from django.db import connections

    connection: Any = connections["default"]

    def connect_anew() -> None:
        connection.close()
        if connection.pool:
            connection.close_pool()

    options = connection.settings_dict["OPTIONS"]
    planted.callback(connect_anew)
    planted.callback(options.__setitem__, "options", options["options"])
    options["options"] += " -c synchronous_commit=off"
    connect_anew()


BUGS: Sequence[Bug] = [
    Bug("INV-1", "A bin that loses units keeps them in its balance.", made_sql("inventory.ledger", "_post_sql", "b.on_hand + n.moved, reserved", "b.on_hand, reserved")),
    Bug("INV-1", "A site's stock gains twice what arrived.", made_sql("inventory.ledger", "_post_sql", "s.on_hand + excluded.on_hand", "s.on_hand + 2 * excluded.on_hand")),
    Bug("INV-2", "A movement has one side only.", made_sql("inventory.ledger", "_post_sql", "SELECT m.item, m.source, m.target,", "SELECT m.item, m.target, m.target,")),
    Bug("INV-2", "A movement comes from a place that does not exist.", made_sql("inventory.ledger", "_post_sql", "SELECT m.item, m.source,", "SELECT m.item, m.source + 900000,")),
    Bug("INV-3", "More is reserved than there is.", sql("inventory.ledger", "RESERVE", "s.reserved + r.quantity", "s.reserved + r.quantity + 9000000")),
    Bug("INV-4", "A reservation that is given up is not released.", swap("inventory.ledger", "reserve", lambda old: lambda run, them: old(run, [r for r in them if r.quantity > 0]))),
    Bug("INV-4", "What is picked stays reserved.", made_sql("inventory.ledger", "_post_sql", "s.reserved + n.reserved", "s.reserved")),
    Bug("INV-5", "A serial stays where it was when its unit moves.", sql("inventory.ledger", "MOVE_SERIALS", "SET account_id = m.target", "SET account_id = m.source")),
    Bug("INV-6", "An order's counters run twice as fast as its lines'.", made_sql("orders.counters", "_advance_sql", "o.delivered + s.delivered", "o.delivered + 2 * s.delivered")),
    Bug("INV-6", "A line counts what was shipped twice.", made_sql("orders.counters", "_advance_sql", "l.shipped + s.shipped", "l.shipped + 2 * s.shipped")),
    Bug("INV-6", "An order forgets what was cancelled of it.", made_sql("orders.counters", "_advance_lines_sql", "o.cancelled + s.cancelled", "o.cancelled")),
    Bug("INV-7", "A hold that was released still shows.", sql("orders.release_hold", "UNMARK", "t <> ALL(h.types)", "true")),
    Bug("INV-8", "A parcel claims a unit more than its carton holds.", sql("transport.hand_over", "SHIP", "%(units)s::bigint[]", "ARRAY(SELECT u + 1 FROM unnest(%(units)s::bigint[]) u)")),
    Bug("INV-8", "A carton's contents are written down with a unit more.", sql("fulfilment.pack", "CLOSE", "%(quantity)s::bigint[]", "ARRAY(SELECT q + 1 FROM unnest(%(quantity)s::bigint[]) q)")),
    Bug("INV-9", "An invoice's lines carry a cent more tax than it says.", sql("billing.documents", "ISSUE", "%(line_tax)s::numeric[]", "ARRAY(SELECT t + 0.01 FROM unnest(%(line_tax)s::numeric[]) t)")),
    Bug("INV-9", "An invoice's open item is a cent short.", sql("billing.documents", "ISSUE", "d.id, d.total, d.at", "d.id, d.total - 0.01, d.at")),
    Bug("INV-10", "What was shipped is never billed.", sql("billing.jobs", "BILLABLE", "AND {which}", "AND {which} AND false")),
    Bug("INV-11", "A series of numbers skips one each time.", sql("billing.documents", "DRAW", "s.last + excluded.last", "s.last + excluded.last + 1")),
    Bug("INV-12", "An invoice can be credited again and again.", sql("billing.credit", "LINES", "coalesce(c.quantity, 0)::bigint", "0::bigint")),
    Bug("INV-13", "A payment is booked and not told.", sql("journal.run", "JOURNAL", "AS e(kind, subject, happened_at, zone, actor, key, body)", "AS e(kind, subject, happened_at, zone, actor, key, body) WHERE e.kind <> 'PaymentReceived'")),
    Bug("INV-13", "An entry does not say who did it.", sql("journal.run", "JOURNAL", "e.zone, e.actor,", "e.zone, '',")),
    Bug("INV-14", "A follower moves its mark before its effect, and dies between.", _follower("webhooks", _every_other_time)),
    Bug("INV-14", "One fact in seven is put into no box.", sql("edge.webhooks", "BOX", "(e.kinds = '{}'", "f.event %% 7 <> 0 AND (e.kinds = '{}'")),
    Bug("INV-15", "A cancellation is acknowledged and undone.", swap("journal.operation", "Operation._once", _forgets)),
    Bug("INV-15", "The database acknowledges before it has written.", _unsafe),
    Bug("INV-16", "Keys are not stored, so what comes again is done again.", swap("journal.operation", "Operation._seen", _no_keys)),
    Bug("INV-16", "A key's answers are forgotten.", sql("journal.operation", "CLAIM_KEY", "%(digest)s::bytea", "''::bytea")),
    Bug("INV-17", "A carrier's event that comes again is told again.", swap("transport.record_tracking", "decide", lambda old: lambda asks, known: old(asks, replace(known, told={})))),
    Bug("INV-18", "A parcel's state is what was told last, not what happened last.", swap("transport.record_tracking", "derive", lambda old: lambda seen, *proof: old([*seen][-1:], *proof))),
    Bug("INV-20", "Nobody is asked for a grant.", swap("journal.principals", "Principal.may", lambda old: lambda self, operation: True)),
    Bug("INV-20", "A key that was taken back still opens.", both(sql("edge.keys", "FIND", "revoked_at IS NULL", "true"), sql("edge.keys", "STANDS", "revoked_at IS NULL", "true"))),
    Bug("INV-22", "The log tells keys.", swap("edge.keys", "Bearer.authenticate", _tell_keys)),
    Bug("INV-24", "What is kept of a verdict says that the right goods came, whatever the evidence.", sql("perfect_order.assess", "KEEP", "v.right_product", "true")),
    Bug("INV-24", "A day counts every order twice.", swap("perfect_order.assess", "roll_up", lambda old: lambda run, steps: old(run, [*steps, *steps]))),
    Bug("INV-25", "The feed goes by the clock.", sql("edge.feed", "FEED", "ORDER BY xact, id", "ORDER BY recorded_at, id")),
    Bug("INV-26", "A batch may be as long as it likes.", both(*(swap(door, "MOST_ASKS", lambda old: 10**9) for door in ("journal.operation", "web.doors", "edge.bodies")))),
    Bug("INV-26", "A body may be as deep as it likes.", swap("edge.bodies", "DEEPEST", lambda old: 10**9)),
]
