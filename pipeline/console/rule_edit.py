"""A rule of the site file changed, and what the loader says of it before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.config.document import Document, Steps, dotted
from pipeline.config.load import Draft, read_document
from pipeline.config.rule_parameters import key_of, steps_of
from pipeline.config.yaml_edit import Scalar, edited
from pipeline.config.yaml_lines import parse_yaml
from pipeline.errors import Fault, UsageError

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A mistake.

    Attributes:
        key: The parameter that it belongs to; empty: to the file as a whole.
        text: What was got and what is allowed.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class SiteText:
    """A site file as it was read.

    Attributes:
        path: Where it lies.
        content: Its bytes.
        environ: Values of the variables in it.
    """

    path: Path
    content: bytes
    environ: Mapping[str, str]

    @property
    def text(self) -> str:
        """What it says.

        Raises:
            UsageError: It is not UTF-8.
        """
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError(
                f"{self.path.name}: not UTF-8 text (got byte 0x{self.content[error.start]:02x})"
            ) from error

    @property
    def document(self) -> Document:
        """Its values.

        Raises:
            ConfigError: It is no YAML.
            UsageError: It is not UTF-8.
        """
        return parse_yaml(self.text, self.path.name)

    def draft(self) -> Draft:
        """What the loader makes of it; mistakes are in it.

        Raises:
            ConfigError: It cannot be read as a whole.
            UsageError: It is not UTF-8.
        """
        return read_document(self.document, self.path, self.environ)

    def with_text(self, text: str) -> "SiteText":
        """The same file with other words, and its byte order mark if it had one."""
        mark = _MARK if self.content.startswith(_MARK.encode()) else ""
        return SiteText(self.path, f"{mark}{text}".encode(), self.environ)

    def with_bytes(self, content: bytes) -> "SiteText":
        """The same file with another content."""
        return SiteText(self.path, content, self.environ)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that is not written yet.

    Attributes:
        site: The file with it.
        draft: What the loader makes of that.
        faults: Why it is refused; none: it is right.
    """

    site: SiteText
    draft: Draft
    faults: tuple[FieldFault, ...]


def proposed(site: SiteText, rule: str, changes: Mapping[str, Scalar | None]) -> Proposal:
    """A rule with some parameters changed, held against everything that `check` holds a site file against.

    Args:
        site: The file as it is.
        rule: The rule's id.
        changes: By the parameters' keys; None: the rule says nothing of it any more.

    Raises:
        ConfigError: The file cannot be read as a whole.
        UsageError: There is no such rule, or the file is written so that it cannot be changed here.
    """
    place = place_of_rule(site.document, rule)
    by_steps = {steps_of(key): value for key, value in changes.items()}
    after = site.with_text(edited(site.text, site.path.name, place, by_steps))
    draft = after.draft()
    return Proposal(after, draft, tuple(_field_fault(fault, place) for fault in draft.faults))


def judged(site: SiteText) -> Proposal:
    """A whole file that is to take the place of another, such as an earlier version of it.

    Raises:
        ConfigError: It cannot be read as a whole.
    """
    draft = site.draft()
    return Proposal(site, draft, tuple(FieldFault("", str(fault)) for fault in draft.faults))


def place_of_rule(document: Document, rule: str) -> Steps:
    """Where a rule is written.

    Raises:
        UsageError: There is none of this id.
    """
    entries = document.at(("rules",))
    for n, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict) and entry.get("id") == rule:
            return ("rules", n)
    raise UsageError(f"{document.file}: has no rule {rule!r}")


def _field_fault(fault: Fault, place: Steps) -> FieldFault:
    """At the field where it belongs to one: a key such as `rules[3].params.count`."""
    head = f"{dotted(place)}."
    if fault.key.startswith(head):
        return FieldFault(key_of(tuple(fault.key.removeprefix(head).split("."))), fault.text)
    return FieldFault("", str(fault))
