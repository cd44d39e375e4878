"""Training a network of our own: pictures laid out, a YOLO fine-tuned, exported, judged, and put beside its card."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import yaml

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.perception.detector import Detector
from pipeline.perception.model_build import replace_file
from pipeline.perception.model_card import ModelCard
from pipeline.perception.model_programs import export_weights, fetch_weights, require_extra, run_python
from pipeline.perception.training.examination import examine
from pipeline.perception.training.job import Job
from pipeline.perception.training.judgement import Judgement, judge
from pipeline.perception.training.labels import lay_out, round_name
from pipeline.perception.training.recipe import Recipe
from pipeline.perception.training_record import TrainedOn, TrainingRecord

_SEED = 1
_JOB, _ROUND, _PICTURES = "job.json", "round.json", "pictures.json"
_LICENCE = "AGPL-3.0"
"""Of what is made from Ultralytics' weights with Ultralytics' program."""


@dataclass(frozen=True, slots=True)
class TrainCall:
    """What is to be trained, and where.

    Attributes:
        name: Of the network and its card.
        recipe: What it is trained on and how.
        base: Card of the network that it begins from.
        work: Folder for what lies about meanwhile; a training that was broken off there goes on.
        out: Folder for the network and its card.
        device: `cpu`, or a GPU as torch names it.
        date: Today, ISO 8601.
        environ: The process's environment.
    """

    name: str
    recipe: Recipe
    base: ModelCard
    work: Path
    out: Path
    device: str
    date: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Training:
    """What a training came to.

    Attributes:
        weights: For the export.
        pictures: Trained on, by source.
        minutes: How long it took, all runs together.
    """

    weights: Path
    pictures: Mapping[str, int]
    minutes: float


def train(
    call: TrainCall, elapsed_s: Callable[[], float], tell: Callable[[str], None], progress: Callable[[int], None]
) -> TrainingRecord:
    """Train a network, judge it, and put it beside its card, each in one step.

    Args:
        call: What and where.
        elapsed_s: Seconds since the call.
        tell: Told of every step in a few words.
        progress: Told how many validation pictures have been judged.

    Raises:
        ModelError: The extra `train` is missing, pictures or weights cannot be read, the training or the export failed,
            or a file cannot be written. A network that was there before is still there, whole.
    """
    require_extra(call.name, "training")
    if not call.base.recipes:
        raise ModelError(f"{call.name}: cannot begin from {call.base.name}: its card has no `build`")
    training = _trained(call, elapsed_s, tell)
    tell("exporting it")
    exported = call.work / "exported.onnx"
    built_with = export_weights(call.name, training.weights, exported, call.base.recipes[0].opset, call.environ)
    network = exported.read_bytes()
    judged_px = call.recipe.judged_px
    raw = replace(
        call.base,
        name=call.name,
        onnx=exported,
        sha256=sha256(network).hexdigest(),
        input=call.base.input.model_copy(update={"width": judged_px, "height": judged_px}),
        nms_overlap=call.recipe.nms_overlap,
        classes=call.recipe.classes,
    )
    tell("judging it on the validation pictures")
    detector = Detector.load(raw, Provider.CPU, threads=0)
    judgement = judge(examine(detector, call.recipe, judged_px, progress), call.recipe.false_share_by_class)
    record = _record(call, training, judgement, judged_px)
    tell(f"writing {call.out / call.name}.onnx and its card")
    try:
        call.out.mkdir(parents=True, exist_ok=True)
        replace_file(call.out / f"{call.name}.onnx", network)
        replace_file(call.out / f"{call.name}.yaml", card_text(call, raw, record, judgement, built_with).encode())
    except OSError as error:
        raise ModelError(f"{call.name}: cannot write {error.filename}: {error.strerror}") from error
    return record


def _trained(call: TrainCall, elapsed_s: Callable[[], float], tell: Callable[[str], None]) -> Training:
    """The training, or what is left of it; nothing where it has ended before."""
    rounds = _jobs(call)
    if not _is_begun(call, rounds[0]):
        _begin(call, tell)
        rounds[0].write(call.work / _JOB)
    minutes = 0.0
    for number, job in enumerate(rounds, 1):
        done_file = call.work / f"{job.run}.json"
        if not done_file.exists():
            can_resume = _weights(call, job).exists()
            tell(f"{'going on with round' if can_resume else 'round'} {number} of {len(rounds)}")
            replace(job, resume=can_resume).write(call.work / _ROUND)
            begun_s = elapsed_s()
            _run(call, [str(call.work / _ROUND)])
            done_file.write_text(json.dumps({"minutes": (elapsed_s() - begun_s) / 60}), encoding="utf-8")
        minutes += float(json.loads(done_file.read_text(encoding="utf-8"))["minutes"])
    pictures = json.loads((call.work / _PICTURES).read_text(encoding="utf-8"))
    return Training(_learnt(call, rounds, tell), pictures, minutes)


def _run(call: TrainCall, arguments: list[str]) -> None:
    quiet = {**call.environ, "YOLO_AUTOINSTALL": "False", "YOLO_CONFIG_DIR": str(call.work)}
    run_python(call.name, "the training failed", ["-m", "pipeline.perception.training", *arguments], quiet, shows=True)


def _learnt(call: TrainCall, rounds: list[Job], tell: Callable[[str], None]) -> Path:
    """The weights of the last round, or the mean of some."""
    last = rounds[-call.recipe.averaged_rounds :]
    if len(last) == 1:
        return _weights(call, last[0])
    tell(f"averaging {len(last)} rounds")
    mean = call.work / "averaged.pt"
    _run(call, ["average", str(mean), *(str(_weights(call, job)) for job in last)])
    return mean


def _weights(call: TrainCall, job: Job) -> Path:
    """Where the trainer leaves what it has learnt."""
    return call.work / job.run / "weights" / "last.pt"


def _is_begun(call: TrainCall, job: Job) -> bool:
    """Whether the working folder holds this very training already.

    Raises:
        ModelError: It holds another one, or something else.
    """
    job_file = call.work / _JOB
    if job_file.exists():
        try:
            earlier = Job.read(job_file)
        except ValueError as error:
            raise ModelError(f"{call.name}: {error}") from error
        if earlier != job:
            raise ModelError(f"{call.name}: {call.work} holds another training: name an empty folder with --work")
        return True
    if call.work.exists() and any(call.work.iterdir()):
        raise ModelError(f"{call.name}: {call.work} is not empty and holds no training: name another with --work")
    return False


def _begin(call: TrainCall, tell: Callable[[str], None]) -> None:
    """Lay out all that the trainer reads."""
    call.work.mkdir(parents=True, exist_ok=True)
    tell("laying the pictures out")
    counts = lay_out(call.recipe, call.work)
    (call.work / _PICTURES).write_text(json.dumps(counts), encoding="utf-8")
    tell(f"fetching {call.base.recipes[0].package}")
    fetch_weights(call.name, call.base.recipes[0], call.work, call.environ)


def _jobs(call: TrainCall) -> list[Job]:
    """One a round, each beginning from what the one before has learnt."""
    recipe = call.recipe
    index_by_class = {name: index for index, name in enumerate(recipe.classes)}
    known = {source.name: tuple(sorted(index_by_class[name] for name in source.known)) for source in recipe.sources}
    jobs: list[Job] = []
    for number, one in enumerate(recipe.rounds, 1):
        base = call.work / Path(call.base.recipes[0].weights).name
        jobs.append(
            Job(
                run=round_name(number),
                weights=str(_weights(call, jobs[-1]) if jobs else base),
                classes=recipe.classes,
                known=known,
                input_px=one.input_px,
                epochs=one.epochs,
                batch=recipe.batch,
                learning_rate=one.learning_rate,
                frozen_layers=recipe.frozen_layers,
                device=call.device,
                seed=_SEED + number - 1,
            )
        )
    return jobs


def _record(call: TrainCall, training: Training, judgement: Judgement, judged_px: int) -> TrainingRecord:
    figures = judgement.figures
    return TrainingRecord(
        date=call.date,
        base=call.base.name,
        device=call.device,
        minutes=round(training.minutes, 1),
        input_px=call.recipe.rounds[-1].input_px,
        judged_px=judged_px,
        epochs=sum(one.epochs for one in call.recipe.rounds),
        data=[
            TrainedOn(
                name=source.name,
                pictures=training.pictures[source.name],
                about=source.about,
                licence=source.licence,
                origin=source.origin,
            )
            for source in call.recipe.sources
        ],
        map50=round(sum(one.ap50 for one in figures.values()) / len(figures), 4),
        figures=figures,
    )


def card_text(call: TrainCall, raw: ModelCard, record: TrainingRecord, judgement: Judgement, built_with: str) -> str:
    """The card, as YAML with a word on where it comes from."""
    card = {
        "about": call.recipe.about,
        "file": f"{call.name}.onnx",
        "sha256": raw.sha256,
        "licence": _LICENCE,
        "source": f"trained from {call.base.name} ({call.base.source})",
        "built_with": built_with,
        "input": {**raw.input.model_dump(mode="json"), "strides": list(raw.input.strides)},
        "output": raw.output,
        "layout": raw.layout_name,
        "nms_overlap": raw.nms_overlap,
        "classes": list(call.recipe.classes),
        "thresholds": dict(judgement.thresholds),
        "calibration": {name: [list(point) for point in points] for name, points in judgement.calibration.items()},
        "trained": record.model_dump(mode="json"),
    }
    written = yaml.safe_dump(card, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    return f"# Written by `smart-alert models train {call.name}`.\n{written}"
