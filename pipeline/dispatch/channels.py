"""Telling people, by Apprise: WeCom, DingTalk, Feishu, e-mail, SMS gateways, webhooks and a hundred more.

Apprise's own log lines may quote an address, and an address is a password: they are not let out.
"""

import logging
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyType

_STATUS = re.compile(r"error=(\d{3})\b")
_LOGGER = logging.getLogger("apprise")


@dataclass(frozen=True, slots=True)
class Message:
    """What is told.

    Attributes:
        title: One line.
        body: Plain text, some lines.
        is_grave: Shown as a warning where a service can.
        pictures: Files to attach where a service can.
    """

    title: str
    body: str
    is_grave: bool
    pictures: tuple[Path, ...] = ()


def is_address(url: str) -> bool:
    """Whether Apprise can do something with it. Nothing is connected."""
    with _Quiet():
        return Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True) is not None


def send(url: str, message: Message) -> str:
    """Tell one address.

    Returns:
        Empty where the service took it, else why not, in words that hold no part of the address.
    """
    with _Quiet() as heard:
        apprise = Apprise(asset=_asset())
        if not apprise.add(url):
            return "no address that Apprise knows"
        is_taken = apprise.notify(
            body=message.body,
            title=message.title,
            notify_type=NotifyType.WARNING if message.is_grave else NotifyType.INFO,
            attach=_attachment(message.pictures),
        )
    if is_taken:
        return ""
    codes = [match[1] for line in heard.lines if (match := _STATUS.search(line))]
    return f"the service did not take it (HTTP {codes[-1]})" if codes else "the service did not take it"


def _asset() -> AppriseAsset:
    # One after the other in this thread; nothing is kept on disk between two messages.
    return AppriseAsset(app_id="Smart-Alert", app_desc="Smart Alert", app_url="", async_mode=False)


def _attachment(pictures: Sequence[Path]) -> AppriseAttachment | None:
    there = [str(path) for path in pictures if path.is_file()]
    if not there:
        return None
    attachment = AppriseAttachment()
    for path in there:
        attachment.add(path)
    return attachment


class _Quiet(logging.Handler):
    """Within the block, what Apprise logs is heard here and nowhere else, and what it warns of nowhere at all."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Hear a line."""
        self.lines.append(record.getMessage())

    def __enter__(self) -> Self:
        # Its plug-ins, loaded when they are first asked for, use what Python 3.11 calls outdated.
        self._warnings = warnings.catch_warnings(action="ignore", category=DeprecationWarning)
        self._warnings.__enter__()
        self._before = _LOGGER.handlers[:], _LOGGER.propagate
        _LOGGER.handlers, _LOGGER.propagate = [self], False
        return self

    def __exit__(self, *_: object) -> None:
        _LOGGER.handlers, _LOGGER.propagate = self._before
        self._warnings.__exit__(None, None, None)
