"""What the page about fences asks and is answered."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.config.document import LARGEST_BYTES

FenceText = Annotated[str, Field(max_length=LARGEST_BYTES, description="A fence file: GeoJSON.")]
Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file that one has seen.")]
Reason = Annotated[str, Field(max_length=500)]


class Answer(BaseModel):
    """Any answer: a value."""

    model_config = ConfigDict(frozen=True)


class SheetSummary(Answer):
    """One fence file, as a list shows it.

    Attributes:
        view: The preset of a PTZ camera; empty: it has one view.
    """

    view: str
    file: str
    areas: int
    lines: int
    masks: int


class CameraFences(Answer):
    """The fence files of a camera; none: the site file names none."""

    camera: str
    camera_name: str
    sheets: list[SheetSummary]


class FencesAnswer(Answer):
    """Every camera of the site.

    Attributes:
        faults: What is wrong with the site's files now; then what held before is shown.
    """

    cameras: list[CameraFences]
    faults: list[str]


class Named(Answer):
    """Something to choose, with its names."""

    id: str
    zh: str
    en: str


class CellChoice(Answer):
    """A cell of the grid, and who is responsible there by the routing table; empty: nobody is named."""

    id: str
    name: str
    officer: str
    manager: str


class Choices(Answer):
    """What the properties of a shape may be. Without a routing table there are no cells and contacts to choose."""

    categories: list[Named]
    cells: list[CellChoice]
    contacts: list[Named]


class GroundAnswer(Answer):
    """How the picture lies on the ground.

    Attributes:
        to_metres: Row-major 3 x 3: shares of the picture to metres east and north of `origin`.
        to_picture: Its inverse.
        metres_per_unit: Of the file's coordinates: they are metres divided by it, plus `origin`.
    """

    to_metres: list[float]
    to_picture: list[float]
    origin: list[float]
    metres_per_unit: list[float]


class SheetAnswer(Answer):
    """One fence file whole.

    Attributes:
        shared_with: Further cameras (`camera` or `camera/view`) that the file is for.
        ground: None: the file has no calibration that can be used.
    """

    camera: str
    camera_name: str
    view: str
    views: list[str]
    file: str
    shared_with: list[str]
    text: str
    sha256: str
    ground: GroundAnswer | None
    choices: Choices


class FaultAnswer(Answer):
    """A mistake.

    Attributes:
        feature: The shape's place in the file; None: it is about the whole file, or about the site.
        key: Below the shape.
        file: Where it is.
    """

    feature: int | None
    key: str
    text: str
    file: str


class FaultsAnswer(Answer):
    """Why a draft is refused."""

    error: str
    faults: list[FaultAnswer] = []


class ZoneRule(Answer):
    """A rule that looks at a shape."""

    rule: str
    zh: str
    en: str
    enabled: bool


class DraftRequest(BaseModel):
    """Fences that are not saved."""

    text: FenceText
    view: Annotated[str, Field(max_length=64)] = ""


class CheckedAnswer(Answer):
    """What the loader says of a draft."""

    faults: list[FaultAnswer]
    remarks: list[FaultAnswer]
    rules_by_zone: dict[str, list[ZoneRule]]


class SaveFences(DraftRequest):
    """Fences to be written."""

    sha256: Fingerprint
    why: Reason = ""


class VersionAnswer(Answer):
    """A version of the file.

    Attributes:
        by: Empty: it was found so, changed by other means than this page.
        added: Ids of shapes that the version before does not have.
        removed: Those that only the version before has.
        changed: Those that both have, differently.
    """

    number: int
    at: datetime
    by: str
    why: str
    sha256: str
    added: list[str]
    removed: list[str]
    changed: list[str]


class VersionsAnswer(Answer):
    """The newest first."""

    versions: list[VersionAnswer]


class VersionText(Answer):
    """What a version held."""

    text: str


class RunAnswer(Answer):
    """Whether the pipeline that runs uses the fences of the file.

    Attributes:
        is_running: Whether a run answers.
        in_force: Whether its fences of this camera are those of the file as it is now.
        since: When it took over the site that it has.
        refused_at: When it last refused the site's files; None: it did not, or has taken them over since.
        faults: Why.
    """

    is_running: bool
    in_force: bool
    since: datetime | None
    refused_at: datetime | None
    faults: list[str]


class SavedFences(Answer):
    """Fences that were written."""

    text: str
    sha256: str
    number: int
    run: RunAnswer


class ConflictAnswer(Answer):
    """Somebody else has changed the file since it was read.

    Attributes:
        text: What it holds now.
        since: The versions since, the newest first; a change by other means is one without a name.
    """

    error: str
    sha256: str = ""
    text: str = ""
    since: list[VersionAnswer] = []
