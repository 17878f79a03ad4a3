"""Principals: who acts, and which operations they may do. A principal is never nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

QUEUE = {"edge.take_exceptions", "edge.give_back_exceptions", "edge.hand_on_exceptions"}
"""Whoever works here looks after exceptions."""

FREIGHT_BILLS = {f"transport.{name}" for name in (
    "keep_freight_terms", "receive_freight_invoice", "accept_freight_line", "dispute_freight_line", "answer_dispute", "pay_freight_invoice", "open_claim", "answer_claim", "dismiss_claim")}  # fmt: skip
"""What carriers bill and owe us; transport does it too."""

ROLES: dict[str, frozenset[str]] = {
    "order desk": frozenset({"orders.*", "transport.choose_remedy", "transport.take_receiving_advice", "transport.keep_message", "fulfilment.release", "fulfilment.decline", "fulfilment.expect_despatch", "transport.take_despatch_advice", "inventory.keep_drop_ships", "partners.*", "billing.invoice", "billing.credit", "billing.credit_goods", *QUEUE, "holds.address", "holds.customer", "holds.fulfilment", "holds.price"}),
    "warehouse": frozenset({"inventory.*", "fulfilment.*", "transport.hand_over", "transport.choose_service", "transport.draw_up", "transport.take_back", "transport.want_labels", "transport.void_labels", "transport.close_manifests", "transport.book_pickups", "transport.change_pickups", "transport.cancel_pickups", "orders.allocate", "orders.free", *QUEUE, "orders.release_hold", "holds.quality", "holds.fulfilment"}),
    "transport": frozenset({"transport.*", "network.keep_services", "network.keep_rates", "network.keep_surcharges", "network.approve_transit", "fulfilment.answer_change", "orders.book_appointments", *QUEUE}),
    "finance": frozenset({"billing.*", *FREIGHT_BILLS, "orders.hold", "orders.release_hold", *QUEUE, "holds.credit", "holds.payment", "holds.fraud", "holds.price", "holds.invoice"}),
    "planner": frozenset({"world.ask_what_if", "world.stop_what_if"}),
    "admin": frozenset({"*"}),
    "read-only": frozenset(),
}
"""What each role may do: operations as `area.operation`, `area.*` for all of an area, `*` for all.

`holds.type` says whose holds of that type are to release; what no role has is for the admins.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What must still be so for a principal to act: a condition of SQL, and what its names stand for."""

    sql: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: a user, an API key or hanse itself. `grants` are scopes like those of ROLES.

    One that was found by an earlier request has a `standing`: no key is claimed for it unless that holds.
    """

    name: str
    grants: frozenset[str]
    standing: Standing | None = field(default=None, compare=False)

    def may(self, operation: str) -> bool:
        """Whether one of the grants covers `area.operation`."""
        return operation in self.grants or "*" in self.grants or f"{operation.split('.')[0]}.*" in self.grants


HANSE = Principal("hanse", frozenset({"*"}))
"""hanse itself, for what follows from events and the clock."""

GRANTS = """
SELECT coalesce(array_agg(g.name) FILTER (WHERE g.name IS NOT NULL), '{}'), bool_or(u.is_superuser)
  FROM auth_user u
  LEFT JOIN auth_user_groups ug ON ug.user_id = u.id
  LEFT JOIN auth_group g ON g.id = ug.group_id
 WHERE u.username = %s AND u.is_active GROUP BY u.id
"""


def grants_of(scopes: list[str]) -> frozenset[str]:
    """The operations that these scopes cover. A scope is a role, `area.*`, `area.operation`, `all` or `read`."""
    grants: set[str] = set()
    for scope in scopes:
        grants |= ROLES.get(scope, {"*"} if scope in ("all", "*") else {scope} if "." in scope else set())
    return frozenset(grants)


def principal(by: Any) -> Principal:
    """The principal behind `by`: itself, or the active user of that name with the grants of their roles."""
    if isinstance(by, Principal):
        return by
    if not by:
        raise ValueError("an operation needs a principal")
    with connection.cursor() as cursor:
        cursor.execute(GRANTS, [str(by)])
        row = cursor.fetchone()
    if row is None:
        return Principal(str(by), frozenset())
    return Principal(str(by), frozenset({"*"}) if row[1] else grants_of(row[0]))
