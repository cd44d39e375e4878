"""What the pages about rules are answered: rules, their values, trials, versions of the site file."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pipeline.config.rule_parameters import Kind, Origin
from pipeline.observation import CommandKind

Scalar = bool | int | float | str
Key = Annotated[str, Field(min_length=1, max_length=200)]
Identifier = Annotated[str, Field(min_length=1, max_length=64)]
Reason = Annotated[str, Field(max_length=500)]
Changes = Annotated[
    dict[Key, Scalar | None], Field(max_length=64, description="By key; null: the rule says nothing of it any more.")
]
Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Of the site file that one has seen.")]


class Answer(BaseModel):
    """Any answer: a value."""

    model_config = ConfigDict(frozen=True)


class TitleAnswer(Answer):
    """A name in both languages."""

    zh: str
    en: str


class SilenceAnswer(Answer):
    """A camera, or one of its rules, that is silent now.

    Attributes:
        rule: None: every rule of the camera.
        is_sent: Whether the pipeline's stream has the word; else it waits for its server.
    """

    kind: CommandKind
    camera: str
    camera_name: str
    rule: str | None
    since: AwareDatetime
    until: AwareDatetime
    by: str
    reason: str
    is_sent: bool


class RuleSummary(Answer):
    """One rule in a list.

    Attributes:
        silent: On how many of its cameras it is silent now.
    """

    id: str
    algorithm: str
    title: TitleAnswer
    severity: str
    enabled: bool
    dwell: str
    schedule: str
    cameras: int
    zones: int
    silent: int


class CameraName(Answer):
    """A camera to choose."""

    id: str
    name: str


class RulesAnswer(Answer):
    """The rules of a site.

    Attributes:
        faults: What is wrong with the site's files now; then what ran before goes on.
    """

    file: str
    faults: list[str]
    rules: list[RuleSummary]
    cameras: list[CameraName]
    silences: list[SilenceAnswer]


class SaidAnswer(Answer):
    """A value and where it is written; line 0: nowhere."""

    value: Scalar
    origin: Origin
    file: str
    line: int


class ParameterAnswer(Answer):
    """One value of a rule.

    Attributes:
        otherwise: What would hold if the rule said nothing.
        text: What it means, in English.
    """

    key: str
    kind: Kind
    said: SaidAnswer
    otherwise: SaidAnswer
    text: str
    low: Scalar | None
    high: Scalar | None
    choices: list[str]


class ZoneAnswer(Answer):
    """A fence in which a rule looks, in shares of the picture."""

    id: str
    name: str
    category: str
    grid: str
    is_line: bool
    points: list[tuple[float, float]]


class PlaceAnswer(Answer):
    """A camera on which a rule looks."""

    camera: str
    camera_name: str
    zones: list[ZoneAnswer]


class RuleAnswer(Answer):
    """One rule whole.

    Attributes:
        sha256: Of the site file: what is saved is based on it.
        line: Where it is written.
        classes: Every class that may take part.
    """

    id: str
    algorithm: str
    title: TitleAnswer
    fires_when: str
    severity: str
    enabled: bool
    file: str
    line: int
    sha256: str
    classes: list[str]
    parameters: list[ParameterAnswer]
    places: list[PlaceAnswer]
    silences: list[SilenceAnswer]


class FieldFaultAnswer(Answer):
    """A mistake; key is empty where it is none of the rule's."""

    key: str
    text: str


class CheckAnswer(Answer):
    """What a change would do to the file: mistakes, or lines of a diff."""

    faults: list[FieldFaultAnswer]
    diff: list[str]


class ChangeRequest(BaseModel):
    """Values that are to be changed."""

    changes: Changes


class SaveRequest(ChangeRequest):
    """The same, to be written."""

    sha256: Fingerprint
    why: Reason = ""


class TrialRequest(ChangeRequest):
    """The same, to be tried."""

    hours: Annotated[int, Field(ge=1, le=168)] = 24


class SavedAnswer(Answer):
    """What was written.

    Attributes:
        version: Its number.
        taken_over: Whether the running pipeline goes by it; null: none runs.
        told: What the pipeline said, in words; may be empty.
    """

    sha256: str
    version: int
    taken_over: bool | None
    told: str


class VersionAnswer(Answer):
    """A version of the site file; `by` is empty where it was changed by other means."""

    number: int
    at: AwareDatetime
    by: str
    why: str
    sha256: str


class VersionsAnswer(Answer):
    """Those that are kept, the newest first."""

    sha256: str
    versions: list[VersionAnswer]


class VersionText(Answer):
    """A version, and how the file of now differs from it."""

    text: str
    diff: list[str]


class RestoreRequest(BaseModel):
    """A version is to hold again."""

    sha256: Fingerprint
    why: Reason = ""


class TrialBegun(Answer):
    """A trial that is under way.

    Attributes:
        without_log: Cameras of the rule of which there is no log.
    """

    trial: str
    cameras: int
    without_log: list[str]


class TriedEvent(Answer):
    """An event as a trial found it; boxes are shares of the picture."""

    id: str
    started_at: AwareDatetime
    raised_at: AwareDatetime
    ended_at: AwareDatetime | None
    reason: str
    severity: str
    boxes: list[tuple[float, float, float, float]]
    classes: list[str]


class TriedChange(Answer):
    """An event that appears (no `before`), disappears (no `after`) or moves.

    Attributes:
        snapshot: Path of its picture, where there is one.
    """

    camera: str
    camera_name: str
    zone: str
    zone_name: str
    points: list[tuple[float, float]]
    before: TriedEvent | None
    after: TriedEvent | None
    snapshot: str | None


class TrialAnswer(Answer):
    """How far a trial is, and what it found.

    Attributes:
        refused: By camera, why its log cannot answer what the change asks.
        changes: In the order of time, the first 500 of them.
    """

    total: int
    done: int
    is_over: bool
    fault: str
    watched_s: float
    before: int
    after: int
    same: int
    appeared: int
    vanished: int
    moved: int
    refused: list[FieldFaultAnswer]
    changes: list[TriedChange]
