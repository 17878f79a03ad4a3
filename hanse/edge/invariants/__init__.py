"""Invariants: what is true after every commit, each as one question to the database (RELIABILITY, INV-1 to INV-18 and INV-24).

A check's SQL gives every row it looked at, with what names it, and `wrong`. `hanse verify` counts the rows and shows
the wrong ones; nothing is repaired by itself.
"""

from .check import Check
from .freight import FREIGHT
from .journal import JOURNAL
from .money import MONEY
from .orders import ORDERS
from .perfect import PERFECT
from .stock import STOCK

INVARIANTS: list[Check] = [*STOCK, *ORDERS, *MONEY, *FREIGHT, *JOURNAL, *PERFECT]
"""Every check, in the order of its invariant; several may stand under one."""

TITLES = {
    "INV-1": "Ledger", "INV-2": "Two-sided", "INV-3": "Floor", "INV-4": "No oversell", "INV-5": "Serials", "INV-6": "Counters",
    "INV-7": "States", "INV-8": "Ship once", "INV-9": "Money", "INV-10": "No leak", "INV-11": "Documents", "INV-12": "Caps",
    "INV-13": "Journal", "INV-14": "Events", "INV-15": "Durable", "INV-16": "Same answer", "INV-17": "Inbound once", "INV-18": "Order-free",
    "INV-24": "Reproducible",
}  # fmt: skip

__all__ = ["INVARIANTS", "TITLES", "Check"]
