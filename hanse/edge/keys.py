"""Keys: bearer keys for machines. `hk_<prefix>_<secret>`; the prefix finds a key, only the hash of its secret is kept.

A key carries scopes: roles (`order desk`), areas (`orders.*`), operations (`orders.place`), `all` or `read`. Any valid
key may read. Revoking or expiring works from the next request: each asks the database, a write in the statement that claims its
Idempotency-Key.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from ninja.security import HttpBearer

from hanse.journal.operation import OPERATIONS
from hanse.journal.principals import ROLES, Principal, Standing, grants_of, principal
from hanse.kernel import clock

_SHAPE = re.compile(r"hk_([a-z0-9]{10})_([A-Za-z0-9_-]{43})")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
MAKE = """
INSERT INTO edge_apikey (name, prefix, secret_hash, scopes, made_at, expires_at) VALUES (%s, %s, %s, %s::text[], %s, %s)
"""
FIND = """
SELECT name, secret_hash, scopes, used_on FROM edge_apikey
 WHERE prefix = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)
"""
STANDS = """EXISTS (
  SELECT FROM edge_apikey WHERE prefix = %(prefix)s::text AND secret_hash = %(secret_hash)s::bytea AND scopes = %(scopes)s::text[]
     AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s::timestamptz))"""
USED = "UPDATE edge_apikey SET used_on = %s WHERE prefix = %s AND (used_on IS NULL OR used_on < %s)"
REVOKE = "UPDATE edge_apikey SET revoked_at = %s WHERE name = %s AND revoked_at IS NULL"
LIST = "SELECT name, prefix, scopes, made_at, expires_at, revoked_at, used_on FROM edge_apikey ORDER BY id"


class WrongKey(Exception):
    """A key cannot be made like this; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Known:
    """A key as lists show it: never its secret."""

    name: str
    prefix: str
    scopes: list[str]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_on: Any


def make(name: str, scopes: list[str], days: int | None = None) -> str:
    """Make a key and give it back: the only time that it can be read."""
    for scope in scopes:
        if not is_scope(scope):
            raise WrongKey(f"There is no scope {scope!r}: take a role ({', '.join(ROLES)}), an operation, `area.*`, `all` or `read`.")
    if not scopes or not name.strip():
        raise WrongKey("A key needs a name and at least one scope.")
    prefix, secret, now = "".join(secrets.choice(_LETTERS) for _ in range(10)), secrets.token_urlsafe(32), clock.now()
    expires = now + timedelta(days=days) if days else None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(MAKE, [name.strip(), prefix, _hash(secret), scopes, now, expires])
    except IntegrityError as taken:
        raise WrongKey(f"There is a key named {name!r} already.") from taken
    return f"hk_{prefix}_{secret}"


def is_scope(scope: str) -> bool:
    """Whether a scope names something: a role, an operation, an area with operations, or everything or reading."""
    import_module("hanse.edge.api")  # with it every operation is known
    areas = {name.split(".")[0] for name in OPERATIONS}
    return scope in ROLES or scope in ("all", "read") or scope in OPERATIONS or (scope.endswith(".*") and scope[:-2] in areas)


def revoke(name: str) -> bool:
    """End a key from the next request on. False if there is no living key of that name."""
    with connection.cursor() as cursor:
        cursor.execute(REVOKE, [clock.now(), name])
        return cursor.rowcount == 1


def known() -> list[Known]:
    """All keys, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        return [Known(*row) for row in cursor.fetchall()]


MOST_KNOWN = 1_000
_known: dict[tuple[str, bytes], tuple[date, Principal]] = {}
"""Who was found behind which prefix and hash, and on which day."""


def bearer(token: str) -> Principal | None:
    """The principal behind a key, or nobody. One statement; once a day one more to note that it is in use."""
    shape = _SHAPE.fullmatch(token)
    if shape is None:
        return None
    prefix, hashed = shape[1], _hash(shape[2])
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(FIND, [prefix, now])
        row = cursor.fetchone()
        name, kept, scopes, used_on = row or ("", bytes(32), [], now.date())
        if not hmac.compare_digest(bytes(kept), hashed) or row is None:
            return None
        if used_on is None or used_on < now.date():
            cursor.execute(USED, [now.date(), prefix, now.date()])
    found = Principal(f"key:{name}", grants_of(scopes))
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[prefix, hashed] = now.date(), replace(found, standing=Standing(STANDS, {"prefix": prefix, "secret_hash": hashed, "scopes": scopes}))
    return found


def known_bearer(token: str) -> Principal | None:
    """The principal behind a key that opened today already, without asking; whether it still stands is for the claim to ask, or for `stands`."""
    shape = _SHAPE.fullmatch(token)
    day, found = (shape and _known.get((shape[1], _hash(shape[2])))) or (None, None)
    return found if day == clock.now().date() else None


def stands(who: Principal | None) -> bool:
    """Whether a key that was known from before is as it was; else it is looked up anew the next time. Who was looked up just now needs no asking."""
    if who is None or who.standing is None:
        return True
    given = who.standing.given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {who.standing.sql}", {"now": clock.now(), **given})
        [as_it_was] = cursor.fetchone()
    if not as_it_was:
        _known.pop((given["prefix"], given["secret_hash"]), None)
    return as_it_was


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


class Bearer(HttpBearer):
    """Who calls the API: a bearer key. The session of somebody signed in may read, for pages; it may not write, so no CSRF can."""

    def __call__(self, request: HttpRequest) -> Principal | None:
        if "Authorization" in request.headers:
            return super().__call__(request)
        user = getattr(request, "user", None)
        if request.method == "GET" and user is not None and user.is_authenticated:
            return principal(user.get_username())
        return None

    def authenticate(self, request: HttpRequest, token: str) -> Principal | None:
        return (None if request.method in ("GET", "HEAD") else known_bearer(token)) or bearer(token)
