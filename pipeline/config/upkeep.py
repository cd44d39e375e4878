"""The sections `evidence` and `noise` of a site file, as they are meant."""

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.config.document import Steps, shown_value
from pipeline.config.evidence import Bucket, EvidenceSettings
from pipeline.config.faults import did_you_mean
from pipeline.config.ids import ZoneId
from pipeline.config.noise import Ground, NoiseSettings
from pipeline.config.resolved import Camera
from pipeline.config.upkeep_entries import EvidenceEntry, NoiseEntry
from pipeline.config.written_file import WrittenFile
from pipeline.observation import CameraId

_S3 = "s3://"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]")


def evidence_settings(written: EvidenceEntry | None, file: WrittenFile) -> tuple[EvidenceSettings, Path | None]:
    """What the section means, and the folder that it names, if it names one. None: there is no section."""
    entry = written or EvidenceEntry()
    folder, bucket = None, None
    if entry.store is not None and entry.store.startswith(_S3):
        bucket = _bucket(entry.store, entry.endpoint, file)
    elif entry.store is not None:
        folder = file.path(("evidence", "store"), entry.store)
    if entry.endpoint is not None and not (entry.store or "").startswith(_S3):
        file.add(("evidence", "endpoint"), "no store for it (allowed: only beside store: s3://bucket/prefix)")
    settings = EvidenceSettings(
        bucket=bucket,
        keep_ns=entry.keep,
        max_bytes=entry.max_size,
        clip_before_ns=entry.clip_before,
        clip_after_ns=entry.clip_after,
        clip_memory_bytes=entry.clip_memory,
        blur=frozenset(entry.blur),
    )
    return settings, folder


def noise_settings(
    written: NoiseEntry | None, cameras: Sequence[Camera], file: WrittenFile, *, is_whole: bool
) -> NoiseSettings:
    """What the section means.

    Args:
        written: The section; None: there is none.
        cameras: Those that could be read.
        file: Takes the mistakes.
        is_whole: Whether all could.
    """
    entry = written or NoiseEntry()
    zones = {f"{camera.id}/{zone.id}" for camera in cameras for zone in camera.geofence.zones}
    grounds: list[Ground] = []
    for i, names in enumerate(entry.same_ground):
        unknown = [(j, name) for j, name in enumerate(names) if name not in zones] if is_whole else []
        for j, name in unknown:
            steps: Steps = ("noise", "same_ground", i, j)
            file.add(steps, f"no such zone (got {shown_value(name)}, {did_you_mean(name, zones)})")
        pairs = [name.partition("/") for name in names]
        grounds.append(frozenset((CameraId(camera), ZoneId(zone)) for camera, _, zone in pairs))
    storm = entry.storm
    return NoiseSettings(storm.more_than, storm.within, entry.merge, tuple(grounds), storm.cameras)


def _bucket(store: str, endpoint: str | None, file: WrittenFile) -> Bucket | None:
    steps: Steps = ("evidence", "store")
    name, _, prefix = file.text(steps, store).removeprefix(_S3).partition("/")
    if not _BUCKET.fullmatch(name):
        file.add(steps, f"no bucket (got {shown_value(store)}, allowed: s3://bucket/prefix)")
        return None
    address = "" if endpoint is None else file.text(("evidence", "endpoint"), endpoint)
    if address and not re.fullmatch(r"https?://[^/@\s]+/?", address):
        file.add(("evidence", "endpoint"), "no address (allowed: https://host:port, without a user: see the README)")
        return None
    return Bucket(name, prefix.strip("/"), address.rstrip("/"))
