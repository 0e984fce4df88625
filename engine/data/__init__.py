"""Data sets as whole tensors: those that ship with the program, folders of pictures, .npz and IDX files.

Importing this loads neither torch nor Pillow; loading a data set loads what it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.shipped import dataset_names

if TYPE_CHECKING:
    from engine.data.dataset import DataSet as DataSet
    from engine.data.dataset import Recipe as Recipe
    from engine.data.looking import Look
    from engine.spec.data import DataSpec

Progress = Callable[[int, int], None]
"""Told how many of how many pictures are read; what it raises ends the reading."""

__all__ = ["Progress", "dataset_names", "load_data", "load_recipe", "load_test_data", "look", "recipe_of"]


def load_data(
    source: str | Path,
    input_shape: tuple[int, ...] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> DataSet:
    """Load a data set whole.

    Where the source sets no pictures aside for testing, a fifth of each class is, chosen by `seed`.

    Args:
        source: "mnist", "fashion-mnist" or "emoji-10", which ship with the program; or a folder of class folders
            (with `train` and `test` folders above them, or without), an .npz file with x_train, y_train, x_test,
            y_test and class_names, a folder of IDX files or of CIFAR batches, or a .csv file of picture files and
            their classes, or of series.
        input_shape: (channels, height, width) that every picture is brought to; else the source's own, which for a
            folder of pictures of several sizes is that of the first, at most 128 cells long.
        seed: chooses the pictures for testing.
        progress: called while pictures are read.

    Raises:
        BadFile: with one sentence, when it is no data set that can be used.
        SpecError: when its pictures cannot become `input_shape`.

    Example:
        >>> data = load_data("mnist")
        >>> data.x_train.shape, data.input_shape, data.class_names[7]
        (torch.Size([12000, 1, 28, 28]), (1, 28, 28), '7')
    """
    from engine.data.dataset import Recipe
    from engine.data.load import load

    return load(Recipe(source=str(source), input_shape=input_shape, seed=seed), progress)


def load_recipe(recipe: Recipe, progress: Progress | None = None) -> DataSet:
    """Load a data set again as a run, or a `DataSpec`, describes it: what `load_data` does, and preparation besides.

    Args:
        recipe: such as `DataSet.recipe`, or `recipe_of(spec)`.
        progress: as for `load_data`.

    Raises:
        BadFile, SpecError: as for `load_data`.
    """
    from engine.data.load import load

    return load(recipe, progress)


def recipe_of(spec: DataSpec) -> Recipe:
    """What to load for a description of a data set.

    Example:
        >>> from engine.spec.data import DataSpec
        >>> recipe_of(DataSpec(source="emoji-10", seed=3)).seed
        3
    """
    from engine.data.dataset import Recipe

    shape = None if spec.input_shape is None else tuple(spec.input_shape)
    return Recipe(source=spec.source, input_shape=shape, seed=spec.seed, test_share=spec.test_share, bank=spec.bank)


def load_test_data(
    source: str | Path,
    input_shape: tuple[int, ...],
    class_names: tuple[str, ...],
    progress: Progress | None = None,
) -> DataSet:
    """Load pictures to try a trained network on; they need no training pictures beside them.

    Where the source sets no pictures aside for testing, all of them are for testing.

    Args:
        source: as for `load_data`.
        input_shape: what the network takes.
        class_names: the classes that the network knows; the source's are found among them by name.
        progress: as for `load_data`.

    Raises:
        BadFile: with one sentence, when it is no data set that can be used, or has a class that the network lacks.
    """
    from engine.data.load import load_for_testing

    return load_for_testing(source, input_shape, class_names, progress)


def look(source: str | Path | DataSet, samples: int = 10, seed: int = 0, progress: Progress | None = None) -> Look:
    """Look at a data set: samples, counts and mean of each class, files left out, inputs that are there twice.

    Args:
        source: a data set, or what `load_data` takes.
        samples: how many of each class are shown at most.
        seed: as for `load_data`.
        progress: as for `load_data`.

    Returns:
        Plain arrays; see `engine.data.looking.Look`.

    Raises:
        BadFile: as for `load_data`.

    Example:
        >>> seen = look("fashion-mnist", samples=2)
        >>> seen.samples.shape, seen.train_counts[:3].tolist(), len(seen.duplicates)
        ((20, 1, 28, 28), [600, 600, 600], 0)
    """
    from engine.data.looking import look_at

    data = load_data(source, seed=seed, progress=progress) if isinstance(source, str | Path) else source
    return look_at(data, samples)
