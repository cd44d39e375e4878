"""`smart-alert algorithms`."""

import json
from pathlib import Path

import pytest

from pipeline.cli.main import run
from pipeline.config.catalogue_file import load_catalogue

OWN = """
algorithms:
  "linzi:kite_flying":
    title: {zh: 放风筝, en: Kite flying}
    fires_when: somebody flies a kite
    condition: stationary
    classes: [kite]
    needs: [coco]
    dwell: 20s
    severity: info
"""


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = run(["algorithms", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with an algorithm of its own."""
    path = tmp_path / "site.yaml"
    cameras = 'cameras: [{id: gate, source: "rtsp://10.0.0.1/1"}]\n'
    path.write_text("site: {id: linzi}\n" + cameras + OWN, encoding="utf-8")
    return path


def test_every_algorithm_is_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys)

    assert (code, err) == (0, "")
    keys = [words[1] for words in map(str.split, out.splitlines()) if words and words[0].isdigit()]
    assert sorted(keys) == sorted(load_catalogue().algorithms)


def test_those_that_lack_a_class_are_listed_apart(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys)

    able, _, unable = out.partition("These need a class that none of them has:")
    assert "crowd_gathering" in able
    assert "water_logging" not in able
    assert "water_logging" in unable


def test_the_categories_of_areas_are_listed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys)

    _, _, below = out.partition("The `category` of a zone's area is one of 16:")
    shown = {words[0]: words[1:] for words in map(str.split, below.splitlines()) if len(words) > 1}
    for key, title in load_catalogue().categories.items():
        assert shown[key] == [title.zh, *title.en.split()]


def test_one_is_shown_with_its_numbers_and_their_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "nonmotor_parking")

    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "nonmotor_parking (number 5): Bicycles parked in disorder, 非机动车乱停放"
    assert [line.split(maxsplit=2)[:2] for line in lines if line.startswith("params")] == [["params.count", "1"]]
    assert "1 to 100" in out


def test_one_that_cannot_run_says_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "water_logging")

    assert "It does not run: " in out
    assert "no water (no installed network knows it either" in out


def test_a_program_reads_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "--json")

    told = json.loads(out)
    assert (code, err, len(told)) == (0, "", 30)
    by_key = {one["key"]: one for one in told}
    assert by_key["bare_soil"]["lacks"] == ["bare_soil"]
    assert not by_key["bare_soil"]["runs"]
    assert by_key["crowd_gathering"]["params"]["count"]["default"] == 10
    assert by_key["crowd_gathering"]["bounds"]["dwell"] == ["1s", "1d"]
    assert by_key["street_lamp_out"]["runs"]


def test_a_sites_own_algorithm_is_among_them(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, site)
    assert (code, err) == (0, "")
    assert "linzi:kite_flying" in out
    code, out, _ = said(capsys, "linzi:kite_flying", site)
    assert out.splitlines()[0] == "linzi:kite_flying: Kite flying, 放风筝"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("crowd_gatherin",), "algorithm 'crowd_gatherin': there is none of that key; did you mean 'crowd_gathering'?"),
        (("xyz",), "algorithm 'xyz': there is none of that key; `smart-alert algorithms` lists them"),
        (
            ("fire_lane",),
            "algorithm fire_lane: that is a category of areas (expected: `category: fire_lane` of a zone)",
        ),
        (("a", "b"), "smart-alert: More than one key or site file: expected [KEY] [SITE.yaml]."),
        (("absent.yaml",), "absent.yaml"),
    ],
)
def test_a_wrong_call_is_told_in_a_line(
    arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, *arguments)

    assert (code, out) == (2, "")
    assert expected in err
    assert len(err.splitlines()) == 1
