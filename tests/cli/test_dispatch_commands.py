"""`smart-alert report`, `dispatch` and `ledger`, as users call them."""

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pipeline.cli.ledger import command as ledger_command
from pipeline.cli.main import run
from pipeline.config.load import load_site
from tests.alerts.samples import cleared, raised, write_site
from tests.cli.shell import smart_alert, started, wait_until
from tests.cli.test_alerts import publish
from tests.dispatch.test_routing_file import DEADLINES
from tests.dispatch.webhook import Webhook

PROJECT = Path(__file__).resolve().parents[2]
TABLE = """\
contacts:
  squad: {{name: 一中队, notify: ["{url}"]}}
  boss: {{name: 督办}}
grid: {{LZ-01: {{name: 一号, officer: squad}}}}
fallback: boss
escalation: [boss]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = write_site(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "dispatch: {routing: routing.yaml}\n", encoding="utf-8")
    write_table(tmp_path, "json://127.0.0.1:9/x")
    Image.new("RGB", (32, 24), (200, 30, 30)).save(tmp_path / "p.jpg")
    return path


def write_table(folder: Path, url: str) -> None:
    (folder / "routing.yaml").write_text(TABLE.format(url=url) + DEADLINES, encoding="utf-8")


def listed(site: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(["ledger", str(site), "list", "--json", *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def dispatched(site: Path, tmp_path: Path) -> Iterator[tuple[Path, Webhook]]:
    """A site whose dispatcher has had one alert of a camera and one report."""
    with Webhook() as hook:
        write_table(tmp_path, hook.url)
        publish(load_site(site, {}), raised("event-1"), cleared("event-1"))
        reported = smart_alert(
            *("report", site, "--photo", tmp_path / "p.jpg", "--category", "违规户外广告", "--zone", "lane"),
            *("--text", "东墙", "--by", "officer-17"),
        )
        assert (reported.returncode, reported.stderr) == (0, "")
        dispatcher = started("dispatch", site)
        wait_until(lambda: len(hook.got) == 3)
        dispatcher.send_signal(signal.SIGTERM)
        out, log = dispatcher.communicate(timeout=20)
        assert (dispatcher.returncode, out) == (0, "")
        assert "geheim" not in log
        yield site, hook


@pytest.mark.long
def test_from_alerts_and_reports_to_a_closed_event(
    dispatched: tuple[Path, Webhook], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    site, hook = dispatched
    events = {str(one["id"]): one for one in listed(site, capsys)}
    (manual,) = [name for name, one in events.items() if one["source"] == "manual"]
    assert events["event-1"]["responsible"] == events[manual]["responsible"] == "squad"
    assert sorted(title[1:4] for title in hook.titles) == ["新事件", "新事件", "现场已"]
    for word, options in (("acknowledge", []), ("dispose", ["--photo", str(tmp_path / "p.jpg")]), ("verify", [])):
        assert run(["ledger", str(site), word, manual[:8], "--by", "officer-17", *options]) == 0
    assert run(["ledger", str(site), "verify", "event-1"]) == 0
    assert run(["ledger", str(site), "close", "event-1"]) == 0
    capsys.readouterr()
    assert run(["ledger", str(site), "show", manual[:8]]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[2] for line in shown.splitlines() if re.match(r"  2[0-9]{3}-", line)][:6] == [
        *("raised", "opened", "dispatched", "acknowledge", "dispose", "verify"),
    ]
    assert [one["id"] for one in listed(site, capsys, "--standing", "closed")] == ["event-1"]
    for name in ("a.csv", "a.xlsx"):
        assert run(["ledger", str(site), "export", str(tmp_path / name)]) == 0
        assert (tmp_path / name).stat().st_size > 200
    capsys.readouterr()
    assert run(["ledger", str(site), "stats", "--json"]) == 0
    [cell] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (cell["grid"], cell["total"], cell["over"], cell["manual"]) == ("LZ-01", 2, 2, 1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ledger", "{site}", "acknowledge", "zzzz"], "event 'zzzz': not in the ledger"),
        (["ledger", "{site}", "mute", "gat", "--for", "1h"], "camera: unknown (got 'gat', did you mean \"gate\"?)"),
        (["ledger", "{site}", "mute", "gate", "--for", "soon"], "--for: no duration"),
        (["ledger", "{site}", "list", "--since", "soon"], "--since: got 'soon'"),
        (["ledger", "{site}", "export", "ledger.doc"], "expected a name that ends in .csv or .xlsx"),
        (
            ["report", "{site}", "--photo", "{photo}", "--category", "x", "--zone", "lane", "--by", "a"],
            "--category: unknown",
        ),
        (["report", "{site}", "--photo", "{photo}", "--category", "loitering", "--by", "a"], "report: where?"),
        (
            ["report", "{site}", "--photo", "{photo}", "--category", "loitering", "--by", "a", "--location", "200,1"],
            "expected -180 to 180",
        ),
        (
            ["report", "{site}", "--photo", "{site}", "--category", "loitering", "--by", "a", "--zone", "lane"],
            "no picture",
        ),
        (
            ["report", "{site}", "--photo", "{photo}", "--category", "loitering", "--by", "a", "--zone", "la"],
            "--zone: unknown",
        ),
    ],
)
def test_a_wrong_call_is_one_line(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    values = {"site": str(site), "photo": str(tmp_path / "p.jpg")}
    assert run([argument.format(**values) for argument in arguments]) == 2
    told = capsys.readouterr().err
    assert reason in told
    assert len(told.splitlines()) == 1


def test_a_site_without_a_routing_table_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", str(write_site(tmp_path)), "list"]) == 2
    assert "dispatch.routing: missing" in capsys.readouterr().err


def test_check_tells_the_mistakes_of_the_table_with_the_sites(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site.parent / "routing.yaml").write_text(
        TABLE.format(url="nothing://x").replace("boss]", "bos]") + DEADLINES, "utf-8"
    )
    assert run(["check", str(site)]) == 2
    told = capsys.readouterr().err
    assert "routing.yaml:2: contacts.squad.notify[0]: no address that Apprise knows" in told
    assert 'routing.yaml:6: escalation[0]: no such contact (got "bos", did you mean "boss"?)' in told


def test_check_tells_of_fences_whose_cell_nobody_has(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(PROJECT / "sample_videos" / "street.mp4", site.parent / "gate.mp4")
    table = TABLE.format(url="json://127.0.0.1:9/x")
    (site.parent / "routing.yaml").write_text(table.replace("LZ-01", "LZ-99") + DEADLINES, encoding="utf-8")
    assert run(["check", str(site)]) == 0
    assert "gate.geojson: zone lane: the routing table has no cell 'LZ-01'" in capsys.readouterr().err


def test_a_muted_camera_is_in_the_commands(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", str(site), "mute", "gate", "--rule", "fire-lane", "--for", "30m", "--by", "desk"]) == 0
    assert capsys.readouterr().out.startswith("gate: mute until ")


def test_the_words_of_the_readme_are_sub_commands() -> None:
    page = (PROJECT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"smart-alert ledger site\.yaml ([a-z]+)", page))
    assert named
    assert named <= set(ledger_command.commands)
