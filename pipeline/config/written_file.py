"""One file being read: where its mistakes go, and how its texts and paths are meant."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.config.document import Document, Steps
from pipeline.config.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A document and its surroundings."""

    document: Document
    around: Surroundings

    def add(self, steps: Steps, text: str) -> None:
        """Something is wrong there."""
        self.around.log.add(self.document, steps, text)

    def text(self, steps: Steps, text: str) -> str:
        """See `Surroundings.text`."""
        return self.around.text(self.document, steps, text)

    def path(self, steps: Steps, text: str) -> Path | None:
        """See `Surroundings.path`."""
        return self.around.path(self.document, steps, text)
