"""The parts of a project that the look at the kinds is a view of."""

from __future__ import annotations

import msgspec

from app.state.form import Lens, lens_on
from engine.spec.kind import KindSpec
from engine.spec.project import Project
from engine.spec.trial import MadeSignal, SignalSpec, TrialSpec


def put_kind(project: Project, spec: KindSpec) -> Project:
    """The project with another layer."""
    return msgspec.structs.replace(project, kind=spec)


def put_trial(project: Project, trial: TrialSpec) -> Project:
    """The project with other numbers in its layer."""
    return msgspec.structs.replace(project, trial=trial)


def _get_signal(project: Project) -> MadeSignal | None:
    signal = project.trial.signal
    return signal if isinstance(signal, MadeSignal) else None


def put_signal(project: Project, signal: SignalSpec) -> Project:
    """The project with another signal."""
    return put_trial(project, msgspec.structs.replace(project.trial, signal=signal))


KIND = lens_on(KindSpec, "kind")
TRIAL = lens_on(TrialSpec, "trial")
MADE = Lens(MadeSignal, _get_signal, put_signal)
