"""A site file, its fences and its table of cameras, read and checked as one: every mistake is told at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError

from pipeline.config.camera_table import read_camera_table
from pipeline.config.cameras import camera_entries, resolve_camera
from pipeline.config.catalogue import Catalogue
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.console_entry import ConsoleEntry, console_settings
from pipeline.config.dispatch_section import resolve_dispatch
from pipeline.config.document import Document, Steps, Value, shown_value
from pipeline.config.faults import FaultLog, did_you_mean, faults_of, in_order
from pipeline.config.fences import UNREAD, Fences
from pipeline.config.own_algorithms import with_own_algorithms
from pipeline.config.remarks import remark_idle
from pipeline.config.resolved import Camera, DetectorSettings, Operation, RedisSettings, Site
from pipeline.config.rule_entries import Law, resolve_rules
from pipeline.config.secrets import SecretUrl
from pipeline.config.site import (
    EMBEDDED,
    DetectorEntry,
    DispatchEntry,
    OperationEntry,
    RedisEntry,
    RuleDefaults,
    SiteFile,
    SiteHead,
    time_zone,
)
from pipeline.config.specialists import resolve_specialists
from pipeline.config.surroundings import NO_DRAFTS, Surroundings, Written, is_file, lack_of, place_of, shown_path
from pipeline.config.upkeep import evidence_settings, noise_settings
from pipeline.config.upkeep_entries import EvidenceEntry, NoiseEntry
from pipeline.config.vocabulary import Vocabulary, load_vocabulary
from pipeline.config.written_file import WrittenFile
from pipeline.config.yaml_lines import read_yaml
from pipeline.config.zone_choice import KnownCameras
from pipeline.errors import ConfigError, Fault
from pipeline.observation import CameraId

M = TypeVar("M", bound=BaseModel)
_ONE_STREAM = "the stream of the alerts (got {}, allowed: another one)"
_REDIS_SCHEMES = frozenset({"redis", "rediss", "redis+sentinel"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A site file as far as it could be read.

    Attributes:
        site: What is right in it. A part that is wrong is left out, or a default stands in its place.
        faults: Every mistake, those of the site file first, in the order of their lines.
        names_network: Whether `site.detector.model` is what the file means, rather than such a default.
    """

    site: Site
    faults: tuple[Fault, ...]
    names_network: bool


def load_site(path: Path, environ: Mapping[str, str]) -> Site:
    """The site that a file describes.

    Args:
        path: The site file. Paths in it are relative to its folder.
        environ: Values of the variables (`${NAME}`) in addresses and paths.

    Raises:
        ConfigError: With every mistake of the site file, its table of cameras and its fence files, those of the site
            file first, in the order of their lines.
    """
    draft = read_site(path, environ)
    if draft.faults:
        raise ConfigError(draft.faults)
    return draft.site


def read_site(path: Path, environ: Mapping[str, str]) -> Draft:
    """What can be read of a site file, mistakes and all; see `load_site`.

    Raises:
        ConfigError: The file as a whole cannot be read, or is no mapping.
    """
    return read_document(read_yaml(path, str(path)), path, environ)


def read_document(
    document: Document, path: Path, environ: Mapping[str, str], drafts: Mapping[Path, Document] = NO_DRAFTS
) -> Draft:
    """The same of a site file that is not written as it stands in the document; see `read_site`.

    Args:
        document: Its values.
        path: Where it would be written: paths in it are relative to that folder.
        environ: See `load_site`.
        drafts: See `Surroundings`.

    Raises:
        ConfigError: It is no mapping.
    """
    log = FaultLog()
    try:
        SiteFile.model_validate(document.value)
    except ValidationError as error:
        log.extend(faults_of(error, SiteFile, document, ()))
    if not isinstance(document.value, dict):
        raise ConfigError(log.faults)
    return _Loading(path, document, log, environ, load_catalogue(), load_vocabulary(), drafts).draft()


@dataclass(frozen=True, slots=True)
class _Loading:
    """One site file being read. A section that is wrong counts as if it were not there: its faults are told already."""

    path: Path
    document: Document
    log: FaultLog
    environ: Mapping[str, str]
    catalogue: Catalogue
    vocabulary: Vocabulary
    drafts: Mapping[Path, Document]

    def draft(self) -> Draft:
        head = self._section(SiteHead, "site") or SiteHead(id="unknown")
        try:
            timezone = time_zone(head.timezone)
        except ValueError:
            hint = did_you_mean(head.timezone, available_timezones())
            self._add(("site", "timezone"), f"unknown time zone (got {shown_value(head.timezone)}, {hint})")
            timezone = time_zone("UTC")
        folder, categories = self.path.absolute().parent, self.catalogue.categories
        around = Surroundings(folder, self.environ, timezone, categories, self.log, drafts=self.drafts)
        detector = self._section(DetectorEntry, "detector") or DetectorEntry()
        cameras, known = self._cameras(around)
        defaults = self._section(RuleDefaults, "defaults") or RuleDefaults()
        catalogue = with_own_algorithms(self.document, self.catalogue, self.vocabulary, self.log)
        specialists = resolve_specialists(self.document, detector.model, self.log)
        lowest = min([detector.confidence, *(one.confidence or 0.0 for one in specialists)])
        law = Law(
            self.document, defaults, detector.confidence, lowest, timezone, catalogue, self.vocabulary, known, self.log
        )
        rules = resolve_rules(law)
        redis, state = self._redis(around), self._state(around)
        remark_idle(self.document, self.log, cameras, rules, known)
        file = WrittenFile(self.document, around)
        evidence, evidence_folder = evidence_settings(self._section(EvidenceEntry, "evidence"), file)
        noise = noise_settings(self._section(NoiseEntry, "noise"), cameras, file, is_whole=known.is_whole)
        site = Site(
            id=head.id,
            name=head.name or head.id,
            timezone=timezone,
            path=self.path.absolute(),
            state=state,
            redis=redis,
            detector=self._detector(detector),
            specialists=specialists,
            operation=self._operation(),
            dispatch=resolve_dispatch(self.document, self._section(DispatchEntry, "dispatch"), around),
            console=console_settings(self._section(ConsoleEntry, "console"), place_of(self.document, ("console",))),
            evidence=evidence,
            evidence_folder=evidence_folder,
            noise=noise,
            cameras=tuple(cameras),
            rules=tuple(rules),
            warnings=tuple(in_order(self.log.warnings, self.document.file)),
        )
        names_network = self.document.at(("detector", "model")) in (None, detector.model)
        return Draft(site, tuple(in_order(self.log.faults, self.document.file)), names_network)

    def _detector(self, entry: DetectorEntry) -> DetectorSettings:
        place = place_of(self.document, ("detector",))
        is_given = self.document.at(("detector", "confidence")) is not None
        return DetectorSettings(
            entry.model, entry.confidence, entry.provider, entry.threads, place, gives_confidence=is_given
        )

    def _operation(self) -> Operation:
        entry = self._section(OperationEntry, "operation") or OperationEntry()
        return Operation(entry.listen, entry.keep_log, place_of(self.document, ("operation",)))

    def _add(self, steps: Steps, text: str) -> None:
        self.log.add(self.document, steps, text)

    def _section(self, model: type[M], key: str) -> M | None:
        """A section without its keys that are wrong; None where it is missing or nothing in it can be read."""
        value = self.document.at((key,))
        try:
            return None if value is None else model.model_validate(value)
        except ValidationError as error:
            wrong = {one["loc"][0] for one in error.errors(include_url=False) if one["loc"]}
        try:
            right = {name: part for name, part in value.items() if name not in wrong} if isinstance(value, dict) else {}
            return model.model_validate(right)
        except ValidationError:
            return None

    def _cameras(self, around: Surroundings) -> tuple[list[Camera], KnownCameras]:
        entries = camera_entries(self.document, ("cameras",), self.log, tell=False)
        table, is_whole = self._table(around)
        if table is not None:
            entries += camera_entries(table, (), self.log, tell=True)
        self._refuse_none(table, is_whole=is_whole)
        documents: list[tuple[Document, Value, Steps]] = [(self.document, self.document.at(("cameras",)), ("cameras",))]
        documents += [(table, table.value, ())] if table is not None else []
        fences_by_camera: dict[CameraId, Fences] = {}
        for document, value, base in documents:
            is_whole = self._note_ids(document, value, base, fences_by_camera) and is_whole
        cameras: dict[CameraId, Camera] = {}
        for written in entries:
            self._resolve(written, around, cameras, fences_by_camera)
        return list(cameras.values()), KnownCameras(fences_by_camera, is_whole)

    def _resolve(
        self,
        written: Written,
        around: Surroundings,
        cameras: dict[CameraId, Camera],
        fences_by_camera: dict[CameraId, Fences],
    ) -> None:
        camera, fences = resolve_camera(written, around)
        camera_id = CameraId(written.entry.id)
        if fences_by_camera[camera_id] is UNREAD:
            fences_by_camera[camera_id] = fences
        if camera is not None:
            cameras.setdefault(camera_id, camera)

    def _table(self, around: Surroundings) -> tuple[Document | None, bool]:
        """The table of cameras, and whether all of it could be read."""
        text = self.document.at(("cameras_from",))
        if not isinstance(text, str) or not text:
            return None, text is None
        path = around.path(self.document, ("cameras_from",), text)
        if path is None:
            return None, False
        if not is_file(path):
            self._add(("cameras_from",), f"{lack_of(path)} (got {shown_value(text)})")
            return None, False
        try:
            table = read_camera_table(path, shown_path(path), self.log)
        except ConfigError as error:
            self.log.extend(error.faults)
            return None, False
        return table.document, table.is_whole

    def _refuse_none(self, table: Document | None, *, is_whole: bool) -> None:
        value = self.document.at(("cameras",))
        has_table = self.document.at(("cameras_from",)) is not None
        # `cameras:` with nothing after it is told already, as any list that is none.
        is_there = isinstance(self.document.value, dict) and "cameras" in self.document.value
        if not is_there and not has_table:
            self._add(("cameras",), "missing (allowed: at least one camera, here or in cameras_from)")
        elif value == [] and not (has_table and is_whole):
            self._add(("cameras",), "too few (got an empty list, allowed: at least one camera)")
        elif not value and table is not None and not table.value:
            self.log.add(table, (), "no camera (allowed: at least one, a line each below the names of the columns)")

    def _note_ids(
        self, document: Document, value: Value, base: Steps, fences_by_camera: dict[CameraId, Fences]
    ) -> bool:
        """Remember every camera's id, whatever else is wrong with it. Returns whether every one has an id."""
        is_whole = value is None or isinstance(value, list)
        for i, camera in enumerate(value if isinstance(value, list) else []):
            camera_id = camera.get("id") if isinstance(camera, dict) else None
            if not isinstance(camera_id, str):
                is_whole = False
            elif camera_id in fences_by_camera:
                text = f"id given twice (got {shown_value(camera_id)}, allowed: once a site)"
                self.log.add(document, (*base, i, "id"), text)
            else:
                fences_by_camera[CameraId(camera_id)] = UNREAD
        return is_whole

    def _redis(self, around: Surroundings) -> RedisSettings:
        entry = self._section(RedisEntry, "redis") or RedisEntry()
        url: SecretUrl | None = None
        if entry.url != EMBEDDED:
            steps: Steps = ("redis", "url")
            if "://" not in entry.url and not entry.url.startswith("${"):
                allowed = "embedded, redis://..., rediss://... or redis+sentinel://..."
                self._add(steps, f"no address (got {shown_value(entry.url)}, allowed: {allowed})")
            else:
                url = around.url(self.document, steps, entry.url, _REDIS_SCHEMES)
        if entry.commands == entry.stream:
            self._add(("redis", "commands"), _ONE_STREAM.format(shown_value(entry.commands)))
        return RedisSettings(url, entry.stream, entry.keep, entry.commands, place_of(self.document, ("redis",)))

    def _state(self, around: Surroundings) -> Path:
        text = self.document.at(("state",))
        path = around.path(self.document, ("state",), text) if isinstance(text, str) else None
        path = path or around.folder / "state"
        if path.exists() and not path.is_dir():
            self._add(("state",), f"no folder (got {shown_value(text)}, which is a file)")
        return path
