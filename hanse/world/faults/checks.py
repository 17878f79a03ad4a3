"""Checks: after the faults, nothing lost, nothing doubled, nothing leaked, nothing stuck, nothing unexplained. Each gives sentences of what is wrong."""

import json
from collections import Counter
from random import Random
from typing import Any

import psycopg

from .lives import Act, Client, Company, Stuck
from .outside import Endpoints

SHOWN = 5
AGAIN = 200
"""So many acknowledged requests are sent again."""
OPENING = "opening: "
"""So begin the keys of what the harness itself asked for."""
FEED_PAGE = 50
JOURNAL = "SELECT id FROM journal_event ORDER BY xact, id"
FACTS = "SELECT key, kind FROM journal_event WHERE actor = ANY(%s) AND NOT starts_with(coalesce(key, ''), 'opening: ')"
NUMBERS = [
    ("OrderPlaced", "ref", "SELECT ref FROM orders_order"),
    ("OrderPlaced", "order", "SELECT 'H-' || id FROM orders_order"),
    ("CartonPacked", "carton", "SELECT sscc FROM fulfilment_carton"),
    ("ParcelHandedOver", "parcel", "SELECT tracking FROM transport_parcel"),
    ("PaymentReceived", "payment", "SELECT ref FROM billing_payment"),
]
"""Business numbers: what was told of them, and what there is."""
HALF_WAY = """
SELECT 'H-' || id FROM orders_order WHERE ordered <> cancelled AND NOT (ordered = shipped AND shipped = delivered AND shipped = invoiced) ORDER BY id
"""
RESERVED = "SELECT coalesce(sum(reserved), 0)::bigint FROM inventory_stock"
BEHIND = """
SELECT f.name, f.trouble FROM journal_follower f WHERE EXISTS (SELECT 1 FROM journal_event e WHERE (e.xact, e.id) > (f.xact, f.event))
"""
PARKED = "SELECT p.follower, e.key, p.trouble FROM journal_parkedfact p JOIN journal_event e ON e.id = p.event_id WHERE e.actor <> 'faults'"
JOBS = """
SELECT id, task_name, status::text FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name NOT LIKE 'builtin%%' AND coalesce(scheduled_at, now()) <= now() - interval '60 s'
"""
ASKED = "SELECT l.key, l.state, l.calls, l.trouble FROM transport_label l WHERE l.state IN ('asked', 'void-asked')"
LABELS = "SELECT tracking FROM transport_label WHERE bought_at IS NOT NULL"
WAITING = """
SELECT d.message FROM edge_delivery d JOIN edge_endpoint n ON n.id = d.endpoint_id
 WHERE d.state = 'waiting' AND n.paused_at IS NULL AND n.removed_at IS NULL AND (%s = '' OR n.url LIKE '%%/' || %s)
"""
LEFT = """
SELECT (SELECT count(*) FROM transport_label WHERE state IN ('asked', 'void-asked'))
     + (SELECT count(*) FROM edge_delivery d JOIN edge_endpoint n ON n.id = d.endpoint_id WHERE d.state = 'waiting' AND n.paused_at IS NULL AND n.removed_at IS NULL)
"""
HEARD = """
SELECT d.message, d.subject, d.state FROM edge_delivery d JOIN edge_endpoint n ON n.id = d.endpoint_id WHERE n.url LIKE '%%/' || %s ORDER BY d.id
"""


def acts_of(company: Company) -> list[Act]:
    """What was acknowledged and told something new."""
    return [a for a in company.acts if a.told["told"] != "TrackingKnown"]


def once(company: Company, connection: psycopg.Connection, actors: list[str]) -> list[str]:
    """Each acknowledged write has its one fact in the journal and its one row, and there is nothing beside them."""
    facts, acts = Counter(connection.execute(FACTS, [actors]).fetchall()), acts_of(company)
    told = {(a.key, a.told["told"]) for a in acts}
    wrong = [f"acknowledged and told {facts[fact]} times: {fact}" for fact in sorted(told) if facts[fact] != 1]
    known = {a.key for a in acts}
    wrong += [f"a write that nobody was told of: {key} {kind}" for key, kind in sorted(fact for fact in facts if fact[0] not in known)]
    for kind, field, sql in NUMBERS:
        there, named = Counter(name for (name,) in connection.execute(sql)), Counter(a.told[field] for a in acts if a.told["told"] == kind)
        wrong += [f"{kind} {name}: acknowledged {named[name]} times, there {there[name]} times" for name in sorted(set(there) | set(named)) if there[name] != named[name]]
    return _few(wrong)


def whole(connection: psycopg.Connection) -> list[str]:
    """No order is left half way and no unit reserved, once all lives were lived to their end."""
    left = [f"{number} is left half way" for (number,) in connection.execute(HALF_WAY).fetchall()]
    [reserved] = connection.execute(RESERVED).fetchone() or [0]
    return _few(left) + ([f"{reserved} units are reserved for nobody"] if reserved else [])


def same_answers(company: Company, random: Random) -> list[str]:
    """Requests sent again with their keys get what they got."""
    client, wrong = Client(company, random, "again"), list[str]()
    for act in random.sample(company.acts, min(AGAIN, len(company.acts))):
        try:
            answer = client.known(act.path, act.body, act.key)
        except Stuck as stuck:
            return [*_few(wrong), f"a request that was acknowledged has no answer when it comes again: {stuck}"]
        if (answer.status_code, answer.content, answer.headers.get("idempotent-replayed")) != (200, act.answer, "true"):
            wrong.append(f"{act.path} {act.key} answered otherwise when it came again: {answer.status_code} {answer.text[:200]}")
    return _few(wrong)


def stuck(connection: psycopg.Connection) -> list[str]:
    """Every follower has read on, whatever was parked was poison, no job hangs."""
    wrong = [f"{name} is behind: {trouble}" for name, trouble in connection.execute(BEHIND).fetchall()]
    wrong += [f"{follower} parked a fact of {key}: {trouble}" for follower, key, trouble in connection.execute(PARKED).fetchall()]
    return _few(wrong) + _few([f"job {id} {name} is {status}" for id, name, status in connection.execute(JOBS).fetchall()])


def outside_waits(connection: psycopg.Connection, mood: str = "") -> list[str]:
    """What still waits for partners: labels that were asked for, messages not taken yet."""
    wrong = [f"label {key} is {state} after {calls} calls: {trouble}" for key, state, calls, trouble in connection.execute(ASKED).fetchall()]
    return _few(wrong) + _few([f"{message} waits" for (message,) in connection.execute(WAITING, [mood, mood]).fetchall()])


def left_outside(connection: psycopg.Connection) -> int:
    """How much still waits for partners."""
    [left] = connection.execute(LEFT).fetchone() or [0]
    return int(left)


def sold_once(connection: psycopg.Connection, sold: list[str]) -> list[str]:
    """What the carrier sold is what we know of, each label once."""
    ours, theirs = Counter(name for (name,) in connection.execute(LABELS)), Counter(sold)
    return _few([f"label {name}: sold {theirs[name]} times, known {ours[name]} times" for name in sorted(set(ours) | set(theirs)) if ours[name] != theirs[name]])


def reached(connection: psycopg.Connection, endpoints: Endpoints, mood: str) -> list[str]:
    """Each fact reached the endpoint, in order for its subject, or is parked where people see it."""
    boxed = connection.execute(HEARD, [mood]).fetchall()
    first: dict[str, int] = {}
    for n, (message, _, _) in enumerate(endpoints.taken[mood]):
        first.setdefault(message, n)
    wrong = [f"{message} never reached the {mood} endpoint and is {state}" for message, _, state in boxed if message not in first and state != "parked"]
    last: dict[str, tuple[int, str]] = {}
    for message, subject, _ in boxed:
        if message in first:
            if subject in last and last[subject][0] > first[message]:
                wrong.append(f"{message} of {subject} reached the {mood} endpoint before {last[subject][1]}")
            last[subject] = first[message], message
    wrong += [f"{message} was sent to {mood} and is in no box" for message in first if message not in {m for m, _, _ in boxed}]
    return _few(wrong)


def fed(company: Company, connection: psycopg.Connection) -> list[str]:
    """The feed, read page by page, gives every fact once, in the order of commit, whatever the clock said meanwhile."""
    client, read, cursor = Client(company, Random(0), "feed"), list[int](), ""
    kept = [id for (id,) in connection.execute(JOURNAL).fetchall()]
    while len(read) < len(kept):
        page = client.http.get("/events", params={"cursor": cursor, "limit": FEED_PAGE}).json()
        if not page["items"]:
            break
        read, cursor = [*read, *(fact["id"] for fact in page["items"])], page["next"]
    at = next((n for n, (told, known) in enumerate(zip(read, kept, strict=False)) if told != known), min(len(read), len(kept)))
    return [] if read[: len(kept)] == kept else [f"the feed goes another way than the journal after {at} of {len(kept)} facts: {read[at : at + SHOWN]} instead of {kept[at : at + SHOWN]}"]


def told_secrets(logs: str, secrets: dict[str, str]) -> list[str]:
    """What must stand in no log, and does."""
    return [f"the logs hold {what}" for what, secret in secrets.items() if secret and secret in logs]


def faults_in(logs: str) -> list[str]:
    """Faults of ours that the logs tell of."""
    lines = [line for line in logs.splitlines() if '"event": "fault"' in line or '"event": "fault answered by the framework"' in line]
    return _few([line[:2_000] for line in lines])


def verified(said: str, code: int) -> list[str]:
    """What `hanse verify --json` found."""
    try:
        results: list[dict[str, Any]] = json.loads(said)
    except ValueError:
        return [f"hanse verify ended with {code}: {said[-500:]}"]
    return [f"{it['name']} {json.dumps(finding)}" for it in results for finding in it["findings"][:SHOWN]]


def _few(wrong: list[str]) -> list[str]:
    return wrong if len(wrong) <= SHOWN else [*wrong[:SHOWN], f"… and {len(wrong) - SHOWN} more like these"]
