"""How often a login may be tried."""

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pipeline.console.refusals import Refused

_A_PAIR = RateLimitItemPerMinute(5)
_AN_ADDRESS = RateLimitItemPerMinute(30)
_A_NAME = RateLimitItemPerHour(100)
"""From all addresses together: more than somebody who mistypes needs, too few to guess by."""


class LoginLimit:
    """Remembers who tried lately, in memory."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, address: str, name: str) -> None:
        """Count a try.

        Raises:
            Refused: There were too many.
        """
        for limit, keys in _limits(address, name):
            if not self._limiter.hit(limit, *keys):
                seconds = limit.get_expiry()
                raise Refused(429, f"too many tries (allowed: again in {seconds} s)", {"Retry-After": str(seconds)})

    def forget(self, address: str, name: str) -> None:
        """The password was right: the tries before it do not count."""
        for limit, keys in _limits(address, name):
            self._limiter.clear(limit, *keys)


def _limits(address: str, name: str) -> tuple[tuple[RateLimitItem, tuple[str, ...]], ...]:
    return (_A_PAIR, ("pair", address, name)), (_AN_ADDRESS, ("address", address)), (_A_NAME, ("name", name))
