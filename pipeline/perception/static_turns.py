"""When the background is to be held against the picture: whenever anything stirs, and now and then for the light."""

from pipeline.perception.glance import Glance

LONGEST_REST_S = 10.0
"""The background follows the light; its time constant is a little longer than this."""

LONGEST_OPEN_S = 15.0
"""What has not been decided so long after anything stirred will not be by looking oftener."""


class StaticTurns:
    """Remembers the glance of the last look for static objects, and since when that look has left something open."""

    def __init__(self) -> None:
        self._last: tuple[float, Glance] | None = None
        self._is_open = False
        self._stirred_s = 0.0

    def is_due(self, glance: Glance, t_s: float) -> bool:
        """Whether a look may find anything that the last did not.

        Args:
            glance: Of this picture.
            t_s: Its time, s.
        """
        if self._last is None:
            return True
        looked_s, then = self._last
        if glance.is_stirred_since(then):
            self._stirred_s = t_s
        is_young = self._is_open and t_s - self._stirred_s <= LONGEST_OPEN_S
        return is_young or t_s - looked_s >= LONGEST_REST_S or self._stirred_s == t_s

    def looked(self, glance: Glance, t_s: float, *, is_open: bool) -> None:
        """The background was held against a picture.

        Args:
            glance: Of the picture.
            t_s: Its time, s.
            is_open: Whether the next look must be one, too.
        """
        if self._last is None:
            self._stirred_s = t_s
        self._last, self._is_open = (t_s, glance), is_open
