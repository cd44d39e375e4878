"""Spoiled videos, sites and fences through the command line: one line and an exit code, and good results stay."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cli.main import run
from tests.cli.shell import files_in, site_with_log
from tests.runtime.standing_car import FENCE, write_site, write_video

_FEW = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
_MANY = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
_LINES = ("", "\t", "rules: []", "- x", "cameras: *a", "a: &a [*a]", "%YAML 9", "redis: {url: 'http://x'}", "state: 7")


@st.composite
def spoiled(draw: st.DrawFn, whole: bytes) -> bytes:
    """The file cut off, with bytes changed, a piece doubled or a piece taken out."""
    content = bytearray(whole[: draw(st.one_of(st.just(len(whole)), st.integers(0, len(whole))))])
    for _ in range(draw(st.integers(0, 6))):
        if not content:
            break
        start = draw(st.integers(0, len(content) - 1))
        length = draw(st.integers(1, 64))
        how = draw(st.sampled_from(("change", "double", "cut")))
        if how == "change":
            content[start : start + length] = draw(st.binary(min_size=1, max_size=length))
        elif how == "double":
            content[start:start] = content[start : start + length]
        else:
            del content[start : start + length]
    return bytes(content)


@st.composite
def misspelt(draw: st.DrawFn, text: str) -> bytes:
    """The text with a few of its lines or words lost, doubled or replaced."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        n = draw(st.integers(0, len(lines) - 1))
        words = lines[n].split(" ")
        word = draw(st.integers(0, len(words) - 1))
        words[word] = draw(st.sampled_from(("", words[word] * 2, "-1", "[", "}", "null", "1e400", "'", "💥", ".nan")))
        lines[n] = draw(st.sampled_from((" ".join(words), *_LINES)))
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site, a log, and the results of a good replay of it."""
    folder = tmp_path_factory.mktemp("good")
    site, log = site_with_log(folder)
    write_video(folder / "short.mp4", 3.0, lambda _: True, fps=5, gop=5)
    write_video(folder / "short.avi", 3.0, lambda _: True, fps=5, gop=5)
    write_video(folder / "short.ts", 3.0, lambda _: True, fps=5, gop=5)
    assert run(["replay", str(site), "--source", str(log), "--out", str(folder / "out")]) == 0
    return folder


def check(folder: Path, arguments: list[str | Path], capsys: pytest.CaptureFixture[str]) -> int:
    """Run, and see that it ended as it should: an exception of any kind would have come out of `run`."""
    out = folder / "out"
    before = files_in(out)
    capsys.readouterr()
    code = run(["replay", *map(str, arguments), "--out", str(out)])
    told = capsys.readouterr().err
    assert code in {0, 1, 2}
    assert "Traceback" not in told
    assert "Error(" not in told
    if code:
        assert told
        assert kept(files_in(out)) == kept(before)
    else:
        content = (out / "alerts.jsonl").read_bytes()
        assert not content or content.endswith(b"\n")
    return code


def kept(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Results: what a run that failed left of its own carries another name."""
    return {name: files[name] for name in ("alerts.jsonl", "observations.parquet") if name in files}


@pytest.mark.parametrize("suffix", ["mp4", "avi", "ts"])
@_FEW
@given(st.data())
def test_a_spoiled_video(folder: Path, capsys: pytest.CaptureFixture[str], suffix: str, data: st.DataObject) -> None:
    spoilt = folder / f"spoilt.{suffix}"
    spoilt.write_bytes(data.draw(spoiled((folder / f"short.{suffix}").read_bytes())))
    check(folder, [folder / "site.yaml", "--source", spoilt], capsys)


@_MANY
@given(st.data())
def test_a_spoiled_site(folder: Path, capsys: pytest.CaptureFixture[str], data: st.DataObject) -> None:
    whole = (folder / "site.yaml").read_bytes()
    content = data.draw(st.one_of(spoiled(whole), misspelt(whole.decode())))
    (folder / "spoilt.yaml").write_bytes(content)
    check(folder, [folder / "spoilt.yaml", "--source", folder / "night.parquet"], capsys)


@_MANY
@given(st.data())
def test_a_spoiled_fence(folder: Path, capsys: pytest.CaptureFixture[str], data: st.DataObject) -> None:
    site = write_site(folder / "fences")
    fence = data.draw(st.one_of(spoiled(FENCE.encode()), misspelt(FENCE)))
    (folder / "fences" / "gate.geojson").write_bytes(fence)
    check(folder, [site, "--source", folder / "night.parquet"], capsys)


@_MANY
@given(st.data())
def test_a_spoiled_log(folder: Path, capsys: pytest.CaptureFixture[str], data: st.DataObject) -> None:
    spoilt = folder / "spoilt.parquet"
    spoilt.write_bytes(b"PAR1" + data.draw(spoiled((folder / "night.parquet").read_bytes()))[4:])
    check(folder, [folder / "site.yaml", "--source", spoilt], capsys)


@pytest.mark.parametrize("command", ["check", "run", "alerts"])
def test_a_site_that_is_no_text_is_one_line_for_every_command(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site.yaml").write_bytes(bytes(range(256)))
    arguments = [command, str(tmp_path / "site.yaml"), *(["--once"] if command == "run" else [])]
    assert run(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
