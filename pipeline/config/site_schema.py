"""The JSON Schema of a site file, for editors: what the types of its parts say, and what only the catalogue knows."""

from pydantic import JsonValue

from pipeline.config.catalogue import Catalogue
from pipeline.config.site import RuleEntry, SiteFile, ZonesByCategory

Schema = dict[str, JsonValue]
_OWN_KEY: Schema = {"type": "string", "pattern": ":"}


def site_schema(catalogue: Catalogue) -> Schema:
    """The schema of a site file as it is written.

    Args:
        catalogue: Its categories, and its algorithms that this version has code for, are the words to choose from.
    """
    schema: Schema = SiteFile.model_json_schema(mode="validation")
    implemented: list[JsonValue] = [key for key, known in catalogue.algorithms.items() if known.condition is not None]
    algorithm = _property(schema, RuleEntry.__name__, "algorithm")
    algorithm["anyOf"] = [{"enum": implemented}, _OWN_KEY]
    whole_camera: list[JsonValue] = [key for key, known in catalogue.algorithms.items() if known.is_of_camera]
    _definition(schema, RuleEntry.__name__).update(
        {
            "if": {"properties": {"algorithm": {"enum": whole_camera}}},
            "then": {"properties": {"zones": False}},
            "else": {"required": ["id", "algorithm", "zones"]},
        }
    )
    _property(schema, ZonesByCategory.__name__, "category")["enum"] = [*catalogue.categories]
    _mapping(_mapping(schema["properties"])["algorithms"])["propertyNames"] = _OWN_KEY
    # An empty list of cameras is right beside a table of them.
    listed: Schema = {"required": ["cameras"], "properties": {"cameras": {"minItems": 1}}}
    tabled: Schema = {"required": ["cameras_from"], "properties": {"cameras_from": {"type": "string"}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "anyOf": [listed, tabled],
        "title": "smart-alert site file",
    }


def _property(schema: Schema, definition: str, key: str) -> Schema:
    return _mapping(_mapping(_definition(schema, definition)["properties"])[key])


def _definition(schema: Schema, name: str) -> Schema:
    return _mapping(_mapping(schema["$defs"])[name])


def _mapping(value: JsonValue) -> Schema:
    if not isinstance(value, dict):
        raise TypeError(f"JSON Schema of a site file: got {type(value).__name__}, expected a mapping")
    return value
