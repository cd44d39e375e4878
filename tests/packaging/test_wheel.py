"""What is built here works where there is no checkout: an empty folder, an environment that holds the wheel alone."""

import os
import site
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from venv import EnvBuilder

import pytest

from pipeline.alerts.message import parse
from pipeline.rules.episode import State

PROJECT = Path(__file__).resolve().parents[2]
MAX_WHEEL_MIB = 40

pytestmark = pytest.mark.long


class Installed:
    """An environment with the wheel, and with this one's packages behind it, but not this one's checkout.

    The dependencies are lent, so that nothing is fetched; whether they install is what `make test` shows first.
    """

    def __init__(self, folder: Path, wheel: Path) -> None:
        EnvBuilder(with_pip=False, symlinks=True).create(folder)
        self._python = folder / "bin" / "python"
        packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        pip = [sys.executable, "-m", "pip", "--python", str(self._python), "--disable-pip-version-check"]
        run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], folder)
        # A .pth adds folders, and reads no .pth in them: the checkout's own editable install stays out.
        (packages / "lent.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
        self.package = packages / "pipeline"

    def smart_alert(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        return run([str(self._python.parent / "smart-alert"), *arguments], folder)

    def told(self, code: str, folder: Path) -> str:
        return run([str(self._python), "-c", code], folder).stdout.strip()


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)], PROJECT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the sdist, as a package index would have it."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")], unpacked)
    (built,) = (folder / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("environment"), wheel)


def test_the_wheel_carries_what_the_programs_read_and_not_what_the_sample_was_made_from(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = "pipeline/_data/"
    assert {
        "pipeline/py.typed",
        "pipeline/alerts/fonts/NotoSansSC-Regular.otf",
        "pipeline/console/static/shell.html",
        "pipeline/console/static/pages/admin.js",
        "pipeline/console/static/texts/admin.json",
        "pipeline/console/static/vendor/LICENSE-preact",
        data + "models/yolov8n.onnx",
        data + "models/yolov8n.yaml",
        data + "configs/catalogue.yaml",
        data + "configs/vocabulary.yaml",
        data + "geofences/example-gate.geojson",
        data + "sample_videos/street.mp4",
        data + "sample_videos/street.geojson",
        data + "sample_videos/site.yaml",
        data + "sample_videos/truth.json",
    } <= names
    in_samples = [name for name in names if name.startswith(data + "sample_videos/")]
    assert not [name for name in in_samples if name.endswith(".py") or "/cutouts/" in name or "/blender/" in name]
    assert {name.split("/")[0].split("-")[0] for name in names} == {"pipeline", "smart_alert"}
    assert wheel.stat().st_size < MAX_WHEEL_MIB * 2**20


def test_the_installed_package_is_the_wheels_and_not_the_checkouts(installed: Installed, tmp_path: Path) -> None:
    assert Path(installed.told("import pipeline; print(pipeline.__file__)", tmp_path)) == (
        installed.package / "__init__.py"
    )
    assert installed.told("from pipeline.resources import data_folder; print(data_folder('models'))", tmp_path) == str(
        installed.package / "_data" / "models"
    )


def test_the_wheel_tells_its_version(installed: Installed, tmp_path: Path) -> None:
    assert installed.smart_alert("--version", folder=tmp_path).stdout.startswith("smart-alert, version 0.")


def test_the_wheels_network_fits_its_card(installed: Installed, tmp_path: Path) -> None:
    assert "yolov8n" in installed.smart_alert("models", "verify", folder=tmp_path).stdout


def test_the_wheels_sample_site_is_in_order(installed: Installed, tmp_path: Path) -> None:
    sample = installed.package / "_data" / "sample_videos" / "site.yaml"
    told = installed.smart_alert("check", str(sample), folder=tmp_path)
    assert told.stdout.startswith("Site sample-street")
    assert told.stderr == ""


def test_the_wheel_runs_its_demo_in_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    installed.smart_alert("demo", "--out", "demo", folder=tmp_path)
    lines = (tmp_path / "demo" / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    alerts = [parse(line) for line in lines]
    raised = sorted(alert.algorithm for alert in alerts if alert.state is State.RAISED)
    assert raised == ["construction_waste", "fire_lane_blocked", "street_vendor"]
    assert [alert.reason for alert in alerts if alert.state is State.CLEARED] == ["left"] * 3
    assert (tmp_path / "demo" / "index.html").is_file()
