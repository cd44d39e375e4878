"""What is left out before it is weighed would have weighed nothing."""

from hypothesis import event, given, settings
from hypothesis import strategies as st

from pipeline.geofence.boxes import Box
from pipeline.observation import MediaNs, Sight, TrackId
from pipeline.rules.sameness import near_pairs
from pipeline.rules.scene import UNKNOWN, Sighting
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Standing, Subject
from tests.rules.scenes import LANE, zone

ASPECT = 16 / 9
_ZONE = zone("lane", LANE).id
T = MediaNs(10_000_000_000)
boxes = st.builds(
    lambda x, y, width, height: (x, y, x + width, y + height),
    st.floats(0.4, 0.6),
    st.floats(0.3, 0.5),
    st.floats(0.01, 0.06),
    st.floats(0.1, 0.3),
)
stays = st.sampled_from([one for one in Stay if one in STANCES])


def subject(number: int, stay: Stay, box: Box, anchor: Box, unseen_s: float) -> Subject:
    seen_at = MediaNs(T - round(unseen_s * 1e9))
    return Subject(
        number=number, stay=stay, zone=_ZONE, track=TrackId(number), class_name="car", score=1.0, best_score=1.0,
        box=box, appearance=UNKNOWN, learned_at=seen_at, brightness=100.0, seen_at=seen_at,
        standing=Standing(anchor, seen_at, seen_at),
    )  # fmt: skip


@given(
    known=st.lists(st.tuples(stays, boxes, boxes, st.floats(0, 4)), max_size=6),
    seen=st.lists(st.tuples(stays, boxes), max_size=6),
)
@settings(deadline=None, max_examples=300)
def test_only_pairs_that_cannot_fit_are_left_out(
    known: list[tuple[Stay, Box, Box, float]], seen: list[tuple[Stay, Box]]
) -> None:
    subjects = [subject(n, *one) for n, one in enumerate(known)]
    sightings = [
        (Sighting(box, "car", 1.0, TrackId(100 + n), Sight.DETECTED, UNKNOWN), stay)
        for n, (stay, box) in enumerate(seen)
    ]
    near = set(near_pairs(subjects, sightings, ASPECT))
    for row, one in enumerate(subjects):
        for column, candidate in enumerate(sightings):
            sighting, stay = candidate
            place = STANCES[stay].place
            fits = stay is one.stay and any(place(box, sighting.box, ASPECT) for box in (one.box, one.standing.anchor))
            event(f"fits: {fits}")
            assert (row, column) in near or not fits
