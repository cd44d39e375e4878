import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.cli.main import run
from tests.perception.networks import card_for, constant_network

TINY = constant_network(np.zeros((1, 1, 6), np.float32), (1, 3, 64, 64))


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["models", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_list_shows_the_default_network_and_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "list")
    assert (code, err) == (0, "")
    [line] = [line for line in out.splitlines() if line.startswith("yolov8n")]
    assert "AGPL-3.0" in line
    assert "640 x 640 (free)" in line


def test_a_program_may_read_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "list", "--json")
    [card] = [card for card in json.loads(out) if card["name"] == "yolov8n"]
    assert code == 0
    assert card["licence"] == "AGPL-3.0"
    assert len(card["classes"]) == 80
    assert len(card["sha256"]) == 64


def test_all_shipped_networks_fit_their_cards(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "verify")
    assert (code, err) == (0, "")
    assert "yolov8n: fits its card" in out


def test_every_network_that_does_not_fit_is_told_and_the_others_are_still_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = card_for(tmp_path, TINY, "yolov8")
    code, out, err = said(capsys, "verify", str(card.path), "yolov9n", str(tmp_path / "absent.yaml"), "yolov8n")
    assert code == 2
    assert [line.split(":")[0] for line in err.splitlines()] == [
        "tiny",
        "model 'yolov9n'",
        str(tmp_path / "absent.yaml"),
    ]
    assert out.startswith("yolov8n: fits")


def test_a_network_that_does_not_fit_is_a_failure_and_an_unknown_name_a_fault_of_the_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capsys, "verify", str(card_for(tmp_path, TINY, "yolov8").path))
    assert (code, err.split(":")[0]) == (1, "tiny")
    code, _, err = said(capsys, "verify", "yolov8m")
    assert code == 2
    assert err.startswith("model 'yolov8m': no such network in ")
    assert err.endswith("did you mean 'yolov8n'?\n")


def test_a_bench_times_what_it_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = card_for(tmp_path, TINY, "end_to_end")
    code, out, err = said(capsys, "bench", str(card.path), "--pictures", "2", "--json")
    [timing] = json.loads(out)
    assert (code, err) == (0, "")
    assert (timing["model"], timing["provider"], timing["input"]) == ("tiny", "cpu", [64, 64])
    assert 0 < timing["best_ms"] <= timing["median_ms"]
    code, out, _ = said(capsys, "bench", str(card.path), "--pictures", "1")
    assert code == 0
    assert "64 x 64" in out


def test_a_network_without_a_recipe_is_not_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = card_for(tmp_path, TINY, "end_to_end")
    code, out, err = said(capsys, "build", str(card.path))
    assert (code, out) == (1, "")
    assert err == "tiny: cannot be built: its card has no `build`\n"


def test_a_faulty_card_is_a_fault_of_the_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("file: 7\n")
    code, out, err = said(capsys, "bench", str(tmp_path / "bad.yaml"))
    assert (code, out) == (2, "")
    assert f"{tmp_path}/bad.yaml:1: file: wrong type (got 7" in err
    assert "Traceback" not in err
