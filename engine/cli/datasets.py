"""`datasets`: those that ship with the program, a look at one, and fetching those that can be downloaded."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from engine.cli.answer import Answer
from engine.cli.training import reading_bar
from engine.data.known import KNOWN
from engine.data.shipped import SHIPPED, Shipped
from engine.errors import SpecError
from engine.spec.layers import shape_text

if TYPE_CHECKING:
    from engine.data.looking import Look

_MOST_TOLD = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A set to look at, or to download; without either they are listed."""
    parser.add_argument("--look", metavar="NAME|PATH", help="counts, what was left out, and what is there twice")
    parser.add_argument("--seed", type=int, default=0, help="chooses what is set aside for testing")
    parser.add_argument(
        "--download", metavar="NAME", help=f"fetch a full set, checked: {', '.join(each.name for each in KNOWN)}"
    )
    parser.add_argument("--to", metavar="DIR", help="the folder for what is downloaded; else one of the user's data")


def run(arguments: argparse.Namespace) -> Answer:
    """List them, look at one, or fetch one."""
    if arguments.look is not None and arguments.download is not None:
        raise SpecError("--look and --download do not go together; download first, then look at its folder.")
    if arguments.look is not None:
        return _look(arguments.look, arguments.seed)
    if arguments.download is not None:
        return _download(arguments.download, arguments.to)
    width = max(len(entry.name) for entry in SHIPPED)
    data = [{**entry._asdict(), "input_shape": list(entry.input_shape)} for entry in SHIPPED]
    known = [{"name": entry.name, "summary": entry.summary, "bytes": entry.bytes} for entry in KNOWN]
    return Answer("\n".join(_line(entry, width) for entry in SHIPPED), {"datasets": data, "downloads": known})


def _line(entry: Shipped, width: int) -> str:
    return (
        f"{entry.name:{width}}  {entry.summary}: {entry.classes} classes, {shape_text(entry.input_shape)}, "
        f"{entry.train:,} pictures to learn from and {entry.test:,} to be tested on; {entry.licence}"
    )


def _look(source: str, seed: int) -> Answer:
    from engine.data import look

    with reading_bar() as told:
        seen = look(source, 0, seed, told)
    return Answer(_text(seen), _data(seen))


def _text(seen: Look) -> str:
    lines = [
        f"{seen.name}: {shape_text(seen.input_shape)}, {int(seen.train_counts.sum()):,} to learn from and "
        f"{int(seen.test_counts.sum()):,} to be tested on, {seen.bytes / 1e6:,.1f} MB{' in a cache' * seen.streamed}"
    ]
    if len(seen.target_ranges):
        ranges = zip(seen.class_names, seen.target_ranges.tolist(), strict=True)
        lines += [f"  {name}: {low:.4g} to {high:.4g}, {mean:.4g} in the mean" for name, (low, mean, high) in ranges]
    else:
        width = max(len(name) for name in seen.class_names)
        counts = zip(seen.class_names, seen.train_counts.tolist(), seen.test_counts.tolist(), strict=True)
        lines += [f"  {name:{width}}  {train:,} and {test:,}" for name, train, test in counts]
    lines += [f"note: {note}" for note in seen.notes]
    lines += [f"left out: {skipped.path}: {skipped.reason}" for skipped in seen.skipped]
    if len(seen.duplicates):
        lines.append(f"{len(seen.duplicates):,} to be tested on are equal to one that is learned from")
    if seen.repeated:
        lines.append(f"{seen.repeated:,} to learn from are there more than once")
    if seen.contradicting:
        lines.append(f"{seen.contradicting:,} of those that are equal are of different classes")
    return "\n".join(lines)


def _data(seen: Look) -> dict[str, Any]:
    from engine.data import cache

    held = cache.amount()
    return {
        "name": seen.name,
        "input_shape": list(seen.input_shape),
        "class_names": list(seen.class_names),
        "train_counts": seen.train_counts.tolist(),
        "test_counts": seen.test_counts.tolist(),
        "mean": float(seen.mean.mean()),
        "target_ranges": seen.target_ranges.tolist(),
        "duplicates": len(seen.duplicates),
        "duplicate_places": seen.duplicates[:_MOST_TOLD].tolist(),
        "repeated": seen.repeated,
        "contradicting": seen.contradicting,
        "notes": list(seen.notes),
        "skipped": [skipped._asdict() for skipped in seen.skipped],
        "bytes": seen.bytes,
        "streamed": seen.streamed,
        "cache": {"folder": str(held.folder), "files": held.files, "bytes": held.bytes},
    }


def _download(name: str, folder: str | None) -> Answer:
    from engine.data.download import download

    with tqdm(desc=name, unit="B", unit_scale=True, disable=None, leave=False, dynamic_ncols=True) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        found = download(name, folder, told)
    return Answer(f"{name} lies in {found}; give that folder as the data set", {"name": name, "folder": str(found)})
