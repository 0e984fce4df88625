"""The ways to look at a run, each behind a tab of the Train page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.widgets.side import GAP
from app.widgets.tabs import LazyTabs, Tab

if TYPE_CHECKING:
    from app.training.page import TrainPage


def _progress(page: TrainPage) -> QWidget:
    """Curves over the confusion matrix: how far it has come."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP)
    for panel, share in ((page.curves, 7), (page.confusion, 5)):
        panel.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column.addWidget(panel, share)
    return holder


def _data(page: TrainPage) -> QWidget:
    from app.training.data_look import DataLook

    return DataLook(page)


def _variation(page: TrainPage) -> QWidget:
    from app.training.variation_look import VariationLook

    return VariationLook(page)


def _record(page: TrainPage) -> QWidget:
    from app.training.record_look import RecordLook

    return RecordLook(page, page.recordings)


def _log(page: TrainPage) -> QWidget:
    from app.training.log_look import LogLook

    return LogLook(page)


def _rates(page: TrainPage) -> QWidget:
    from app.training.rates_look import RatesLook

    return RatesLook(page)


def _layers(page: TrainPage) -> QWidget:
    from app.training.layers_look import LayersLook

    return LayersLook(page)


def _doctor(page: TrainPage) -> QWidget:
    from app.training.doctor_look import DoctorLook

    return DoctorLook(page)


def _mistakes(page: TrainPage) -> QWidget:
    from app.training.mistakes_look import MistakesLook

    return MistakesLook(page)


def _timeline(page: TrainPage) -> QWidget:
    from app.training.timeline_look import TimelineLook

    return TimelineLook(page)


def _slow(page: TrainPage) -> QWidget:
    from app.training.slow_look import SlowLook

    return SlowLook(page)


def run_looks(page: TrainPage) -> LazyTabs:
    """All of them. What is behind a tab is imported when the tab is chosen."""
    return LazyTabs(
        "Run",
        [
            Tab("progress", "Progress", "loss and accuracy, and what is taken for what.", partial(_progress, page)),
            Tab("layers", "Layers", "weights, activations, gradients and steps of each layer.", partial(_layers, page)),
            Tab("doctor", "Doctor", "what is wrong with filters and layers, and what helps.", partial(_doctor, page)),
            Tab("mistakes", "Mistakes", "the pictures behind the confusion matrix.", partial(_mistakes, page)),
            Tab("timeline", "Timeline", "the network at earlier steps; new runs from there.", partial(_timeline, page)),
            Tab("slow", "Slow motion", "one batch walked through, number by number.", partial(_slow, page)),
            Tab("log", "Log", "what the run was told, with ways back, and which layers learn.", partial(_log, page)),
            Tab("rates", "Rates", "a search for a good learning rate.", partial(_rates, page)),
            Tab("data", "Data", "what the network learns from, class by class.", partial(_data, page)),
            Tab(
                "variation", "Variation", "samples varied by chance, as training sees them.", partial(_variation, page)
            ),
            Tab("record", "Record", "collect pictures of classes of your own.", partial(_record, page)),
        ],
    )
