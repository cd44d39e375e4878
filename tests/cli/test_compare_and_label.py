"""`smart-alert compare` and `smart-alert label`, as a user calls them."""

import json
import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.alerts.alert_file import AlertFile
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.publisher import Publisher
from pipeline.cli import compare
from pipeline.cli.main import run
from pipeline.config.load import load_site
from pipeline.replay.events import events_of_alerts
from pipeline.replay.truth import Verdict, read_labels
from pipeline.runtime.replay_site import Work
from tests.alerts.samples import cleared, picture, raised
from tests.alerts.samples import site_in as sample_site
from tests.cli.shell import PROGRAM, environment, site_with_log
from tests.runtime.standing_car import write_site


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site, `site.yaml`; one that dwells longer, `slow.yaml`; a log, `log/cam-0/`; and results of it, `results`."""
    folder = tmp_path_factory.mktemp("place")
    site, log = site_with_log(folder)
    text = site.read_text(encoding="utf-8")
    (folder / "slow.yaml").write_text(text.replace("dwell: 4s", "dwell: 30s"), encoding="utf-8")
    (folder / "later.yaml").write_text(text.replace("dwell: 4s", "dwell: 5s"), encoding="utf-8")
    (folder / "log" / "cam-0").mkdir(parents=True)
    log.rename(folder / "log" / "cam-0" / "night.parquet")
    assert run(["replay", str(site), "--source", str(folder / "log" / "cam-0"), "--out", str(folder / "results")]) == 0
    return folder


def compared(place: Path, *arguments: str) -> int:
    return run(["compare", *arguments, "--log", str(place / "log")])


def test_a_configuration_does_not_differ_from_itself_nor_from_its_results(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = str(place / "site.yaml")
    for other in (site, str(place / "results"), str(place / "results" / "alerts.jsonl")):
        assert compared(place, site, other) == 0
        assert capsys.readouterr() == ("", "0 appear, 0 disappear, 0 move, 1 are the same\n")


def test_an_event_that_is_gone_is_told_and_is_exit_1(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site, slow = str(place / "site.yaml"), str(place / "slow.yaml")
    assert compared(place, site, slow) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].split()[2:] == ["disappears", "cam-0", "fire-lane", "lane"]
    assert shown.err == "0 appear, 1 disappear, 0 move, 0 are the same\n"
    assert compared(place, slow, site, "--json") == 1
    change, summary = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (change["change"], change["rule"]) == ("appears", "fire-lane")
    assert summary == {"summary": {"appeared": 1, "disappeared": 0, "moved": 0, "same": 0}}


def test_a_longer_dwell_moves_the_moment_of_raising_and_a_tolerance_bears_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, later = str(place / "site.yaml"), str(place / "later.yaml")
    assert compared(place, site, later, "--json") == 1
    change = json.loads(capsys.readouterr().out.splitlines()[0])
    assert change["change"] == "moves"
    assert change["how"].startswith("raised +1")
    assert compared(place, site, later, "--tolerance", "3s") == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["site.yaml", "nothing"], "holds no results"),
        (["site.yaml", "nothing.yaml"], "no such file"),
        (["site.yaml", "slow.yaml", "--tolerance", "soon"], "--tolerance: got 'soon'"),
        (["site.yaml", "slow.yaml", "--camera", "cam-l"], "is no camera of"),
        (["site.yaml", "slow.yaml", "--log", "nothing"], "holds no log"),
    ],
)
def test_a_mistake_is_exit_2(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    arguments = [
        one if one.startswith("--") or ("." not in one and one != "nothing") else str(place / one) for one in arguments
    ]
    assert run(["compare", *(["--log", str(place / "log")] if "--log" not in arguments else []), *arguments]) == 2
    assert expected in capsys.readouterr().err


CITY = "specialists:\n  - {model: city, every: 10s}\n"


@pytest.mark.parametrize("over", ["log", "source"])
def test_over_a_log_two_site_files_with_different_networks_are_refused(
    place: Path, capsys: pytest.CaptureFixture[str], over: str
) -> None:
    site, city = place / "site.yaml", place / "city.yaml"
    city.write_text(site.read_text(encoding="utf-8") + CITY, encoding="utf-8")
    logs = ["--log", str(place / "log")] if over == "log" else ["--source", str(place / "log" / "cam-0")]
    assert run(["compare", str(city), str(site), *logs]) == 2
    assert capsys.readouterr().err == (
        f"{city} and {site} differ in their networks (yolov8n, city / yolov8n): a log cannot tell what another network "
        "would have seen (expected --source FOOTAGE, or two folders of results)\n"
    )
    assert run(["compare", str(city), str(place / "results"), "--log", str(place / "log")]) == 0


def test_over_footage_other_networks_are_what_is_compared(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, city, asked = place / "site.yaml", place / "city.yaml", list[Path]()
    city.write_text(site.read_text(encoding="utf-8") + CITY, encoding="utf-8")

    def replay_all(works: Sequence[Work], out: Path, *_: object) -> None:
        asked.extend(work.site_file for work in works)
        (out / "alerts.jsonl").touch()

    monkeypatch.setattr(compare, "replay_all", replay_all)
    assert run(["compare", str(site), str(city), "--source", str(place / "gate.mp4")]) == 0
    assert asked == [site, city]


def test_a_card_of_the_same_name_in_another_folder_is_another_network(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write_site(tmp_path / name) for name in "ab"]
    for path in paths:
        text = path.read_text(encoding="utf-8").replace("model: yolov8n", "model: ./mine.yaml")
        path.write_text(text, encoding="utf-8")
    assert compared(place, *map(str, paths)) == 2
    assert "differ in their networks (./mine.yaml / ./mine.yaml)" in capsys.readouterr().err


def with_rule_of_garbage(site: Path, path: Path) -> Path:
    """Beside the site file, with a rule that its network can never answer."""
    rule = "  - {id: garbage, algorithm: exposed_garbage, zones: [lane]}\n"
    path.write_text(site.read_text(encoding="utf-8") + rule, encoding="utf-8")
    return path


def test_a_rule_that_can_never_raise_is_refused_over_footage(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = with_rule_of_garbage(place / "site.yaml", place / "blind.yaml")
    # Nothing is replayed: it is refused before.
    monkeypatch.setattr(compare, "replay_all", lambda *_: pytest.fail("was replayed"))
    assert run(["compare", str(blind), str(blind), "--source", str(place / "gate.mp4")]) == 2
    assert "exposed_garbage needs garbage; the network yolov8n knows it not" in capsys.readouterr().err


def test_as_many_cameras_run_at_a_time_as_this_process_may_use_cores(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 8})
    monkeypatch.setattr(compare, "replay_all", lambda _works, _out, jobs, *_: asked.append(jobs))
    run(["compare", str(place / "site.yaml"), str(place / "results"), "--source", str(place / "gate.mp4")])
    assert asked == [3]


def labelled(place: Path, out: Path, *arguments: str) -> int:
    return run(["label", str(place / "results"), "--out", str(out), *arguments])


def test_a_review_is_written_and_a_later_word_replaces_an_earlier(place: Path, tmp_path: Path) -> None:
    out, site = tmp_path / "labels.csv", load_site(place / "site.yaml", {})
    [event] = events_of_alerts(place / "results")
    missed = "rule=fire-lane,zone=lane,start=2026-01-05T03:00:00Z,note=behind, a van"
    assert labelled(place, out, "--true", event.id[:6], "--missed", missed) == 0
    first, second = read_labels(out, site.timezone)
    assert (first.verdict, first.event, first.start, first.end) == (
        Verdict.TRUE,
        event.id,
        event.started_at,
        event.ended_at,
    )
    assert (second.verdict, second.camera, second.note) == (Verdict.MISSED, "cam-0", "behind, a van")
    assert labelled(place, out, "--false", event.id, "--missed", missed) == 0
    assert [label.verdict for label in read_labels(out, site.timezone)] == [Verdict.FALSE, Verdict.MISSED]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--true", "zz"], "zz: no such event"),
        (["--missed", "rule=fire-lane"], "expected also start="),
        (["--missed", "rule=fire-lane,when=now"], "got 'when=now'"),
        (["--missed", "rule=fire-lane,start=now"], "expected times as ISO 8601"),
        (["--timezone", "Asia/Shangai"], 'did you mean "Asia/Shanghai"'),
        ([], "expected a terminal"),
    ],
)
def test_a_mistake_in_a_review_is_exit_2_and_writes_nothing(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert labelled(place, tmp_path / "labels.csv", *arguments) == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "labels.csv").exists()


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("camera=cam-l,rule=fire-lane", 'unknown camera (got "cam-l", did you mean "cam-0"?)'),
        ("camera=cam-0,rule=fire-lan", 'unknown rule (got "fire-lan", did you mean "fire-lane"?)'),
        ("camera=cam-0,rule=fire-lane,zone=laen", 'unknown zone (got "laen", did you mean "lane"?)'),
        ("camera=cam-0,rule=fire_lane_blocked,zone=lane", ""),
        ("camera=cam-0,rule=camera_fault,zone=no_signal", ""),
    ],
)
def test_what_was_missed_must_be_of_something_that_the_site_has(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], missed: str, expected: str
) -> None:
    log = place / "state" / "log" / "cam-0"
    log.mkdir(parents=True, exist_ok=True)
    (log / "night.parquet").write_bytes((place / "log" / "cam-0" / "night.parquet").read_bytes())
    call = ["label", str(place / "site.yaml"), "--out", str(tmp_path / "labels.csv")]
    told = run([*call, "--missed", f"{missed},start=2026-01-05T08:00:00"])
    assert (told, expected in capsys.readouterr().err) == (2 if expected else 0, True)


def test_a_camera_without_a_log_is_told_before_nothing_is_found_to_differ(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = write_site(tmp_path, ["gate.mp4", "yard.mp4"])
    assert compared(place, str(two), str(two)) == 0
    assert "warning: there is no log of cam-1: not compared" in capsys.readouterr().err
    results = str(place / "results")
    assert run(["compare", results, results, "--camera", "cam-9"]) == 0
    assert "warning: --camera: there is no event of cam-9 in either" in capsys.readouterr().err


def test_on_a_terminal_each_event_is_asked_about_once(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.csv"
    command = [*PROGRAM, "label", str(place / "results"), "--out", str(out)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    os.close(theirs)
    os.write(ours, b"x\nf\n")
    shown, told = process.communicate(timeout=60)
    os.close(ours)
    assert (process.returncode, told.decode()) == (0, f"1 labels: {out}\n")
    assert "1 of 1: 2026-01-05 00:00:0" in shown.decode()
    [label] = read_labels(out, load_site(place / "site.yaml", {}).timezone)
    assert label.verdict is Verdict.FALSE


def test_labels_are_partial_until_every_event_of_their_rule_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, out = sample_site(tmp_path), tmp_path / "labels.csv"
    with AlertFile(tmp_path / "run") as file:
        publisher = Publisher(site, NoEvidence(), [file])
        for episode in (raised("e1"), raised("e2", 65), cleared("e1"), cleared("e2", 95)):
            publisher.publish(episode, picture)
    call = ["label", str(tmp_path / "run"), "--out", str(out)]
    out.write_text(
        "camera,rule,start,verdict,event,scope\n"
        "gate,fire-lane,2026-01-05T03:00:00Z,true,of-another-run,partial\n"
        "gate,loitering,2026-01-05T03:00:00Z,true,of-a-third,\n",
        encoding="utf-8",
    )
    missed = ["--missed", "rule=fire-lane,start=2026-01-05T04:00:00Z"]

    def partial() -> dict[str, bool]:
        return {label.event or "missed": label.is_partial for label in read_labels(out, site.timezone)}

    assert run([*call, "--true", "e1", *missed]) == 0
    assert capsys.readouterr().err == f"4 labels: {out} (1 events have none yet)\n"
    assert partial() == {"of-another-run": True, "of-a-third": False, "e1": True, "missed": True}
    assert run([*call, "--false", "e2", *missed]) == 0
    assert capsys.readouterr().err == f"5 labels: {out}\n"
    assert partial() == {"of-another-run": True, "of-a-third": False, "e1": False, "e2": False, "missed": False}


def test_a_storm_is_nothing_to_be_judged(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [event, *_] = events_of_alerts(place / "results")
    lines = (place / "results" / "alerts.jsonl").read_text(encoding="utf-8")
    storm = lines.replace('"source":"rule"', '"source":"storm"').replace(event.id, "a-storm")
    (tmp_path / "alerts.jsonl").write_text(lines + storm, encoding="utf-8")
    out = tmp_path / "labels.csv"
    assert run(["label", str(tmp_path), "--out", str(out), "--true", event.id]) == 0
    assert capsys.readouterr().err == f"1 labels: {out}\n"
    assert run(["label", str(tmp_path), "--out", str(out), "--true", "a-storm"]) == 2
