"""Kills this very process before a line of Python, as a power cut would."""

import os
import signal
from types import FrameType
from typing import Protocol


class Trace(Protocol):
    """What Python calls at each line."""

    def __call__(self, frame: FrameType, event: str, arg: object, /) -> "Trace | None": ...


class Lines:
    """Kills this process before the n-th line of some modules; `enter` is for `sys.settrace`. Counts down to it."""

    def __init__(self, n: int, modules: tuple[str, ...]) -> None:
        self._left, self._modules = n, modules

    def enter(self, frame: FrameType, event: str, arg: object) -> Trace | None:
        del event, arg
        return self.step if frame.f_code.co_filename.endswith(self._modules) else None

    def step(self, frame: FrameType, event: str, arg: object) -> Trace:
        del frame, arg
        self._left -= event == "line"
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.step
