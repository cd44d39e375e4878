"""Evidence in an S3-compatible store. What is to go there lies on local disk until it is there.

Who may write is told by the environment, as S3's own tools have it: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
`AWS_REGION`. The extra `s3` brings the library.
"""

import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from pipeline.alerts.durable_file import cannot_write
from pipeline.alerts.retention import KeptEvent
from pipeline.config.resolved import Bucket
from pipeline.config.secrets import redact
from pipeline.errors import StateError, StoreError, UsageError

_AMAZON = "https://s3.amazonaws.com"
_ACCESS, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
_CONNECT_S, _READ_S = 3.0, 20.0
_NOT_THERE = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound"})
_PIECE = 256 * 1024
_SENT = ("*.jpg", "*.mp4")
_STAYS = "photo-"
"""Officers' photographs: the ledger and the message of the report tell where they lie on this disk."""


class ObjectStore:
    """Part of a bucket. From one thread at a time; it remembers nothing but its connections."""

    def __init__(self, bucket: Bucket, environ: Mapping[str, str]) -> None:
        """Nothing is connected yet.

        Args:
            bucket: Which, and where.
            environ: Holds the keys, and an endpoint where the bucket names none (`AWS_ENDPOINT_URL_S3`).

        Raises:
            UsageError: A key is missing, or the endpoint is none.
        """
        missing = [name for name in (_ACCESS, _SECRET) if not environ.get(name)]
        if missing:
            raise UsageError(f"evidence: {bucket}: ${{{missing[0]}}} is not set (allowed: set it in the environment)")
        address = bucket.endpoint or environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or _AMAZON
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"evidence: {bucket}: no endpoint (got {redact(address)}, allowed: https://host:port)")
        self._bucket = bucket
        timeout = urllib3.Timeout(connect=_CONNECT_S, read=_READ_S)
        self._client = Minio(
            parts.netloc,
            access_key=environ[_ACCESS],
            secret_key=environ[_SECRET],
            session_token=environ.get(_TOKEN),
            secure=parts.scheme == "https",
            # Without a region the client would ask for it, and fail where only objects may be written.
            region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1",
            http_client=urllib3.PoolManager(timeout=timeout, retries=urllib3.Retry(0), maxsize=2),
        )

    def check(self) -> None:
        """See whether the bucket is there and may be used; a store that is away may come back.

        Raises:
            StoreError: There is no such bucket, or the keys are refused.
        """
        try:
            is_there = self._client.bucket_exists(self._bucket.name)
        except S3Error as error:
            raise StoreError(f"evidence: {self._bucket}: refuses: {error.code}") from error
        except (MinioException, HTTPError, OSError):
            return
        if not is_there:
            raise StoreError(f"evidence: {self._bucket}: no such bucket (expected one that is there)")

    def uri_of(self, path: Path) -> str:
        """Where a file of the evidence will be: its event's folder and its name, below the prefix."""
        return f"s3://{self._bucket.name}/{self._name(path.parent.name, path.name)}"

    def put(self, path: Path) -> None:
        """Send one file; it is in the store when this returns.

        Raises:
            StoreError: The store is away or refuses.
            StateError: The file cannot be read.
        """
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        try:
            with path.open("rb") as file, self._explained(f"cannot take {path.name}"):
                self._client.put_object(
                    self._bucket.name,
                    self._name(path.parent.name, path.name),
                    file,
                    path.stat().st_size,
                    content_type=kind,
                )
        except OSError as error:
            raise cannot_write(path, error) from error

    def send_waiting(self, root: Path, most: int | None = None) -> int:
        """Send files that wait, and remove from the local disk what is in the store.

        Pictures go first, the newest before the others, for a message waits for its own; then clips, the oldest first.

        Args:
            root: Has a folder for each event.
            most: So many at most, so that after an outage the thread has time for clips; None: all.

        Returns:
            How many were sent.

        Raises:
            StoreError: The store is away, or refuses a file; what was not sent stays.
            StateError: A file cannot be read. As with one that is refused, the others have been sent all the same.
        """
        sent, fault = 0, None
        for path in _waiting(root):
            if sent == most:
                break
            try:
                self.put(path)
            except (StoreError, StateError) as error:
                if isinstance(error, StoreError) and not isinstance(error.__cause__, S3Error):
                    raise
                fault = fault or error
            else:
                path.unlink(missing_ok=True)
                sent += 1
        if fault is not None:
            raise fault
        return sent

    def size(self, event: str, name: str) -> int | None:
        """Of a file of an event, bytes; None: there is none.

        Raises:
            StoreError: The store is away or refuses.
        """
        try:
            with self._explained(f"cannot tell of {name}"):
                return self._client.stat_object(self._bucket.name, self._name(event, name)).size
        except StoreError as error:
            if isinstance(error.__cause__, S3Error) and error.__cause__.code in _NOT_THERE:
                return None
            raise

    def part(self, event: str, name: str, first: int, count: int) -> Iterator[bytes]:
        """So many bytes of a file from one on, piece by piece.

        Raises:
            StoreError: The store is away or refuses.
        """
        with self._explained(f"cannot give {name}"):
            answer = self._client.get_object(self._bucket.name, self._name(event, name), offset=first, length=count)
            try:
                yield from answer.stream(_PIECE)
            finally:
                answer.close()
                answer.release_conn()

    def events(self) -> Iterable[KeptEvent]:
        """See `Shelf`."""
        prefix = self._name("", "")
        found: dict[str, KeptEvent] = {}
        with self._explained("cannot be listed"):
            for item in self._client.list_objects(self._bucket.name, prefix, recursive=True):
                event, _, name = (item.object_name or "").removeprefix(prefix).partition("/")
                if not name or item.last_modified is None:
                    continue
                changed_ns = round(item.last_modified.timestamp()) * 1_000_000_000
                known = found.get(event, KeptEvent(event, 0, 0))
                size = known.n_bytes + (item.size or 0)
                found[event] = KeptEvent(event, size, max(known.changed_ns, changed_ns))
        return found.values()

    def remove(self, event: str) -> None:
        """See `Shelf`."""
        prefix = self._name(event, "")
        with self._explained(f"cannot remove {event}"):
            for item in list(self._client.list_objects(self._bucket.name, prefix, recursive=True)):
                if item.object_name is not None:
                    self._client.remove_object(self._bucket.name, item.object_name)

    def _name(self, event: str, file: str) -> str:
        parts = [part for part in (self._bucket.prefix, "evidence", event) if part]
        return "/".join([*parts, file])

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """The library's errors as one line, without keys."""
        try:
            yield
        except S3Error as error:
            raise StoreError(f"evidence: {self._bucket}: {what}: {error.code}: {error.message}") from error
        except (MinioException, HTTPError, OSError, ValueError) as error:
            raise StoreError(f"evidence: {self._bucket}: {what}: {type(error).__name__}") from error


def _waiting(root: Path) -> list[Path]:
    """The files that are not in the store yet, in the order in which they go there."""
    pictures, clips = (
        [path for path in root.glob(f"*/{pattern}") if not path.name.startswith(_STAYS)] for pattern in _SENT
    )
    newest_first = sorted(pictures, key=lambda path: (-_changed_ns(path), path))
    return [*newest_first, *sorted(clips, key=lambda path: (_changed_ns(path), path))]


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
