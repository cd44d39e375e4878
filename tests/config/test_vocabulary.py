from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.vocabulary import Title, UnknownNameError, Vocabulary, load_vocabulary
from pipeline.errors import ConfigError

VOCABULARY = load_vocabulary()
CATALOGUE_CLASSES = [
    "garbage",
    "garbage_bin",
    "overflow",
    "billboard",
    "hanging_clothes",
    "muck_truck",
    "water",
    "manhole_damaged",
    "smoke",
    "fire",
    "debris",
    "bare_soil",
    "static_object",
    "person",
    "umbrella",
    "dog",
    "truck",
    "motorcycle",
    "bicycle",
]


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("person", "person"),
        ("Motor-Bike", "motorcycle"),
        ("lorry", "truck"),
        ("diningtable", "dining_table"),
        ("dining table", "dining_table"),
        ("tvmonitor", "tv"),
        ("汽车", "car"),
        ("渣土车", "muck_truck"),
        ("Ｃａｒ", "car"),
        (" hair dryer ", "hair_drier"),
    ],
)
def test_a_class_is_known_by_all_its_spellings(spelling: str, canonical: str) -> None:
    assert VOCABULARY.canonical(spelling) == canonical


@pytest.mark.parametrize("name", CATALOGUE_CLASSES)
def test_every_class_that_the_catalogue_needs_is_there(name: str) -> None:
    assert VOCABULARY.canonical(name) == name


@settings(deadline=None, max_examples=100)
@given(name=st.sampled_from(VOCABULARY.classes), joint=st.sampled_from(["_", " ", "-", "  ", ""]), upper=st.booleans())
def test_case_and_joints_do_not_matter(name: str, joint: str, upper: bool) -> None:  # noqa: FBT001  # hypothesis
    spelling = name.replace("_", joint)
    assert VOCABULARY.canonical(spelling.upper() if upper else spelling) == name


@pytest.mark.parametrize(
    ("typo", "suggestion"), [("motorbke", "motorcycle"), ("persn", "person"), ("vehicel", "vehicle")]
)
def test_an_unknown_name_is_refused_with_the_nearest_one(typo: str, suggestion: str) -> None:
    with pytest.raises(UnknownNameError, match=f"{typo!r}: no such class .* did you mean {suggestion!r}") as caught:
        VOCABULARY.expand([typo])
    assert (caught.value.name, caught.value.suggestion) == (typo, suggestion)


def test_a_name_like_no_other_is_refused_without_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match=r"see configs/vocabulary\.yaml") as caught:
        VOCABULARY.canonical("qqqqqq")
    assert caught.value.suggestion == ""


def test_a_group_stands_for_its_classes_and_its_groups_classes() -> None:
    assert VOCABULARY.expand(["motor_vehicle"]) == {"car", "van", "bus", "truck", "muck_truck"}
    assert VOCABULARY.expand(["车辆"]) == VOCABULARY.expand(["motor vehicle", "nonmotor-vehicle"])
    assert VOCABULARY.expand(["person", "小汽车", "animal"]) == {"person", "car"} | VOCABULARY.groups["animal"]
    assert VOCABULARY.expand([]) == frozenset()


def test_a_group_is_no_class() -> None:
    with pytest.raises(UnknownNameError):
        VOCABULARY.canonical("vehicle")


def test_titles_are_told_in_both_languages() -> None:
    assert VOCABULARY.title("diningtable") == Title("桌子", "table")
    assert VOCABULARY.title("motor_vehicle") == Title("机动车", "motor vehicle")
    with pytest.raises(UnknownNameError):
        VOCABULARY.title("qqqqqq")


def test_classes_that_networks_mix_up_are_one_family_and_the_others_their_own() -> None:
    assert VOCABULARY.family("car") == VOCABULARY.family("truck") == VOCABULARY.family("bus")
    assert VOCABULARY.family("person") == "person"
    # Merged with its neighbours a train would take their places, and it is no vehicle.
    assert VOCABULARY.family("train") == "train"


def written(tmp_path: Path, classes: str, groups: str = "{}", families: str = "{}") -> Vocabulary:
    path = tmp_path / "words.yaml"
    path.write_text(f"classes: {classes}\ngroups: {groups}\nfamilies: {families}\n", encoding="utf-8")
    return load_vocabulary(path)


@pytest.mark.parametrize(
    ("classes", "groups", "families", "fault"),
    [
        ("{car: [车]}", "{}", "{}", r"words.yaml:1: classes.car: got \['车'\], expected a Chinese and an English name"),
        ("{car: [车, car], auto: [汽, CAR]}", "{}", "{}", r":1: classes.auto: 'car' is a spelling of 'car'"),
        (
            "{car: [车, car]}",
            "{car: {zh: 辆, en: c, of: [car]}}",
            "{}",
            r":2: groups.car: 'car' is a spelling of 'car' in cl",
        ),
        (
            "{car: [车, car]}",
            "{g: {zh: 辆, en: c, of: [cat]}}",
            "{}",
            r"groups.g: 'cat' is neither a class nor a group",
        ),
        ("{car: [车, car]}", "{g: {zh: 辆, en: c, of: []}}", "{}", r"groups.g.of"),
        ("{car: [车, car]}", "{g: {zh: 辆, of: [car]}}", "{}", r"groups.g.en: missing"),
        ("{car: [车, car]}", "{}", "{f: [cat]}", r"families.f: 'cat' is no class"),
        ("{car: [车, car]}", "{}", "{f: [car], g: [car]}", r":3: families.g: 'car' is in 'f' already"),
        ("{car: [车, car]}\nmore: 1", "{}", "{}", r"more: unknown key"),
        ("[", "{}", "{}", r"not YAML"),
    ],
)
def test_a_faulty_vocabulary_is_refused_with_the_place(
    tmp_path: Path, classes: str, groups: str, families: str, fault: str
) -> None:
    with pytest.raises(ConfigError, match=fault):
        written(tmp_path, classes, groups, families)


def test_all_faults_of_a_vocabulary_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, "{car: [车]}", "{g: {zh: 辆, en: c, of: [cat]}}", "{f: [dog]}")
    assert len(caught.value.faults) == 3


def test_a_missing_vocabulary_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml: no such file"):
        load_vocabulary(tmp_path / "absent.yaml")
