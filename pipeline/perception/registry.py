"""Finding a network by the name or the path that a site file gives."""

from difflib import get_close_matches
from pathlib import Path

from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import UsageError
from pipeline.perception.model_card import ModelCard, load_card
from pipeline.resources import data_folder


class Registry:
    """The cards of one folder, `<name>.yaml` each. It is read anew at every question."""

    def __init__(self, folder: Path, vocabulary: Vocabulary) -> None:
        self.folder = folder
        self._vocabulary = vocabulary

    @classmethod
    def shipped(cls, vocabulary: Vocabulary) -> "Registry":
        """The networks that come with the project.

        Raises:
            UsageError: The installation lacks its folder of models.
        """
        return cls(data_folder("models"), vocabulary)

    def names(self) -> tuple[str, ...]:
        """Names of all cards, sorted."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.yaml")))

    def card(self, model: str, base: Path) -> ModelCard:
        """The card that a site file means.

        Args:
            model: A name of the registry, or the path of a card (it ends in `.yaml`).
            base: What a relative path is relative to: the site file's folder.

        Raises:
            UsageError: There is no such network.
            ConfigError: Its card is missing or wrong.
        """
        if model.endswith(".yaml"):
            return load_card(base / model, self._vocabulary)
        names = self.names()
        if model not in names:
            near = get_close_matches(model, names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names) or 'none'}"
            raise UsageError(f"model {model!r}: no such network in {self.folder}; {hint}")
        return load_card(self.folder / f"{model}.yaml", self._vocabulary)
