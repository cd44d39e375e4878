"""The names of things: one canonical name a class, whatever a network or a site file calls it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.config.document import Steps
from pipeline.config.faults import faults_of
from pipeline.config.yaml_lines import read_yaml
from pipeline.errors import ConfigError, UsageError
from pipeline.resources import data_folder

_SEPARATORS = re.compile(r"[\s_\-]+")


class UnknownNameError(UsageError, LookupError):
    """A class or group that the vocabulary does not have.

    Attributes:
        name: What was asked for.
        suggestion: The nearest name it has; empty where none is near.
    """

    def __init__(self, name: str, suggestion: str) -> None:
        self.name, self.suggestion = name, suggestion
        hint = f"did you mean {suggestion!r}?" if suggestion else "see configs/vocabulary.yaml for those it has"
        super().__init__(f"{name!r}: no such class or group in the vocabulary; {hint}")


@dataclass(frozen=True, slots=True)
class Title:
    """A name for people, in the two languages of the alerts."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every class and group, and how each may be spelled.

    Case, spaces, hyphens and underscores do not matter in a spelling; the Chinese name is one too.

    Attributes:
        classes: Canonical names (lower case, words joined by underscores), in the order of the file.
        groups: Members of each group, by the group's name.
        titles: Names for people, by class or group.
        families: By class: the family of classes that networks give to one and the same thing. A class without one is
            absent.
    """

    classes: tuple[str, ...]
    groups: Mapping[str, frozenset[str]]
    titles: Mapping[str, Title]
    families: Mapping[str, str]
    _class_by_spelling: Mapping[str, str]
    _group_by_spelling: Mapping[str, str]

    def canonical(self, name: str) -> str:
        """The class that is meant by `name`.

        Raises:
            UnknownNameError: No class is spelled so (a group is no class).
        """
        found = self._class_by_spelling.get(_squeezed(name))
        if found is None:
            raise UnknownNameError(name, self._nearest(name))
        return found

    def expand(self, names: Iterable[str]) -> frozenset[str]:
        """The classes meant by a list of classes and groups.

        Raises:
            UnknownNameError: One of them is neither.
        """
        return frozenset(member for name in names for member in self._members(name))

    def title(self, name: str) -> Title:
        """The name for people of a class or a group.

        Raises:
            UnknownNameError: It is neither.
        """
        spelling = _squeezed(name)
        found = self._class_by_spelling.get(spelling) or self._group_by_spelling.get(spelling)
        if found is None:
            raise UnknownNameError(name, self._nearest(name))
        return self.titles[found]

    def family(self, class_name: str) -> str:
        """The family of a canonical class; a class without one is a family of its own."""
        return self.families.get(class_name, class_name)

    def kin_by_class(self) -> dict[str, frozenset[str]]:
        """By class, all names that networks give to one and the same thing; a class without a family is absent."""
        members: dict[str, set[str]] = {}
        for name, family in self.families.items():
            members.setdefault(family, set()).add(name)
        return {name: frozenset(members[family]) for name, family in self.families.items()}

    def _members(self, name: str) -> frozenset[str]:
        group = self._group_by_spelling.get(_squeezed(name))
        return frozenset({self.canonical(name)}) if group is None else self.groups[group]

    def _nearest(self, name: str) -> str:
        found_by_spelling = {**self._group_by_spelling, **self._class_by_spelling}
        near = get_close_matches(_squeezed(name), found_by_spelling, n=1, cutoff=0.7)
        return found_by_spelling[near[0]] if near else ""


def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """Read the vocabulary.

    Args:
        path: A vocabulary file; the one that ships with the project where None.

    Raises:
        ConfigError: The file is missing or wrong: every fault.
    """
    file = data_folder("configs") / "vocabulary.yaml" if path is None else path
    document = read_yaml(file, file.name)
    try:
        written = _Written.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(faults_of(error, _Written, document, ())) from error
    faults = [document.fault(steps, text) for steps, text in _faults(written)]
    if faults:
        raise ConfigError(faults)
    titles = {name: Title(zh=spellings[0], en=spellings[1]) for name, spellings in written.classes.items()}
    titles |= {name: Title(zh=group.zh, en=group.en) for name, group in written.groups.items()}
    return Vocabulary(
        classes=tuple(written.classes),
        groups=_members_by_group(written),
        titles=titles,
        families={member: family for family, members in written.families.items() for member in members},
        _class_by_spelling={spelling: name for name, spelling in _class_spellings(written)},
        _group_by_spelling={spelling: name for name, spelling in _group_spellings(written)},
    )


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(min_length=1, description="Chinese name.")
    en: str = Field(min_length=1, description="English name.")
    of: tuple[str, ...] = Field(min_length=1, description="Classes, or groups that stand above this one in the file.")


class _Written(BaseModel):
    """The file as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    classes: dict[str, tuple[str, ...]] = Field(min_length=1, description="Chinese, English, other spellings, by name.")
    groups: dict[str, _Group] = Field(description="What may stand for several classes.")
    families: dict[str, tuple[str, ...]] = Field(description="Classes that networks give to one and the same thing.")


def _squeezed(name: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name).casefold())


def _class_spellings(written: _Written) -> Iterator[tuple[str, str]]:
    for name, spellings in written.classes.items():
        for spelling in sorted({_squeezed(text) for text in (name, *spellings)}):
            yield name, spelling


def _group_spellings(written: _Written) -> Iterator[tuple[str, str]]:
    for name, group in written.groups.items():
        for spelling in sorted({_squeezed(text) for text in (name, group.zh)}):
            yield name, spelling


def _members_by_group(written: _Written) -> dict[str, frozenset[str]]:
    members_by_group: dict[str, frozenset[str]] = {}
    for name, group in written.groups.items():
        members_by_group[name] = frozenset(
            member for part in group.of for member in members_by_group.get(part, frozenset({part}))
        )
    return members_by_group


def _faults(written: _Written) -> Iterator[tuple[Steps, str]]:
    for name, spellings in written.classes.items():
        if len(spellings) < 2:
            yield ("classes", name), f"got {list(spellings)}, expected a Chinese and an English name first"
    for group, classes in _members_by_group(written).items():
        for name in sorted(classes - written.classes.keys()):
            yield ("groups", group), f"{name!r} is neither a class nor a group above it"
    yield from _doubled_spellings(written)
    yield from _family_faults(written)


def _doubled_spellings(written: _Written) -> Iterator[tuple[Steps, str]]:
    owners = [
        *((("classes", name), spelling) for name, spelling in _class_spellings(written)),
        *((("groups", name), spelling) for name, spelling in _group_spellings(written)),
    ]
    owner_by_spelling: dict[str, tuple[str, str]] = {}
    for place, spelling in owners:
        owner = owner_by_spelling.setdefault(spelling, place)
        if owner != place:
            yield place, f"{spelling!r} is a spelling of {owner[1]!r} in {owner[0]} already"


def _family_faults(written: _Written) -> Iterator[tuple[Steps, str]]:
    family_by_class: dict[str, str] = {}
    for family, members in written.families.items():
        for name in members:
            if name not in written.classes:
                yield ("families", family), f"{name!r} is no class"
            elif family_by_class.setdefault(name, family) != family:
                yield ("families", family), f"{name!r} is in {family_by_class[name]!r} already"
