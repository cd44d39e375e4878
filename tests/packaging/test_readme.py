"""What the README shows is true: its site loads, its alert is one, its files are there."""

import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from pipeline.alerts.message import parse
from pipeline.cli.main import COMMANDS
from pipeline.config.load import load_site
from pipeline.rules.episode import State

PROJECT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "benchmarks/README.md", "pipeline/dispatch/README.md")


def blocks(language: str) -> list[str]:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_the_first_site_of_the_readme_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "gate.geojson").write_text(blocks("json")[0], encoding="utf-8")
    (tmp_path / "site.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    shutil.copy(PROJECT / "sample_videos" / "street.mp4", tmp_path / "gate.mp4")
    site = load_site(tmp_path / "site.yaml", {})
    assert [rule.id for rule in site.rules] == ["fire-lane", "night-waste"]
    assert site.warnings == ()


def test_the_alert_of_the_readme_is_a_message_of_version_1() -> None:
    alert = parse(json.dumps(json.loads(blocks("json")[1])))
    assert (alert.state, alert.revision, alert.zone is not None) == (State.RAISED, 0, True)


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"smart-alert ([a-z]+)\b", (PROJECT / "README.md").read_text(encoding="utf-8")))
    assert named == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_links_to_is_there(page: str) -> None:
    folder = (PROJECT / page).parent
    text = (PROJECT / page).read_text(encoding="utf-8")
    named = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) + re.findall(r'<img src="([^"]+)"', text)
    assert [name for name in named if not (folder / name).exists()] == []


def test_the_live_site_of_the_readme_is_in_order(tmp_path: Path) -> None:
    fence = blocks("json")[0]
    for i, name in enumerate(("gate", "street", "court")):
        (tmp_path / f"{name}.geojson").write_text(fence.replace('"lane"', f'"lane-{i}"'), encoding="utf-8")
        Image.new("RGB", (64, 36), (90 * i, 0, 0)).save(tmp_path / f"{name}.jpg")
    for name in ("gate.mp4", "gate-small.mp4"):
        shutil.copy(PROJECT / "sample_videos" / "street.mp4", tmp_path / name)
    (tmp_path / "cameras.csv").write_text("id,streams.main,geofence\nmore,rtsp://10.0.0.7/1,gate.geojson\n", "utf-8")
    site_file = tmp_path / "site.yaml"
    site_file.write_text(f"site: {{id: a}}\n{blocks('yaml')[1]}", encoding="utf-8")
    site = load_site(site_file, {"CAM_PASSWORD": "geheim"})

    assert [camera.id for camera in site.cameras] == ["gate", "dome", "stand-in", "more"]
    assert len(site.cameras[1].geofence.views) == 2
    assert list(site.rules[0].zones_by_camera) == [camera.id for camera in site.cameras]
