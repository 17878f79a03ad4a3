"""The frame round every page: navigation by role, who is signed in, the theme and where live changes come from.

Roles are groups. Each sees at most seven entries; a page that does not exist here is left out by itself, and
counts stand only where work waits: the area that owns a page says how much with

    @waits("exceptions")
    def open_exceptions(user) -> int: ...
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, cached_property

from hanse.kernel import clock

PAGES = {
    # url name: (word, icon, letter after G)
    "today": ("Today", "sun", "t"),
    "orders": ("Orders", "list-details", "o"),
    "backorders": ("Backorders", "clock", "b"),
    "exceptions": ("Exceptions", "alert-triangle", "e"),
    "stock": ("Stock", "packages", "s"),
    "shipments": ("Shipments", "truck", "h"),
    "supplier_orders": ("Drop-ship", "building-store", "j"),
    "perfect_order": ("Perfect order", "chart-bar", "f"),
    "at_risk": ("At risk", "flag", "q"),
    "improvements": ("Improvements", "adjustments", "z"),
    "carriers": ("Carriers", "truck-delivery", "g"),
    "warehouses": ("Warehouses", "building-warehouse", "9"),
    "tenders": ("Tenders", "send", "1"),
    "freight_invoices": ("Freight invoices", "file-invoice", "2"),
    "claims": ("Claims", "scale", "3"),
    "customers": ("Customers", "users", "c"),
    "invoices": ("Invoices", "receipt", "i"),
    "goods_credits": ("Credits to book", "arrow-back-up", "8"),
    "release": ("Release", "bolt", "r"),
    "waves": ("Waves", "route", "v"),
    "pick": ("Pick", "scan", "p"),
    "sort": ("Put wall", "arrows-exchange", "l"),
    "pack": ("Pack", "package", "k"),
    "hand_over": ("Hand over", "truck-loading", "d"),
    "labels": ("Labels", "tag", "4"),
    "manifests": ("Manifests and pickups", "clipboard-check", "5"),
    "connections": ("Carrier connections", "plug-connected", "x"),
    "changes": ("Changes", "hand-stop", "w"),
    "stock_work": ("Stock work", "refresh", "n"),
    "audits": ("Audits", "clipboard-check", "u"),
    "lots": ("Lots", "snowflake", "y"),
    "lanes": ("Lanes", "transfer", "6"),
    "what_ifs": ("What-if", "switch-horizontal", "0"),
    "driver_link": ("Driver’s link", "qrcode", "7"),
    "admin:index": ("Master data", "database", "m"),
    "all_pages": ("All pages", "dots", "a"),
}

ROLES: dict[str, tuple[str, ...]] = {
    "order desk": ("today", "orders", "exceptions", "stock", "shipments", "customers", "invoices"),
    "warehouse": ("today", "release", "pick", "pack", "hand_over", "stock", "stock_work"),
    "transport": ("today", "shipments", "hand_over", "changes", "carriers", "exceptions", "perfect_order"),
    "finance": ("today", "invoices", "orders", "customers", "exceptions", "shipments", "perfect_order"),
    "planner": ("today", "what_ifs", "perfect_order", "improvements", "at_risk", "stock", "orders"),
    "admin": ("today", "orders", "exceptions", "stock", "shipments", "invoices", "admin:index"),
    "read-only": ("today", "perfect_order", "at_risk", "improvements", "carriers", "orders", "stock"),
}
HANDHELD = {"warehouse": ("pick", "pack", "hand_over")}
"""What the bar at the bottom of a phone shows; for other roles their first three. *All pages* is the fourth."""

ONLY_FOR: dict[str, tuple[str, ...]] = {"what_ifs": ("planner", "admin")}
"""Pages that not everybody may open, and who may. Master data is for whoever is staff."""

_WAITING: dict[str, Callable[[Any], int]] = {}


def waits(page: str) -> Callable[[Callable[[Any], int]], Callable[[Any], int]]:
    """Name the function that says how much work waits for a user on `page`."""

    def named(count: Callable[[Any], int]) -> Callable[[Any], int]:
        _WAITING[page] = count
        return count

    return named


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation."""

    name: str
    word: str
    icon: str
    letter: str
    url: str
    here: bool
    waiting: Callable[[], int]
    """How much waits there; read only where it is shown."""


class Frame:
    """What base.html asks for; nothing is read before it is asked."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.user: Any = getattr(request, "user", None) or AnonymousUser()
        self._counted: dict[str, int] = {}

    @cached_property
    def roles(self) -> list[str]:
        """The roles this user may act in; whoever may do everything has all of them."""
        if not self.user.is_authenticated:
            return []
        if self.user.is_superuser:
            return list(ROLES)
        held = set(self.user.groups.values_list("name", flat=True))
        return [role for role in ROLES if role in held]

    @cached_property
    def role(self) -> str:
        """The role the pages are shown for: the one last switched to, else the first; whoever may do everything begins as admin."""
        chosen = self.request.session.get("role") if self.roles else None
        first = "admin" if self.user.is_superuser else next(iter(self.roles), "")
        return str(chosen) if chosen in self.roles else first

    @cached_property
    def navigation(self) -> list[Entry]:
        return self._entries(ROLES.get(self.role, ()))

    @cached_property
    def also(self) -> list[Entry]:
        """Below the role's entries: master data for whoever keeps it, and the way to everything else."""
        shown = [entry.name for entry in self.navigation]
        more = [name for name in ("admin:index",) if self.user.is_staff and name not in shown]
        return self._entries((*more, "all_pages"))

    @cached_property
    def bottom(self) -> list[Entry]:
        first = HANDHELD.get(self.role) or tuple(entry.name for entry in self.navigation[:3])
        return self._entries((*first, "all_pages"))

    @cached_property
    def everything(self) -> list[Entry]:
        """Every page that this user may open, for *All pages* and the keys."""
        return self._entries(tuple(name for name in PAGES if self._may_open(name)))

    def _may_open(self, name: str) -> bool:
        if name == "admin:index":
            return bool(self.user.is_staff)
        return name not in ONLY_FOR or not set(self.roles).isdisjoint(ONLY_FOR[name])

    def _entries(self, names: tuple[str, ...]) -> list[Entry]:
        """Entries by name; of several within which the page shown lies, the nearest is marked."""
        found = [entry for name in names if (entry := self._entry(name))]
        nearest = max((len(entry.url) for entry in found if entry.here), default=0)
        return [replace(entry, here=entry.here and len(entry.url) == nearest) for entry in found]

    def _entry(self, name: str) -> Entry | None:
        word, icon, letter = PAGES[name]
        try:
            url = reverse(name)
        except NoReverseMatch:
            return None
        path = self.request.path
        here = path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
        return Entry(name, word, icon, letter, url, here, partial(self._waiting, name))

    def _waiting(self, name: str) -> int:
        """Counted once a request."""
        if name not in self._counted:
            self._counted[name] = _WAITING[name](self.user) if name in _WAITING else 0
        return self._counted[name]

    @property
    def person(self) -> str:
        return str(self.user.get_full_name() or self.user.get_username())

    @property
    def initials(self) -> str:
        parts = self.person.replace(".", " ").split()
        return "".join(part[0] for part in (parts[0], *parts[1:][-1:])).upper() if parts else "?"

    @property
    def theme(self) -> str:
        """'light', 'dark' or 'system', as the reader chose in this browser."""
        chosen = self.request.COOKIES.get("theme", "system")
        return chosen if chosen in ("light", "dark") else "system"

    @property
    def search_url(self) -> str:
        try:
            return reverse("search")
        except NoReverseMatch:
            return ""

    @property
    def clock(self) -> str:
        """The course of a demo's time, for the page: real and simulated milliseconds, and the pace; empty where time goes as everywhere."""
        course = clock.course()
        return f"{course.real.timestamp() * 1000:.0f} {course.simulated.timestamp() * 1000:.0f} {course.pace}" if course else ""

    @property
    def live_url(self) -> str:
        """Where live changes are streamed from; empty when this server streams none."""
        name = self.request.get_host()
        host = name.rsplit(":", 1)[0] if ":" in name.rsplit("]", 1)[-1] else name
        return str(getattr(settings, "STREAM_URL", "")).replace("{host}", host)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` in every template."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
