"""Processes: loaded once, forked, each under a name of its own, and none outliving the one that started it, whatever kills that."""

import ctypes
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
PARENT = "HANSE_PARENT"


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded within this block stays: collecting garbage looks at it neither meanwhile nor later, so forks go on sharing it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def become(name: str, at_once: int) -> None:
    """Be one of ours, for `ps` and for the database, with so many connections at once; also after a fork from one that has its settings already."""
    os.environ |= {"HANSE_PROCESS": name, "HANSE_POOL_SIZE": str(at_once)}
    _named(name)
    if settings.configured:
        from . import logs
        from .settings import database

        settings.REQUESTS_AT_ONCE = at_once
        settings.DATABASES["default"] |= database(settings.DATABASE_URL)
        logs.configure()


def _named(name: str) -> None:
    """Go by a name of ours in `ps`, where the kernel keeps one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, f"hanse {name}".encode(), 0, 0, 0)


def let_go() -> None:
    """Leave the database, with the threads that keep lines to it: only a process of one thread and no line may fork."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies; where it cannot, watch the parent ourselves.

    A parent that died before we asked is noticed by its number, which it left in the environment.
    """
    parent = int(os.environ.get(PARENT, os.getppid()))
    if sys.platform == "linux":
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    else:
        threading.Thread(target=_watch, args=[parent], daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)


def parent_of_more() -> dict[str, str]:
    """What children of this process need in their environment."""
    return os.environ | {PARENT: str(os.getpid())}
