"""What looks at a camera."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.config.resolved import Geofence
from pipeline.media.frame import Frame
from pipeline.observation import MediaNs, nanoseconds
from pipeline.runtime.eyes import attention_of, camera_eyes
from tests.runtime.standing_car import START, VOCABULARY, car_finder, memory_street, site_in


def frames() -> list[Frame]:
    source = memory_street([0.0, 0.5, 1.0, 1.5, 2.0], has_car=lambda _: True)
    return [frame for n in range(5) if (frame := source.next_frame(MediaNs(START + nanoseconds(n * 0.5)))) is not None]


def test_two_views_of_a_camera_never_share_the_id_of_a_track(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    eyes = camera_eyes(site, VOCABULARY, car_finder())
    ids = {
        view: {int(track) for frame in frames() for track in eyes.of(view).look(frame).objects.track}
        for view in ("street", "court")
    }
    assert ids["street"]
    assert ids["court"]
    assert not ids["street"] & ids["court"]


def test_views_that_are_taken_up_again_do_not_share_ids_either(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    eyes = camera_eyes(site, VOCABULARY, car_finder())
    before = {int(track) for frame in frames() for track in eyes.of("street").look(frame).objects.track}
    again = camera_eyes(site, VOCABULARY, car_finder())
    again.resume(eyes.snapshot())
    after = {int(track) for frame in frames() for track in again.of("court").look(frame).objects.track}
    assert after
    assert not before & after


def test_attention_is_where_rules_look_and_a_margin(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    (box,) = attention_of(site.rules, site.cameras[0])[""]
    np.testing.assert_allclose(box, (0.15, 0.35, 0.85, 0.95))


def test_a_line_is_watched_on_both_of_its_sides(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    lane = site.cameras[0].geofence.zones[0]
    fence = replace(lane, points=((0.3, 0.5), (0.7, 0.5)), is_line=True)
    camera = replace(site.cameras[0], geofence=Geofence(None, (fence,)))
    (box,) = attention_of(site.rules, camera)[""]
    assert box[1] <= 0.4
    assert box[3] >= 0.6
