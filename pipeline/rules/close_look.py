"""The second look before an event is raised: asked for, answered, refused, or never given."""

from pipeline.observation import LookKind, MediaNs, nanoseconds
from pipeline.rules.condition import Condition, objects_of, region_of
from pipeline.rules.episode import CloseLookRequest
from pipeline.rules.memory import Question, RuleMemory
from pipeline.rules.scene import Scene
from pipeline.rules.subject_memory import Doubt, Subject

_BACK_OFF_NS = nanoseconds(1)
_LONGEST_BACK_OFF_NS = nanoseconds(30)


def ask(memory: RuleMemory, subject: Subject, t: MediaNs) -> CloseLookRequest:
    """Ask for a close look at the subject, on the picture of this entry."""
    question = Question(t, subject.number, region_of(subject))
    memory.questions.append(question)
    tracks = tuple(one.track for one in objects_of(subject))
    return CloseLookRequest(t, tracks, question.region, frozenset({subject.class_name}))


def hear(memory: RuleMemory, close: Scene, condition: Condition) -> list[Subject]:
    """The subjects that a close look confirms; those it refutes are not asked about again for a while."""
    class_by_number = {subject.number: subject.class_name for subject in memory.subjects}
    answered = [
        one
        for one in memory.questions
        if one.t == close.t and close.examined(LookKind.CLOSE, one.region, class_by_number.get(one.subject, ""))
    ]
    memory.questions = [one for one in memory.questions if one not in answered]
    numbers = {one.subject for one in answered}
    confirmed: list[Subject] = []
    for subject in memory.subjects:
        if subject.number not in numbers:
            continue
        if condition.confirms(subject, close):
            subject.doubt = Doubt()
            confirmed.append(subject)
        else:
            _refuse(subject, close.t)
    return confirmed


def give_up(memory: RuleMemory) -> None:
    """No answer came: the log was recorded under other rules. The subjects are raised without one."""
    if not memory.questions:
        return
    numbers = {one.subject for one in memory.questions}
    memory.questions = []
    for subject in memory.subjects:
        if subject.number in numbers:
            subject.doubt.unanswered = True


def _refuse(subject: Subject, t: MediaNs) -> None:
    doubt = subject.doubt
    doubt.refusals += 1
    wait_ns = min(_BACK_OFF_NS << min(doubt.refusals, 10), _LONGEST_BACK_OFF_NS)
    doubt.ask_from = MediaNs(t + wait_ns)
