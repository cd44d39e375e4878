"""`smart-alert algorithms`: what can be looked for, and what of it the networks at hand can see."""

import json
import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from pipeline.cli.algorithms_text import as_json, page_of, print_list
from pipeline.config.catalogue import Algorithm, Catalogue
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.faults import FaultLog
from pipeline.config.load import load_site
from pipeline.config.own_algorithms import with_own_algorithms
from pipeline.config.vocabulary import Vocabulary, load_vocabulary
from pipeline.config.yaml_lines import read_yaml
from pipeline.errors import ConfigError, UsageError
from pipeline.runtime.class_lack import ClassesByNetwork, installed_classes, site_classes

_SITE_SUFFIXES = (".yaml", ".yml")


@click.command()
@click.argument("words", metavar="[KEY] [SITE.yaml]", nargs=-1)
@click.option("--json", "wants_json", is_flag=True, help="One JSON document, for programs.")
def command(words: tuple[str, ...], *, wants_json: bool) -> None:
    """List the algorithms, or show one with its parameters and their bounds.

    Says which run with the installed networks; with SITE.yaml, which run with that site's, its own algorithms among
    them.
    """
    keys = [word for word in words if not word.endswith(_SITE_SUFFIXES)]
    sites = [Path(word) for word in words if word.endswith(_SITE_SUFFIXES)]
    if len(keys) > 1 or len(sites) > 1:
        raise click.UsageError("More than one key or site file: expected [KEY] [SITE.yaml].")
    vocabulary = load_vocabulary()
    installed = installed_classes(vocabulary)
    shipped = load_catalogue()
    catalogue, having = _of_site(sites[0], shipped, vocabulary) if sites else (shipped, installed)
    chosen = [_found(keys[0], catalogue)] if keys else list(catalogue.algorithms.values())
    if wants_json:
        click.echo(_dumped(chosen, having, installed, is_one=bool(keys)))
    elif keys:
        for line in page_of(chosen[0], having, installed):
            click.echo(line)
    else:
        print_list(chosen, catalogue.categories, having)


def _of_site(path: Path, catalogue: Catalogue, vocabulary: Vocabulary) -> tuple[Catalogue, ClassesByNetwork]:
    """The catalogue with the site's own algorithms, and what its networks can find."""
    site = load_site(path, os.environ)
    log = FaultLog()
    catalogue = with_own_algorithms(read_yaml(path, str(path)), catalogue, vocabulary, log)
    if log.faults:
        raise ConfigError(log.faults)
    return catalogue, site_classes(site, vocabulary)


def _found(key: str, catalogue: Catalogue) -> Algorithm:
    for known, algorithm in catalogue.algorithms.items():
        if known == key:
            return algorithm
    if key in catalogue.categories:
        raise UsageError(f"algorithm {key}: that is a category of areas (expected: `category: {key}` of a zone)")
    near = get_close_matches(key, list(catalogue.algorithms), n=1)
    hint = f"did you mean {near[0]!r}?" if near else "`smart-alert algorithms` lists them"
    raise UsageError(f"algorithm {key[:80]!r}: there is none of that key; {hint}")


def _dumped(chosen: Sequence[Algorithm], having: ClassesByNetwork, installed: ClassesByNetwork, *, is_one: bool) -> str:
    told = [as_json(one, having, installed) for one in chosen]
    return json.dumps(told[0] if is_one else told, ensure_ascii=False, indent=2)
