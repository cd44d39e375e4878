"""Names of evidence: the last two steps of a file's address, an event's id and a name that holds its content's hash."""

import re
from urllib.parse import unquote, urlsplit

EVENT_PATTERN = r"^[A-Za-z0-9_-]{1,128}$"
NAME_PATTERN = (
    r"^(?:(?:snapshot|frame|best)-[0-9a-f]{16}\.jpg|clip-[0-9a-f]{16}\.mp4|photo-[0-9a-f]{16}\.(?:jpg|png|webp))$"
)
_EVENT, _NAME = re.compile(EVENT_PATTERN), re.compile(NAME_PATTERN)


def is_evidence(event: str, name: str) -> bool:
    """Whether these can be an event's id and the name of one of its files; nothing else is ever looked for."""
    return _EVENT.fullmatch(event) is not None and _NAME.fullmatch(name) is not None


def evidence_path(uri: str) -> str | None:
    """The path on which the console serves a file of the evidence; None: it is no such file.

    Args:
        uri: As a message has it: of a file, of an object in a store, or relative.
    """
    steps = [unquote(step) for step in urlsplit(uri).path.split("/")]
    if len(steps) < 2 or not is_evidence(steps[-2], steps[-1]):
        return None
    return f"api/evidence/{steps[-2]}/{steps[-1]}"
