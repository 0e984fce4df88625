"""Layers on the clipboard, as text that a person can read, change and send to somebody."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from app.network.stack import Stack
from engine.errors import BadFile, EngineError
from engine.spec.layers import AnyLayer
from engine.spec.network import NetworkSpec

_INPUT = "INPUT_SHAPE"
_NOTHING = "The text on the clipboard holds no layers; copy layers from this list, or PyTorch code."


class LayerClipboard:
    """Copies the chosen layers, and pastes after them what was copied here or is PyTorch code."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def copy(self) -> bool:
        """Put the chosen layers on the clipboard. Returns whether there are any."""
        from engine.project.layers_text import layers_to_text  # only who copies needs it

        layers = self._stack.copied()
        if layers:
            QGuiApplication.clipboard().setText(layers_to_text(layers))
        return bool(layers)

    def cut(self) -> None:
        """Copy the chosen layers and take them out."""
        if self.copy():
            self._stack.remove()

    def paste(self) -> None:
        """Put the layers on the clipboard after the chosen ones."""
        try:
            layers = layers_in_text(QGuiApplication.clipboard().text(), self._stack.network)
        except EngineError as error:
            self._stack.refuse(str(error))
            return
        count = len(layers)
        self._stack.insert(layers, f"paste {layers[0].type if count == 1 else f'{count} layers'}")


def layers_in_text(text: str, network: NetworkSpec) -> tuple[AnyLayer, ...]:
    """The layers that a text describes; code without an input shape is for that of the network.

    Raises:
        EngineError: with one sentence, if it describes none.
    """
    if text.lstrip().startswith("{"):
        from engine.project.layers_text import layers_from_text

        return layers_from_text(text)
    if "nn." not in text and "torch" not in text:
        raise BadFile(_NOTHING)
    from engine.codegen import from_pytorch  # only who pastes code needs it

    layers = from_pytorch(text, None if _INPUT in text else network.input_shape).layers
    if not layers:
        raise BadFile(_NOTHING)
    return layers
