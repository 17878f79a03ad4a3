"""Processes: children that do not outlive who started them, whatever kills it."""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
PARENT = "HANSE_PARENT"


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
