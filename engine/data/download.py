"""Fetching a known data set: each file whole and checked, or not at all. Only the standard library is used."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from platformdirs import user_data_path

from engine.data import Progress
from engine.data.known import KNOWN, Known, KnownFile, known
from engine.errors import BadFile, SourceError, SpecError
from engine.files import atomic_write

SECONDS = 30.0
"""How long a server may be silent."""
_CHUNK = 2**16
_STOPPED = "The download was stopped; files that were complete are kept."


def download_folder(name: str) -> Path:
    """Where a known set is kept; it need not exist."""
    return user_data_path("convscope", appauthor=False) / "datasets" / name


def download(
    name: str,
    folder: str | Path | None = None,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Path:
    """Fetch a data set from where its makers keep it.

    Files that are there already, and right, are not fetched again.

    Args:
        name: "mnist", "fashion-mnist", "cifar-10" or "cifar-100".
        folder: where to put the files, made if need be; None is `download_folder`.
        progress: told how many bytes of how many are there; what it raises ends the download.
        stopped: asked many times a second whether to give up.

    Returns:
        The folder, which `engine.load_data` opens.

    Raises:
        SpecError: if there is no such set.
        SourceError: with one sentence, if a server cannot be reached or breaks off, or it was stopped.
        BadFile: if what comes is not what its makers published, or cannot be written.
    """
    entry = known(name)
    if entry is None:
        raise SpecError(f"{name!r} cannot be downloaded; {', '.join(each.name for each in KNOWN)} can.")
    return fetched(entry, Path(folder) if folder is not None else download_folder(name), progress, stopped)


def fetched(entry: Known, folder: Path, progress: Progress | None, stopped: Callable[[], bool] | None) -> Path:
    """See `download`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(f"The folder {folder} cannot be made: {error.strerror or error}; choose another.") from error
    done = 0
    for file in entry.files:
        if not _is_there(folder / file.name, file):
            _Fetch(entry, file, done, progress, stopped).into(folder / file.name)
        done += file.bytes
        if progress is not None:
            progress(done, entry.bytes)
    return folder


def _is_there(path: Path, file: KnownFile) -> bool:
    try:
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == file.md5
    except OSError:
        return False


class _Fetch:
    """One file on its way."""

    def __init__(
        self,
        entry: Known,
        file: KnownFile,
        before: int,
        progress: Progress | None,
        stopped: Callable[[], bool] | None,
    ) -> None:
        self._entry = entry
        self._file = file
        self._before = before
        self._progress = progress
        self._stopped = stopped

    def into(self, path: Path) -> None:
        """Fetch it."""
        url = self._entry.base + self._file.name
        host = urlsplit(url).hostname
        wanted = f"{self._file.name} of {self._entry.name}"
        instead = "without a network, fetch its files elsewhere and give the folder that they lie in"
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  from a table of http addresses
                atomic_write(path, lambda handle: self._copy(answer, handle))
        except urllib.error.HTTPError as error:
            told = f"{wanted} cannot be downloaded: {host} refuses it ({error.code} {error.reason}); {instead}."
            raise SourceError(told) from error
        except http.client.HTTPException as error:
            raise SourceError(f"{wanted} was cut short by {host}; try again.") from error
        except (urllib.error.URLError, OSError) as error:
            raise SourceError(f"{wanted} cannot be downloaded: {host} cannot be reached; {instead}.") from error

    def _copy(self, answer: http.client.HTTPResponse, handle: BinaryIO) -> None:
        digest, taken = hashlib.md5(usedforsecurity=False), 0
        announced = answer.length  # what the server says is left to come; None if it does not
        while chunk := self._chunk(answer):
            taken += len(chunk)
            if taken > 2 * self._file.bytes:
                break
            handle.write(chunk)
            digest.update(chunk)
            if self._progress is not None:
                self._progress(self._before + taken, self._entry.bytes)
        if announced is not None and taken < announced:
            raise SourceError(f"{self._file.name} was cut short after {taken:,} of {announced:,} bytes; try again.")
        if digest.hexdigest() != self._file.md5:
            raise BadFile(f"{self._file.name} is not the file that its makers published; it was not kept, try again.")

    def _chunk(self, answer: http.client.HTTPResponse) -> bytes:
        """Some bytes; a server that breaks off, or falls silent, is no trouble of the disk."""
        if self._stopped is not None and self._stopped():
            raise SourceError(_STOPPED)
        try:
            return answer.read(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise SourceError(f"{self._file.name} was cut short: its server broke off; try again.") from error
