"""What helps against what the doctor finds, carried out: the document is changed, and the run that goes on is told."""

from __future__ import annotations

import msgspec

from app.state.document import Document
from app.state.engine_link import EngineLink
from engine.protocol import Ailment
from engine.spec.layers import LeakyReLU, ReLU, ReLU6, Sigmoid, Tanh
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import replace_layer
from engine.spec.steering import Redraw
from engine.spec.train import TrainSpec

CLIP = 1.0


class Remedies:
    """Applies one to a finding."""

    def __init__(self, document: Document, link: EngineLink) -> None:
        self._document = document
        self._link = link

    def apply(self, found: Ailment, remedy: str) -> None:
        """Do what a button says."""
        train = self._document.project.train
        if remedy == "redraw":
            self._link.train("order", order=Redraw(layer=found.source, filters=found.redraw or found.filters))
        elif remedy == "leaky":
            self._edit(train, leaking(self._document.project.network, found), "use LeakyReLU")
        elif remedy == "clip":
            self._edit(msgspec.structs.replace(train, clip_norm=CLIP), None, "clip the gradients")
        else:
            slower = msgspec.structs.replace(train, learning_rate=train.learning_rate / 2)
            self._edit(slower, None, "halve the learning rate")

    def _edit(self, train: TrainSpec, network: NetworkSpec | None, words: str) -> None:
        project = self._document.project
        network = network or project.network
        self._document.edit(msgspec.structs.replace(project, train=train, network=network), words)


def leaking(network: NetworkSpec, found: Ailment) -> NetworkSpec:
    """LeakyReLU in the place of the activation that is ill; of all of them where a layer hardly learns."""
    for path, layer in layers_with_paths(network.layers):
        if isinstance(layer, ReLU | ReLU6 | Sigmoid | Tanh) and (found.illness == "vanishing" or path == found.layer):
            network = replace_layer(network, path, LeakyReLU(id=layer.id))
    return network
