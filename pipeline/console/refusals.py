"""How a request is refused: a status and one line for who can act."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """A request is refused.

    Attributes:
        status: Of HTTP.
        text: One line for who can act.
        headers: Of the answer.
    """

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, dict(headers or {})


class ErrorAnswer(BaseModel):
    """Why it was refused."""

    model_config = ConfigDict(frozen=True)

    error: str


def bad_request(text: str) -> Refused:
    """What is asked makes no sense."""
    return Refused(400, text)


def forbidden(text: str) -> Refused:
    """This user may not."""
    return Refused(403, text)


def not_found(text: str) -> Refused:
    """There is no such thing."""
    return Refused(404, text)


def conflict(text: str) -> Refused:
    """It has changed meanwhile, or is in a state that does not allow it."""
    return Refused(409, text)


def unprocessable(text: str) -> Refused:
    """It was understood, and is wrong."""
    return Refused(422, text)
