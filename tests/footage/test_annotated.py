"""An annotated video of real footage: what is drawn on it, and when."""

import json
from datetime import datetime
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from pipeline.media.frame import Bgr
from pipeline.observation import seconds
from pipeline.replay.log import read_log
from tests.artefacts import kept
from tests.cli.shell import smart_alert
from tests.footage.test_footage import FOOTAGE

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason=f"no footage: {FOOTAGE} does not exist"),
]
RED, WAITS, FENCE = (220, 38, 38), (245, 158, 11), (34, 211, 238)
KEPT_S = (5, 9, 13, 18)


def share(picture: Bgr, tone: tuple[int, int, int]) -> float:
    """The share of the pixels that have a tone, as near as a coded video keeps it."""
    away = np.abs(picture.astype(np.int64) - np.array(tone[::-1]))
    return float((away.max(axis=2) < 40).mean())


def test_a_car_that_parks_is_timed_then_red_with_a_banner_and_plain_again(tmp_path: Path) -> None:
    site = FOOTAGE / "street-parking.yaml"
    replayed = smart_alert("replay", site, "--out", tmp_path / "run", longest_s=600)
    assert replayed.returncode == 0, replayed.stderr
    log = tmp_path / "run" / "observations.parquet"
    done = smart_alert("annotate", site, "--log", log, "--out", tmp_path / "out.mp4", longest_s=600)
    assert (done.returncode, done.stdout) == (0, f"1 events: {tmp_path / 'out.mp4'}\n"), done.stderr

    begin = next(iter(read_log(log))).t
    messages = [json.loads(line) for line in (tmp_path / "run" / "alerts.jsonl").read_bytes().splitlines()]
    started_s, raised_s = (moment_s(messages[0][key]) - seconds(begin) for key in ("started_at", "raised_at"))
    ended_s = moment_s(messages[-1]["ended_at"]) - seconds(begin)
    with av.open(str(tmp_path / "out.mp4")) as video:
        pictures = {
            float(frame.time or 0): np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            for frame in video.decode(video=0)
        }
    assert all(share(picture, FENCE) > 0.002 for picture in pictures.values())
    top = {t_s: share(picture[:45, :320], RED) for t_s, picture in pictures.items()}
    assert min(one for t_s, one in top.items() if raised_s + 0.3 < t_s < ended_s - 0.3) > 0.2
    assert max(one for t_s, one in top.items() if not raised_s - 0.3 < t_s < ended_s + 0.3) < 0.02
    waits = [share(picture, WAITS) for t_s, picture in pictures.items() if started_s + 1 < t_s < raised_s - 0.3]
    assert np.median(waits) > 0.005
    for want_s in KEPT_S:
        at_s = min(pictures, key=lambda t_s: abs(t_s - want_s))
        path = tmp_path / f"annotated-{want_s}.png"
        cv2.imwrite(str(path), pictures[at_s])
        kept(path)


def moment_s(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
