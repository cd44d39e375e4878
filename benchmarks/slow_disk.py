"""A disk that forces only so many writes a second, for a program and all that it starts: `fsync` takes its time.

One lock for all of them: a disk forces one write after the other, whoever asks. In truth nothing is forced, so that the
machine's own disk does not count. Needs a C compiler and Linux.
"""

import os
import subprocess
import sys
from pathlib import Path

_LOCK, _PAUSE = "SLOW_DISK_LOCK", "SLOW_DISK_US"
_SOURCE = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static int slowly(void) {
    int lock = open(getenv("SLOW_DISK_LOCK"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    flock(lock, LOCK_EX);
    usleep((useconds_t)atoi(getenv("SLOW_DISK_US")));
    close(lock);
    return 0;
}

int fsync(int file) { return slowly(); }
int fdatasync(int file) { return slowly(); }
"""


def run_on_slow_disk(folder: Path, forced_per_s: float) -> None:
    """Begin this program anew, with the same arguments, on such a disk; in the program begun anew nothing happens.

    Args:
        folder: For the compiled library and the lock; it has to outlive the program.
        forced_per_s: How many writes the disk forces a second, for all processes together.
    """
    if _LOCK in os.environ:
        return
    source, library = folder / "slow_disk.c", folder / "slow_disk.so"
    source.write_text(_SOURCE, encoding="utf-8")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
    slow = {_LOCK: str(folder / "lock"), _PAUSE: str(round(1e6 / forced_per_s)), "LD_PRELOAD": str(library)}
    done = subprocess.run(sys.orig_argv, env=os.environ | slow, check=False)
    sys.exit(done.returncode)
