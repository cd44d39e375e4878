"""Evidence in an S3-compatible store that nobody here wrote."""

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from minio import Minio
from moto.server import ThreadedMotoServer

from pipeline.alerts.message import Evidence
from pipeline.alerts.object_store import ObjectStore
from pipeline.alerts.outbox import Outgoing
from pipeline.alerts.retention import Swept, sweep
from pipeline.config.resolved import Bucket
from pipeline.errors import StateError, StoreError, UsageError
from pipeline.runtime.evidence_gate import EvidenceGate
from pipeline.runtime.metrics import Metrics
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import Clock

KEYS = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "s3cret-of-the-store"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(endpoint: str, request: pytest.FixtureRequest) -> Minio:
    made = Minio(endpoint.removeprefix("http://"), "somebody", "s3cret-of-the-store", secure=False, region="us-east-1")
    made.make_bucket(bucket_of(request))
    return made


def bucket_of(request: pytest.FixtureRequest) -> str:
    return f"b{abs(hash(request.node.name)) % 10**12}"


@pytest.fixture
def store(client: Minio, endpoint: str, request: pytest.FixtureRequest) -> ObjectStore:
    del client
    return ObjectStore(Bucket(bucket_of(request), "city/east", endpoint), KEYS)


def files(root: Path, contents: Mapping[str, bytes]) -> None:
    for n, (name, content) in enumerate(contents.items()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(n * 10**9, n * 10**9))


def test_what_waits_is_sent_under_its_event_and_leaves_the_disk(
    store: ObjectStore, client: Minio, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    files(tmp_path, {"e1/snapshot-0.jpg": b"picture", "e1/clip-1.mp4": b"film", "e1/evidence.json": b"{}"})
    uri = store.uri_of(tmp_path / "e1" / "snapshot-0.jpg")
    assert uri == f"s3://{bucket_of(request)}/city/east/evidence/e1/snapshot-0.jpg"
    assert store.send_waiting(tmp_path) == 2
    found = {one.object_name: one for one in client.list_objects(bucket_of(request), recursive=True)}
    assert found.keys() == {"city/east/evidence/e1/snapshot-0.jpg", "city/east/evidence/e1/clip-1.mp4"}
    reply = client.get_object(bucket_of(request), "city/east/evidence/e1/clip-1.mp4")
    assert (reply.read(), reply.headers["Content-Type"]) == (b"film", "video/mp4")
    reply.close()
    assert [path.name for path in (tmp_path / "e1").iterdir()] == ["evidence.json"]
    assert store.send_waiting(tmp_path) == 0


def test_new_pictures_go_before_old_clips_and_past_what_cannot_be_read(store: ObjectStore, tmp_path: Path) -> None:
    names = ("e1/clip-0.mp4", "e1/a.jpg", "e2/a.jpg", "e3/a.jpg", "e4/clip-0.mp4")
    files(tmp_path, dict.fromkeys(names, b"x"))
    (tmp_path / "e5" / "no-file.jpg").mkdir(parents=True)

    def waiting() -> list[str]:
        return [name for name in names if (tmp_path / name).exists()]

    with pytest.raises(StateError):
        store.send_waiting(tmp_path, 2)
    assert waiting() == ["e1/clip-0.mp4", "e1/a.jpg", "e4/clip-0.mp4"]
    (tmp_path / "e5" / "no-file.jpg").rmdir()
    assert store.send_waiting(tmp_path, 2) == 2
    assert waiting() == ["e4/clip-0.mp4"]


def test_what_is_too_much_goes_and_others_things_in_the_bucket_stay(
    store: ObjectStore, client: Minio, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    files(tmp_path, {"e1/a.jpg": bytes(100), "e2/a.jpg": bytes(100), "e2/b.mp4": bytes(50)})
    store.send_waiting(tmp_path)
    files(tmp_path, {"theirs": b"x"})
    client.fput_object(bucket_of(request), "city/theirs", str(tmp_path / "theirs"))
    assert sorted((one.event, one.n_bytes) for one in store.events()) == [("e1", 100), ("e2", 150)]
    assert sweep(store, 10**18, 100, 10**19 // 5, {"e1"}) == Swept(1, 150, 100)
    left = {one.object_name for one in client.list_objects(bucket_of(request), recursive=True)}
    assert left == {"city/east/evidence/e1/a.jpg", "city/theirs"}


def test_a_store_that_is_away_costs_nothing_but_time(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        store = ObjectStore(Bucket("bucket", "", f"http://127.0.0.1:{taken.getsockname()[1]}"), KEYS)
        store.check()
        files(tmp_path, {"e1/a.jpg": b"picture"})
        with pytest.raises(StoreError, match=r"^evidence: s3://bucket: cannot take a\.jpg: ") as refused:
            store.send_waiting(tmp_path)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (tmp_path / "e1" / "a.jpg").exists()


def test_a_bucket_that_is_not_there_is_told_at_once(endpoint: str) -> None:
    with pytest.raises(StoreError, match=r"^evidence: s3://nowhere/x: no such bucket"):
        ObjectStore(Bucket("nowhere", "x", endpoint), KEYS).check()


@pytest.mark.parametrize(
    ("environ", "endpoint", "fault"),
    [
        ({}, "http://x", r"\$\{AWS_ACCESS_KEY_ID\} is not set"),
        ({"AWS_ACCESS_KEY_ID": "a"}, "http://x", r"\$\{AWS_SECRET_ACCESS_KEY\} is not set"),
        (KEYS | {"AWS_ENDPOINT_URL_S3": "nonsense"}, "", "no endpoint"),
    ],
)
def test_what_it_needs_to_know_is_told(environ: dict[str, str], endpoint: str, fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        ObjectStore(Bucket("bucket", "", endpoint), environ)


def test_an_officers_photograph_stays_where_its_message_says_that_it_lies(store: ObjectStore, tmp_path: Path) -> None:
    files(tmp_path, {"e1/a.jpg": b"picture", "e1/photo-1.jpg": b"by an officer"})
    assert store.send_waiting(tmp_path) == 1
    assert [path.name for path in (tmp_path / "e1").iterdir()] == ["photo-1.jpg"]


def test_a_message_waits_for_its_pictures_but_not_for_long(store: ObjectStore, tmp_path: Path) -> None:
    clock, metrics = Clock(), Metrics()
    gate = EvidenceGate(tmp_path / "evidence", clock, metrics)
    picture = tmp_path / "evidence" / "e1" / "a.jpg"
    files(tmp_path / "evidence", {"e1/a.jpg": b"picture"})
    uri = store.uri_of(picture)
    evidence = Evidence(snapshot=uri, snapshot_sha256="", frame=uri, frame_sha256="")
    line = told(raised(), site_in(tmp_path), evidence=evidence).to_json()
    batch = [Outgoing(seq, "e1", "raised", "x", "major", line) for seq in (1, 2, 3)]
    assert gate.ready(batch) == ()
    clock.advance(9)
    assert gate.ready(batch) == ()
    clock.advance(2)
    # All of them have waited meanwhile, not the first alone.
    assert gate.ready(batch) == tuple(batch)
    assert metrics.process_numbers().sent_without_evidence == 3
    store.send_waiting(tmp_path / "evidence")
    assert gate.ready(batch) == tuple(batch)
    assert metrics.process_numbers().sent_without_evidence == 3
