"""An errand goes on beside whoever sent it, and tells what came of it."""

import threading

import pytest

from pipeline.runtime.errand import Errand


def test_it_is_done_when_its_work_is() -> None:
    may_end = threading.Event()
    errand = Errand(lambda: may_end.wait(60))
    assert not errand.is_done(0.01)
    may_end.set()
    assert errand.is_done(60)
    assert errand.result() is True


def test_what_its_work_raised_is_raised_where_it_is_asked_after() -> None:
    errand = Errand(lambda: int("none"))
    assert errand.is_done(60)
    with pytest.raises(ValueError, match="none"):
        errand.result()
