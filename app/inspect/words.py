"""What is explained and how far to trust it, said in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.widgets.number_text import shown
from engine.protocol import HeatTold, Inspected, SanityTold
from engine.spec.attribution import Target
from engine.spec.inspect import InspectSpec, look_named

_GOOD_DELETION, _GOOD_INSERTION, _LIKE = 0.3, 0.5, 0.5


def target_words(target: Target, names: Mapping[int, str]) -> str:
    """The number that is explained, by the names of the classes.

    Example:
        >>> target_words(Target(map=2), {2: "tripod"}), target_words(Target(layer="relu1", map=4, cell=(7, 9)), {})
        ('tripod', 'cell (7, 9) of map 4 of relu1')
        >>> target_words(Target(map=3), {}), target_words(Target(layer="pool2", map=0), {})
        ('class 3', 'map 0 of pool2')
    """
    if not target.layer and not target.cell:
        return names.get(target.map) or f"class {target.map}"
    place = f"map {target.map} of {target.layer or 'the output'}"
    return f"cell {target.cell} of {place}".replace(",)", ")") if target.cell else place


def heat_words(told: HeatTold, names: Mapping[int, str]) -> str:
    """What the picture shows: the method, the number and its value, and what it took."""
    label = look_named(told.method).label
    layer = f" by the maps of {told.layer}" if told.layer else ""
    pace = f"{told.rate:.1f} a second" if told.rate else f"{told.seconds:.2f} s"
    return f"{label} of {target_words(told.target, names)}, {shown(told.score, 3)}{layer} · {pace}"


def stage_words(event: Inspected, spec: InspectSpec) -> str:
    """How far the explanation is."""
    done, total = event.progress
    if event.stage == "working" and event.checking:
        return f"Checking: run {done} of {total}" if total else "Checking…"
    if event.stage == "working":
        return f"Run {done} of {total}" if total > 1 else "Working…"
    if event.stage == "stopped":
        return "Stopped. Explain begins again."
    if event.stage == "waiting" and not spec.is_live:
        return "Too slow to follow a moving picture: pause it, or press Explain."
    return f"{event.rate:.1f} predictions a second" if event.rate else "Up to date."


def curve_words(told: SanityTold) -> tuple[str, str, str]:
    """What the three figures mean here, a sentence each."""
    fell = "the hottest places were what counted" if told.deletion_area < _GOOD_DELETION else "much was left without"
    rose = "they alone were enough" if told.insertion_area > _GOOD_INSERTION else "they alone were not enough"
    if told.alike < _LIKE:
        random = "With random weights the picture is another: it does show what was learned."
    else:
        random = "With random weights it looks much the same: it shows the picture rather than what was learned."
    return (
        f"Deleted, hottest first: area {told.deletion_area:.2f}, {fell}.",
        f"Inserted, hottest first: area {told.insertion_area:.2f}, {rose}.",
        f"{random} Rank correlation {told.alike:.2f}.",
    )
