"""Inside: what every process of a company under faults is given at its start, by PYTHONPATH. Nothing of it is known to hanse.

Its clock goes by an offset that the harness writes into a file, and its simulated carriers are not its own: they are asked
over a socket, where the harness keeps their books, loses their answers, and kills who asks.
"""

import importlib.abc
import importlib.util
import os
import pickle
import socket
import struct
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("HANSE_FAULTS", "/nonexistent"))
OFFSET = struct.Struct("d")
PATIENCE = 15.0
CALLS = ("buy", "void", "manifest", "book_pickup", "cancel_pickup")


def bend_clock(clock) -> None:
    """Add the harness's offset to what the clock says."""
    handle, told = os.open(FOLDER / "clock", os.O_RDONLY), clock.now

    def now():
        return told() + timedelta(seconds=OFFSET.unpack(os.pread(handle, OFFSET.size, 0))[0])

    clock.now = now


def call_outside(simulated) -> None:
    """Have the simulated carrier asked outside this process."""
    from hanse.transport.ports.port import Unanswered

    def calling(name):
        def call(self, *asked):
            words = pickle.dumps((os.getpid(), name, self.carrier, dict(self.settings), asked))
            try:
                with socket.socket(socket.AF_UNIX) as line:
                    line.settimeout(PATIENCE)
                    line.connect(str(FOLDER / "carriers"))
                    line.sendall(words)
                    line.shutdown(socket.SHUT_WR)
                    heard = b"".join(iter(lambda: line.recv(65536), b""))
                return pickle.loads(heard)
            except (OSError, EOFError, pickle.UnpicklingError) as trouble:
                raise Unanswered(f"the simulated carrier gave no answer: {trouble!r}") from trouble

        return call

    for name in CALLS:
        setattr(simulated.SimulatedPort, name, calling(name))


BENT = {"hanse.kernel.clock": bend_clock, "hanse.transport.ports.simulated": call_outside}


class Bender(importlib.abc.MetaPathFinder):
    """Finds what is to be bent as everybody does, and bends it once it is loaded."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in BENT:
            return None
        bend = BENT.pop(name)
        spec: Any = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def loaded(module):
            load(module)
            bend(module)

        spec.loader.exec_module = loaded
        return spec


if (FOLDER / "clock").exists():
    sys.meta_path.insert(0, Bender())
