"""Where runs are kept, and what a new one is called."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from platformdirs import user_data_path

from engine.spec.network import NetworkSpec


def runs_path() -> Path:
    """The folder of all runs that are started here."""
    return user_data_path("convscope", appauthor=False) / "runs"


def network_name(network: NetworkSpec) -> str:
    """The preset that it is, or "network"."""
    from engine.presets import presets  # only who starts a run needs them

    return next((each.name for each in presets() if each.make() == network), "network")


def new_run(base: Path, network: NetworkSpec, now: datetime) -> Path:
    """A folder that is not there yet, named by the time and the network; it is not made."""
    name = f"{now:%Y-%m-%d-%H%M%S}-{network_name(network)}"
    found, number = base / name, 1
    while found.exists():
        number += 1
        found = base / f"{name}-{number}"
    return found
