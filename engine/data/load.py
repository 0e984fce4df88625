"""Loading a data set by its name or its path, whatever form it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import torch

from engine.data import Progress
from engine.data.dataset import DataSet, Recipe
from engine.data.formats import read_path
from engine.data.npz import read_npz
from engine.data.parts import Division, Part, Parts, aside_note, nothing_of, split
from engine.data.shipped import dataset_names, shipped
from engine.errors import BadFile, EngineError
from engine.resources import resource
from engine.spec.layers import Shape


def load(recipe: Recipe, progress: Progress | None) -> DataSet:
    """See `engine.data.load_data`; what `recipe` says besides is done too."""
    shape, division = recipe.input_shape, Division(recipe.seed, recipe.test_share)
    name, parts = _read(recipe.source, shape, progress, division)
    notes = parts.notes
    if parts.train is not None and parts.test is None:
        train, test = split(parts.train, division)
        notes = (*notes, aside_note(division, len(test.y)))
    else:
        train, test = _both(parts)
    data = _data_set(name, parts, train, test, notes, msgspec.structs.replace(recipe, source=_again(recipe.source)))
    _check_classes(data)
    fitted = data if shape is None else data.fitted(shape, progress)
    if not recipe.bank:
        return fitted
    from engine.data.bank import through_bank

    return through_bank(fitted, recipe.bank, progress)


def load_for_testing(
    source: str | Path, input_shape: Shape, class_names: tuple[str, ...], progress: Progress | None
) -> DataSet:
    """See `engine.data.load_test_data`."""
    name, parts = _read(source, input_shape, progress, None)
    whole = parts.test if parts.test is not None else parts.train
    assert whole is not None, "a reader finds one part at least"
    if not len(whole.y):
        raise BadFile(f"{name} has no pictures to be tested on; another data set would do.")
    streamed = parts.mapping is not None and whole is not parts.train
    train = _both(parts)[0] if streamed else nothing_of(whole)  # a mapped file holds both
    data = _data_set(name, parts, train, whole, parts.notes, Recipe(source=_again(source)))
    return _relabelled(data, class_names).fitted(input_shape, progress)


def _read(
    source: str | Path, input_shape: Shape | None, progress: Progress | None, division: Division | None
) -> tuple[str, Parts]:
    ours = shipped(str(source))
    if ours is not None:
        return ours.name, read_npz(resource("data", ours.file))
    if not str(source):
        raise BadFile(f"No data set is named; {', '.join(dataset_names())} or the path of one would do.")
    path = Path(source)
    try:
        return path.name or str(path), read_path(path, input_shape, progress, division)
    except EngineError:
        raise
    except MemoryError as error:
        raise BadFile(f"{path} needs more memory than is free; fewer or smaller pictures would do.") from error
    except (OSError, ValueError) as error:
        raise BadFile(f"{str(path)[:200]!r} cannot be read; check the name.") from error


def _again(source: str | Path) -> str:
    """The source as it is found from any working folder."""
    return str(source) if shipped(str(source)) is not None else str(Path(source).resolve())


def _both(parts: Parts) -> tuple[Part, Part]:
    train = parts.train if parts.train is not None else nothing_of(parts.test or _nothing())
    return train, parts.test if parts.test is not None else nothing_of(train)


def _nothing() -> Part:
    return Part(torch.empty((0, 1, 1, 1), dtype=torch.uint8), torch.empty(0, dtype=torch.int64))


def _data_set(name: str, parts: Parts, train: Part, test: Part, notes: tuple[str, ...], recipe: Recipe) -> DataSet:
    return DataSet(
        name, train.x, train.y, test.x, test.y, parts.class_names, notes, parts.skipped, recipe, parts.mapping
    )


def _check_classes(data: DataSet) -> None:
    if data.is_regression:
        if not len(data.y_train) + len(data.y_test):
            raise BadFile(f"{data.name} holds no examples; another data set would do.")
        return
    present = torch.unique(torch.cat([data.y_train, data.y_test])).tolist()
    if not present:
        raise BadFile(f"{data.name} holds no pictures; another data set would do.")
    if len(present) < 2:
        only = data.class_names[present[0]]
        raise BadFile(f"{data.name} has one class only, {only!r}; a network learns to tell at least two apart.")


def _relabelled(data: DataSet, class_names: tuple[str, ...]) -> DataSet:
    """The labels as the network has learned them: by name, or by number where the classes have no names."""
    if data.class_names == class_names or data.is_regression:
        return data
    if data.numbered and len(data.class_names) <= len(class_names):
        return replace(data, class_names=class_names)
    unknown = [name for name in data.class_names if name not in class_names]
    if unknown:
        raise BadFile(
            f"{data.name} has the class {unknown[0]!r}, which the network has not learned; it knows "
            f"{', '.join(class_names[:12])}."
        )
    order = torch.tensor([class_names.index(name) for name in data.class_names], dtype=torch.int64)
    return replace(data, y_train=order[data.y_train], y_test=order[data.y_test], class_names=class_names)
