"""Presets of a PTZ camera."""

from pathlib import Path

import pytest
from PIL import Image

from pipeline.config import views
from pipeline.config.resolved import View
from pipeline.config.views import lack_of_picture
from pipeline.observation import CameraId
from tests.config.site_files import SITE, faults, fences, load, square, write_site

VIEWS = """\
    views:
      - {id: street, picture: street.jpg, geofence: gate.geojson}
      - {id: court, picture: court.png, geofence: court.geojson}
"""
PTZ = SITE.replace("    geofence: gate.geojson\n", VIEWS)
COURT = fences(
    square("bins", "waste_point"), square("hidden", "sidewalk").replace('"category"', '"mask": true, "category"')
)


def ptz(folder: Path, site: str = PTZ, court: str = COURT) -> Path:
    Image.new("RGB", (64, 48), "red").save(folder / "street.jpg")
    Image.new("RGB", (64, 48), "blue").save(folder / "court.png")
    return write_site(folder, site, court__geojson=court)


def test_each_zone_knows_its_view_and_rules_see_the_zones_of_all(tmp_path: Path) -> None:
    site = load(ptz(tmp_path))
    geofence = site.cameras[0].geofence

    assert geofence.views == (
        View("street", tmp_path / "street.jpg", tmp_path / "gate.geojson"),
        View("court", tmp_path / "court.png", tmp_path / "court.geojson"),
    )
    assert [(zone.id, zone.view) for zone in geofence.zones] == [
        ("lane", "street"),
        ("path", "street"),
        ("bins", "court"),
    ]
    assert [(mask.id, mask.view) for mask in geofence.masks] == [("hidden", "court")]
    assert (geofence.file, geofence.ground) == (None, None)
    assert site.rules[1].zones_by_camera[CameraId("gate")] == ("path",)
    assert [zone.view for zone in site.cameras[1].geofence.zones] == [""]


def test_a_zone_that_no_rule_uses_is_told_in_the_file_of_its_view(tmp_path: Path) -> None:
    warnings = [str(warning).rsplit("/", 1)[-1] for warning in load(ptz(tmp_path)).warnings]

    assert warnings == [
        'court.geojson:4: features[0].properties.id: no rule uses the zone "bins" of camera "gate"',
    ]


def test_a_zone_id_belongs_to_one_view(tmp_path: Path) -> None:
    court = fences(square("lane", "fire_lane"), square("bins", "waste_point"))

    [told] = faults(ptz(tmp_path, court=court))
    assert told == (
        'site.yaml:10: cameras[0].views[1].geofence: the view "street" has a zone "lane" too'
        " (allowed: ids that differ over the views of a camera)"
    )


def test_two_views_cannot_share_a_fence_file_or_a_picture(tmp_path: Path) -> None:
    shared = PTZ.replace("court.png, geofence: court.geojson", "street.jpg, geofence: gate.geojson")
    told = faults(ptz(tmp_path, shared))

    assert [line.partition(" (")[0] for line in told] == [
        'site.yaml:10: cameras[0].views[1].geofence: the view "street" has a zone "lane" too',
        'site.yaml:10: cameras[0].views[1].geofence: the view "street" has a zone "path" too',
        "site.yaml:10: cameras[0].views[1].picture: picture given twice",
    ]


def test_a_mistake_in_the_fences_of_a_view_is_told_in_that_file_only(tmp_path: Path) -> None:
    court = COURT.replace("waste_point", "waste_pont")
    site = PTZ.replace("zones: [lane]", "zones: [lane, bins]")

    [told] = faults(ptz(tmp_path, site, court))
    assert told == (
        "court.geojson:4: features[0].properties.category: unknown category"
        ' (got "waste_pont", did you mean "waste_point"?)'
    )


def test_an_unknown_zone_of_a_camera_with_views_is_told(tmp_path: Path) -> None:
    assert faults(ptz(tmp_path, PTZ.replace("zones: [lane]", "zones: [bin]"))) == [
        'site.yaml:17: rules[0].zones[0]: unknown zone (got "bin", did you mean "bins"?)'
    ]


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    path = ptz(tmp_path)
    whole = (tmp_path / "court.png").read_bytes()
    (tmp_path / "court.png").write_bytes(whole[: len(whole) // 2])
    [told] = faults(path)

    assert told.startswith("site.yaml:10: cameras[0].views[1].picture: no picture: damaged: ")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP", "WEBP"])
def test_pictures_of_the_usual_forms_are_taken(tmp_path: Path, form: str) -> None:
    Image.effect_noise((320, 240), 40).convert("RGB").save(tmp_path / "picture", form)

    assert lack_of_picture(tmp_path / "picture") == ""


def test_a_picture_that_would_fill_the_memory_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_MOST_PIXELS", 64 * 48 - 1)
    Image.new("RGB", (64, 48)).save(tmp_path / "large.png")

    assert lack_of_picture(tmp_path / "large.png") == "64x48 is too large"
