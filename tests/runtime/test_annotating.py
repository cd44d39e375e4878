from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import StateError
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Bgr
from pipeline.media.video_writer import VideoWriter
from pipeline.observation import CameraId, MediaNs, nanoseconds
from pipeline.runtime.annotating import annotated, looked_at
from tests.runtime.standing_car import START, VOCABULARY, car_finder, site_in, write_video


def _pictures(path: Path) -> list[Bgr]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in container.decode(video=0)]


def _go_on(camera: CameraId, t: MediaNs) -> None:
    del camera, t


def _red(picture: Bgr) -> int:
    blue, green, red = (picture[..., n].astype(np.int64) for n in range(3))
    return int(((red > 170) & (green < 90) & (blue < 90)).sum())


@pytest.mark.long
def test_every_picture_is_there_and_an_event_turns_its_car_red(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    camera = site.cameras[0]
    write_video(tmp_path / "gate.mp4", 20.0, lambda t_s: 3 <= t_s < 14)
    with FileSource.open(tmp_path / "gate.mp4", START) as video:
        entries = looked_at(site, camera, video, car_finder(), VOCABULARY, progress=lambda _: None)
    out = tmp_path / "out.mp4"
    with FileSource.open(tmp_path / "gate.mp4", START) as video:
        events = annotated(site, camera, video, entries, vocabulary=VOCABULARY, out=out, progress=_go_on)
    assert len(events) == 1
    with av.open(str(out)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    pictures = _pictures(out)
    assert len(pictures) == len(_pictures(tmp_path / "gate.mp4")) == 200
    # The car itself is red; what is drawn of the event is so beside it, from the moment it is raised.
    red = [_red(picture[:40]) for picture in pictures]
    (event,) = events
    assert (event.raised_at - event.started_at) / 1e9 == pytest.approx(4, abs=0.7)
    first = next(n for n, count in enumerate(red) if count > 100)
    assert first / 10 == pytest.approx((event.raised_at - START) / 1e9, abs=0.2)
    assert max(red[-10:]) < 20


def test_a_video_keeps_the_times_of_its_pictures_and_leaves_out_an_odd_row(tmp_path: Path) -> None:
    path = tmp_path / "some" / "video.mp4"
    with VideoWriter(path) as writer:
        for n, t_s in enumerate((0.0, 0.04, 0.5, 2.0)):
            writer.add(np.full((97, 160, 3), 40 * n, np.uint8), MediaNs(START + nanoseconds(t_s)))
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert [(frame.width, frame.height) for frame in frames] == [(160, 96)] * 4
    assert [round(frame.time or 0.0, 2) for frame in frames] == [0.0, 0.04, 0.5, 2.0]


def test_a_video_that_fails_leaves_the_older_one_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"older")

    def write() -> None:
        with VideoWriter(path) as writer:
            writer.add(np.zeros((96, 160, 3), np.uint8), START)
            writer.add(np.zeros((64, 64, 3), np.uint8), MediaNs(START + 1))

    with pytest.raises(StateError, match="160x96"):
        write()
    assert path.read_bytes() == b"older"
    assert [one.name for one in tmp_path.iterdir()] == ["video.mp4"]
