"""Which reader a path is for."""

from __future__ import annotations

from pathlib import Path

from engine.data import Progress
from engine.data.cifar import cifar_files, read_cifar
from engine.data.idx import idx_files, read_idx
from engine.data.npz import read_npz
from engine.data.parts import Division, Parts
from engine.data.shipped import dataset_names
from engine.data.table import ENDINGS, file_column, parsed
from engine.errors import BadFile
from engine.spec.layers import Shape

WOULD_DO = "an .npz file, a .csv table, a folder of class folders, or one of IDX or CIFAR files would do"


def read_path(path: Path, input_shape: Shape | None, progress: Progress | None, division: Division | None) -> Parts:
    """What lies at a path, whatever form it has.

    Args:
        path: a file or a folder.
        input_shape: what pictures that are read one by one are brought to.
        progress: told how many are read.
        division: how a set that is streamed is divided, where it does not say itself.

    Raises:
        BadFile: with one sentence, if it is no data set.
    """
    if path.is_dir():
        return _read_folder(path, input_shape, progress, division)
    if path.is_file():
        return _read_file(path, input_shape, progress, division)
    if path.exists():
        raise BadFile(f"{path} is no data set; {WOULD_DO}.")
    names = ", ".join(dataset_names())
    raise BadFile(f"There is no data set {str(path)!r}; {names} ship with the program, or give the path of a folder.")


def _read_folder(path: Path, input_shape: Shape | None, progress: Progress | None, division: Division | None) -> Parts:
    if idx_files(path):
        return read_idx(path)
    batches = cifar_files(path)
    if batches is not None:
        return read_cifar(f"the folder {path}", batches)
    table = _only_table(path)
    if table is not None:
        return _read_file(table, input_shape, progress, division)
    from engine.data.folders import read_folder  # Pillow is loaded only now

    return read_folder(path, input_shape, progress, division)


def _only_table(path: Path) -> Path | None:
    """The one table of picture files in a folder, where it says what the pictures show."""
    tables = [each for each in sorted(path.iterdir()) if each.suffix.lower() in (".csv", ".tsv") and each.is_file()]
    if len(tables) != 1 or file_column(parsed(tables[0])) is None:
        return None
    return tables[0]


def _read_file(path: Path, input_shape: Shape | None, progress: Progress | None, division: Division | None) -> Parts:
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    batches = cifar_files(path)
    if batches is not None:
        return read_cifar(path.name, batches)
    if path.suffix.lower() in ENDINGS:
        return _read_table(path, input_shape, progress, division)
    raise BadFile(f"{path} is no data set; {WOULD_DO}.")


def _read_table(path: Path, input_shape: Shape | None, progress: Progress | None, division: Division | None) -> Parts:
    table = parsed(path)
    place = file_column(table)
    if place is None:
        from engine.data.series import read_series

        return read_series(table)
    from engine.data.listed import read_listed

    return read_listed(path, table, place, input_shape, progress, division)
