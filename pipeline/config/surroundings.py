"""What every part of a camera's entry needs to be made sense of: where it is written, and what it may refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from pipeline.config.document import Document, Steps, dotted, shown_value, unprintable
from pipeline.config.faults import FaultLog
from pipeline.config.fences import Fences
from pipeline.config.resolved import Place
from pipeline.config.secrets import SecretUrl, expand, redact, variables
from pipeline.config.site import CameraEntry
from pipeline.config.vocabulary import Title

NO_DRAFTS: Mapping[Path, Document] = {}


@dataclass(frozen=True, slots=True)
class Written:
    """One camera entry and where it is written."""

    document: Document
    steps: Steps
    entry: CameraEntry


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is needed to make sense of an entry.

    Attributes:
        folder: Of the site file: paths are relative to it.
        environ: Values of the variables.
        timezone: Of times without an offset.
        categories: The catalogue's.
        log: Takes every mistake.
        fences_by_path: Every fence file is read once.
        drafts: Fence files that count as if they held these documents, whatever they hold.
    """

    folder: Path
    environ: Mapping[str, str]
    timezone: tzinfo
    categories: Mapping[str, Title]
    log: FaultLog
    fences_by_path: dict[Path, Fences] = field(default_factory=dict)
    drafts: Mapping[Path, Document] = field(default_factory=lambda: NO_DRAFTS)

    def text(self, document: Document, steps: Steps, text: str) -> str:
        """The text with its variables filled in; empty, and a fault, where one is not set."""
        try:
            missing = [name for name in variables(text) if name not in self.environ]
        except ValueError as error:
            self.log.add(document, steps, f"no variable (got {shown_value(text)}, allowed: {error})")
            return ""
        if missing:
            self.log.add(document, steps, f"${{{missing[0]}}} is not set (allowed: set it in the environment)")
            return ""
        expanded = expand(text, self.environ)
        if unprintable(expanded) or "\n" in expanded:
            self.log.add(document, steps, "holds a control character or a line feed (allowed: one line of text)")
            return ""
        return expanded

    def expanded_or_written(self, text: str) -> str:
        """The text with its variables filled in; as it is written where one is not set. Tells no fault."""
        try:
            return expand(text, self.environ)
        except KeyError:
            return text

    def path(self, document: Document, steps: Steps, text: str) -> Path | None:
        """The path that is written there, absolute; None, and a fault, where a variable is not set."""
        expanded = self.text(document, steps, text)
        return (self.folder / expanded).absolute() if expanded else None

    def url(self, document: Document, steps: Steps, text: str, schemes: frozenset[str]) -> SecretUrl | None:
        """The address that is written there; None, and a fault, where it is none."""
        expanded = self.text(document, steps, text)
        if not expanded:
            return None
        scheme, mark, rest = expanded.partition("://")
        if not mark or scheme.lower() not in schemes or not rest.strip("/"):
            allowed = ", ".join(f"{name}://..." for name in sorted(schemes))
            self.log.add(document, steps, f"no address (got {shown_value(text)}, allowed: {allowed})")
            return None
        return SecretUrl(redact(text), expanded)


def place_of(document: Document, steps: Steps) -> Place:
    """Where a part of a file is written."""
    value = document.at(steps)
    line_by_key = {key: document.line((*steps, key)) for key in value} if isinstance(value, dict) else {}
    return Place(document.file, document.line(steps), dotted(steps), line_by_key)


def is_file(path: Path) -> bool:
    """Whether there is something to read at a path; a folder is not. A path that cannot be is none."""
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):  # a name too long, a folder that may not be looked into
        return False


def lack_of(path: Path) -> str:
    """Why there is no file at a path."""
    try:
        return "is a folder" if path.is_dir() else "no such file"
    except (OSError, ValueError) as error:
        return f"no such file: {error.strerror if isinstance(error, OSError) else error}"


def shown_path(path: Path) -> str:
    """A path as a message shows it: from the current folder where it lies below it."""
    resolved = path.resolve()
    return str(resolved.relative_to(Path.cwd())) if resolved.is_relative_to(Path.cwd()) else str(resolved)
