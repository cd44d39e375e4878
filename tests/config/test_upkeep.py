"""The sections `evidence` and `noise` of a site file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.byte_size import parse_size
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Blur, Bucket, EvidenceSettings, NoiseSettings
from pipeline.observation import NS_PER_S, CameraId
from tests.config.site_files import SITE, load, write_site


def test_without_the_sections_the_defaults_hold(tmp_path: Path) -> None:
    site = load(write_site(tmp_path))
    assert (site.evidence, site.evidence_folder, site.noise) == (EvidenceSettings(), None, NoiseSettings())
    assert site.evidence.has_clips
    assert site.redis.commands == "smart-alert:commands"


def test_what_is_written_is_meant(tmp_path: Path) -> None:
    more = (
        "evidence: {store: 's3://bucket/city/east/', endpoint: 'https://store:9000/', keep: 7d, max_size: 1.5TB,\n"
        "  clip_before: 5s, clip_after: 0s, clip_memory: 500MB, blur: [plates]}\n"
        "noise: {storm: {more_than: 5, within: 30s}, merge: false, same_ground: [[gate/lane, yard/kerb]]}\n"
        "redis: {commands: words}\n"
    )
    site = load(write_site(tmp_path, SITE + more))
    assert site.evidence == EvidenceSettings(
        bucket=Bucket("bucket", "city/east", "https://store:9000"),
        keep_ns=7 * 24 * 3600 * NS_PER_S,
        max_bytes=1_500_000_000_000,
        clip_before_ns=5 * NS_PER_S,
        clip_after_ns=0,
        clip_memory_bytes=500_000_000,
        blur=frozenset({Blur.PLATES}),
    )
    assert not site.evidence.has_clips
    ground = frozenset({(CameraId("gate"), ZoneId("lane")), (CameraId("yard"), ZoneId("kerb"))})
    assert site.noise == NoiseSettings(5, 30 * NS_PER_S, merge=False, same_ground=(ground,))
    assert site.redis.commands == "words"


def test_a_folder_is_relative_to_the_site_file(tmp_path: Path) -> None:
    site = load(write_site(tmp_path, SITE + "evidence: {store: ./pictures}\n"))
    assert (site.evidence.bucket, site.evidence_folder) == (None, tmp_path / "pictures")


@pytest.mark.parametrize(
    ("text", "size"), [("500MB", 500_000_000), ("1.5TB", 1_500_000_000_000), (" 50GB ", 50_000_000_000), ("0.001kB", 1)]
)
def test_a_size_is_exact(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "5", "GB", "-5GB", "5 GB", "5gb", "1e3GB", "5GB\n5", "1.2345GB", "9999999GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="50GB"):
        parse_size(text)


@given(whole=st.integers(0, 999_999), unit=st.sampled_from([("kB", 3), ("MB", 6), ("GB", 9), ("TB", 12)]))
def test_a_size_counts_in_thousands(whole: int, unit: tuple[str, int]) -> None:
    assert parse_size(f"{whole}{unit[0]}") == whole * 10 ** unit[1]
