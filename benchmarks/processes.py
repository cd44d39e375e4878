"""What a running program and all that it started have taken, read from `/proc`."""

import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What a program has taken so far.

    Attributes:
        own_s: Seconds of processor time of the program.
        started_s: Of what it started and still runs: the embedded Redis and its guard.
        own_mib: Memory of the program, MiB; what it shares with others counts in part (PSS).
        started_mib: Of what it started.
        threads: Of the program.
        handles: Files and sockets that the program holds open.
    """

    own_s: float
    started_s: float
    own_mib: float
    started_mib: float
    threads: int
    handles: int


def usage(pid: int) -> Usage:
    """What a running program and what it started have taken so far.

    Raises:
        OSError: It does not run any more.
    """
    started = _descendants(pid)
    return Usage(
        own_s=_cpu_s(pid),
        started_s=sum(map(_cpu_s, started)),
        own_mib=_pss_mib(pid),
        started_mib=sum(map(_pss_mib, started)),
        threads=sum(1 for _ in Path(f"/proc/{pid}/task").iterdir()),
        handles=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
    )


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` from the third on: the second may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _cpu_s(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _pss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / _KIB_PER_MIB
    return 0.0


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            # One may end meanwhile.
            with suppress(OSError):
                children[int(_stat(int(folder.name))[1])].append(int(folder.name))
    found = list(children[pid])
    for child in found:
        found.extend(children[child])
    return found
