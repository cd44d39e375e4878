"""Asks a run on this machine, from another process: the console's end of `console_server`."""

import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from pydantic import ValidationError

from pipeline.errors import SmartAlertError
from pipeline.runtime.run_messages import PicturesTold, PictureTold, RunTold
from pipeline.runtime.run_socket import connected

_TIMEOUT_S = 6.0


class NoRunError(SmartAlertError):
    """No run of the site is up, or it does not answer."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """What cameras show.

    Attributes:
        told: One for each camera that the run has, in the order in which they were asked for.
        jpegs: The pictures of those with `n_bytes`, in the same order.
    """

    told: tuple[PictureTold, ...]
    jpegs: tuple[bytes, ...]


class RunLine:
    """Asks the run whose state this is. Remembers nothing; any thread may ask."""

    def __init__(self, state: Path) -> None:
        """Nothing is asked yet.

        Args:
            state: The state folder.
        """
        self._state = state

    def cameras(self) -> RunTold:
        """How its cameras are.

        Raises:
            NoRunError: No run is up, or it does not answer.
        """
        try:
            return RunTold.model_validate_json(self.get("/cameras"))
        except ValidationError as error:
            raise NoRunError("the run is of another version than the console (expected: start both anew)") from error

    def pictures(self, cameras: Sequence[str], had: Sequence[str], *, is_full: bool) -> bytes:
        """What cameras show, as the run tells it: see `parsed`.

        Args:
            cameras: Their ids.
            had: The names of the pictures that are there already, in the same order; empty: none.
            is_full: As the cameras send them; else small ones.

        Raises:
            NoRunError: No run is up, or it does not answer.
        """
        query = [("size", "full" if is_full else "small"), *(("camera", camera) for camera in cameras)]
        return self.get(f"/pictures?{urlencode([*query, *(('had', name or '-') for name in had)])}")

    def get(self, target: str) -> bytes:
        """What it answers.

        Raises:
            NoRunError: No run is up, or it does not answer.
        """
        return self._asked("GET", target)

    def post(self, target: str) -> bytes:
        """What it answers when it has done it.

        Raises:
            NoRunError: No run is up, or it does not answer.
        """
        return self._asked("POST", target)

    def _asked(self, method: str, target: str) -> bytes:
        connection = http.client.HTTPConnection("run", timeout=_TIMEOUT_S)
        try:
            connection.sock = connected(self._state, _TIMEOUT_S)
            connection.request(method, target)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoRunError("no run of this site is up (expected: smart-alert run)") from error
        finally:
            connection.close()
        if response.status != HTTPStatus.OK:
            raise NoRunError(f"the run answers {response.status}")
        return body


def parsed(answer: bytes) -> Pictures:
    """What `RunLine.pictures` has brought.

    Raises:
        NoRunError: It is something else.
    """
    head, _, rest = answer.partition(b"\n")
    try:
        told = PicturesTold.model_validate_json(head).pictures
    except ValidationError as error:
        raise NoRunError("the run is of another version than the console (expected: start both anew)") from error
    jpegs: list[bytes] = []
    for one in told:
        if one.n_bytes:
            jpegs.append(rest[: one.n_bytes])
            rest = rest[one.n_bytes :]
    return Pictures(told, tuple(jpegs))
