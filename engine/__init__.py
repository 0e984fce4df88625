"""Convscope's engine: convolution, feature maps and small CNNs, from a script and without a window.

Importing it is quick: each name is loaded when it is first used, and none of torch, cv2 or Qt before that.

Example:
    >>> import engine
    >>> engine.output_size(512, kernel_size=3, stride=2, padding=1)
    256
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine import explain as explain
    from engine.arithmetic import output_size as output_size
    from engine.codegen import from_pytorch as from_pytorch
    from engine.codegen import to_pytorch as to_pytorch
    from engine.data import dataset_names as dataset_names
    from engine.data import load_data as load_data
    from engine.errors import BadFile as BadFile
    from engine.errors import EngineError as EngineError
    from engine.errors import SourceError as SourceError
    from engine.errors import SpecError as SpecError
    from engine.filtering import apply_chain as apply_chain
    from engine.filtering import apply_filter as apply_filter
    from engine.filtering import filter_image as filter_image
    from engine.filtering import filter_to_file as filter_to_file
    from engine.forward import maps_to_file as maps_to_file
    from engine.frames import read_image as read_image
    from engine.kernels import format_kernel as format_kernel
    from engine.kernels import kernel as kernel
    from engine.kernels import kernel_names as kernel_names
    from engine.kernels import parse_kernel as parse_kernel
    from engine.kernels.banks import Bank as Bank
    from engine.kernels.banks import bank as bank
    from engine.kernels.banks import bank_names as bank_names
    from engine.kernels.banks import load_bank as load_bank
    from engine.kernels.banks import save_bank as save_bank
    from engine.kinds.catalogue import kind_names as kind_names
    from engine.kinds.catalogue import kind_spec as kind_spec
    from engine.kinds.facts import kind_facts as kind_facts
    from engine.kinds.matrix import layer_matrix as layer_matrix
    from engine.kinds.meters import meters as meters
    from engine.kinds.run import run_kind as run_kind
    from engine.kinds.signals import make_signal as make_signal
    from engine.kinds.signals import read_signal as read_signal
    from engine.kinds.spec import KindSpec as KindSpec
    from engine.nn import build as build
    from engine.nn import feature_maps as feature_maps
    from engine.nn import load_weights as load_weights
    from engine.presets import preset as preset
    from engine.presets import preset_names as preset_names
    from engine.presets.learned import pretrained_names as pretrained_names
    from engine.project import load_network as load_network
    from engine.project import load_project as load_project
    from engine.project import save_network as save_network
    from engine.project import save_project as save_project
    from engine.sources.grab import grab as grab
    from engine.spec.filter import DetectorSpec as DetectorSpec
    from engine.spec.filter import FilterSpec as FilterSpec
    from engine.spec.filter import KernelSpec as KernelSpec
    from engine.spec.filter import PoolingSpec as PoolingSpec
    from engine.spec.layers import ELU as ELU
    from engine.spec.layers import GELU as GELU
    from engine.spec.layers import AdaptiveAvgPool1d as AdaptiveAvgPool1d
    from engine.spec.layers import AdaptiveAvgPool2d as AdaptiveAvgPool2d
    from engine.spec.layers import AdaptiveAvgPool3d as AdaptiveAvgPool3d
    from engine.spec.layers import AdaptiveMaxPool1d as AdaptiveMaxPool1d
    from engine.spec.layers import AdaptiveMaxPool2d as AdaptiveMaxPool2d
    from engine.spec.layers import AdaptiveMaxPool3d as AdaptiveMaxPool3d
    from engine.spec.layers import AvgPool1d as AvgPool1d
    from engine.spec.layers import AvgPool2d as AvgPool2d
    from engine.spec.layers import AvgPool3d as AvgPool3d
    from engine.spec.layers import BatchNorm1d as BatchNorm1d
    from engine.spec.layers import BatchNorm2d as BatchNorm2d
    from engine.spec.layers import BatchNorm3d as BatchNorm3d
    from engine.spec.layers import Branches as Branches
    from engine.spec.layers import Conv1d as Conv1d
    from engine.spec.layers import Conv2d as Conv2d
    from engine.spec.layers import Conv3d as Conv3d
    from engine.spec.layers import ConvTranspose1d as ConvTranspose1d
    from engine.spec.layers import ConvTranspose2d as ConvTranspose2d
    from engine.spec.layers import ConvTranspose3d as ConvTranspose3d
    from engine.spec.layers import DepthwiseConv2d as DepthwiseConv2d
    from engine.spec.layers import Dropout as Dropout
    from engine.spec.layers import Dropout2d as Dropout2d
    from engine.spec.layers import FixedKernels as FixedKernels
    from engine.spec.layers import Flatten as Flatten
    from engine.spec.layers import GlobalAvgPool as GlobalAvgPool
    from engine.spec.layers import GroupNorm as GroupNorm
    from engine.spec.layers import Identity as Identity
    from engine.spec.layers import LayerNorm as LayerNorm
    from engine.spec.layers import LeakyReLU as LeakyReLU
    from engine.spec.layers import Linear as Linear
    from engine.spec.layers import LPPool1d as LPPool1d
    from engine.spec.layers import LPPool2d as LPPool2d
    from engine.spec.layers import LPPool3d as LPPool3d
    from engine.spec.layers import MaxPool1d as MaxPool1d
    from engine.spec.layers import MaxPool2d as MaxPool2d
    from engine.spec.layers import MaxPool3d as MaxPool3d
    from engine.spec.layers import Normalize as Normalize
    from engine.spec.layers import Pad as Pad
    from engine.spec.layers import PReLU as PReLU
    from engine.spec.layers import ReLU as ReLU
    from engine.spec.layers import ReLU6 as ReLU6
    from engine.spec.layers import Residual as Residual
    from engine.spec.layers import Sigmoid as Sigmoid
    from engine.spec.layers import SiLU as SiLU
    from engine.spec.layers import Softmax as Softmax
    from engine.spec.layers import TableConv2d as TableConv2d
    from engine.spec.layers import Tanh as Tanh
    from engine.spec.layers import TiledConv2d as TiledConv2d
    from engine.spec.layers import UnsharedConv2d as UnsharedConv2d
    from engine.spec.layers import Upsample as Upsample
    from engine.spec.network import NetworkSpec as NetworkSpec
    from engine.spec.project import Project as Project
    from engine.spec.source import Camera as Camera
    from engine.spec.source import Clip as Clip
    from engine.spec.source import Drawing as Drawing
    from engine.spec.source import Folder as Folder
    from engine.spec.source import Pattern as Pattern
    from engine.spec.source import Picture as Picture
    from engine.spec.source import Sample as Sample
    from engine.spec.source import Stream as Stream
    from engine.spec.source import Stroke as Stroke
    from engine.spec.summary import summary as summary
    from engine.spec.train import TrainSpec as TrainSpec
    from engine.train import Controls as Controls
    from engine.train import fork as fork
    from engine.train import load_run as load_run
    from engine.train import lr_range_test as lr_range_test
    from engine.train import pretrained as pretrained
    from engine.train import replay as replay
    from engine.train import resume as resume
    from engine.train import train as train

__version__ = "0.1.0"

_HOME = {
    "AdaptiveAvgPool1d": "engine.spec.layers",
    "AdaptiveAvgPool2d": "engine.spec.layers",
    "AdaptiveAvgPool3d": "engine.spec.layers",
    "AdaptiveMaxPool1d": "engine.spec.layers",
    "AdaptiveMaxPool2d": "engine.spec.layers",
    "AdaptiveMaxPool3d": "engine.spec.layers",
    "AvgPool1d": "engine.spec.layers",
    "AvgPool2d": "engine.spec.layers",
    "AvgPool3d": "engine.spec.layers",
    "BadFile": "engine.errors",
    "Bank": "engine.kernels.banks",
    "BatchNorm1d": "engine.spec.layers",
    "BatchNorm2d": "engine.spec.layers",
    "BatchNorm3d": "engine.spec.layers",
    "Branches": "engine.spec.layers",
    "Camera": "engine.spec.source",
    "Clip": "engine.spec.source",
    "Controls": "engine.train",
    "Conv1d": "engine.spec.layers",
    "Conv2d": "engine.spec.layers",
    "Conv3d": "engine.spec.layers",
    "ConvTranspose1d": "engine.spec.layers",
    "ConvTranspose2d": "engine.spec.layers",
    "ConvTranspose3d": "engine.spec.layers",
    "DepthwiseConv2d": "engine.spec.layers",
    "DetectorSpec": "engine.spec.filter",
    "Drawing": "engine.spec.source",
    "Dropout": "engine.spec.layers",
    "Dropout2d": "engine.spec.layers",
    "ELU": "engine.spec.layers",
    "EngineError": "engine.errors",
    "FilterSpec": "engine.spec.filter",
    "FixedKernels": "engine.spec.layers",
    "Flatten": "engine.spec.layers",
    "Folder": "engine.spec.source",
    "GELU": "engine.spec.layers",
    "GlobalAvgPool": "engine.spec.layers",
    "GroupNorm": "engine.spec.layers",
    "Identity": "engine.spec.layers",
    "KernelSpec": "engine.spec.filter",
    "KindSpec": "engine.kinds.spec",
    "LPPool1d": "engine.spec.layers",
    "LPPool2d": "engine.spec.layers",
    "LPPool3d": "engine.spec.layers",
    "LayerNorm": "engine.spec.layers",
    "LeakyReLU": "engine.spec.layers",
    "Linear": "engine.spec.layers",
    "MaxPool1d": "engine.spec.layers",
    "MaxPool2d": "engine.spec.layers",
    "MaxPool3d": "engine.spec.layers",
    "NetworkSpec": "engine.spec.network",
    "Normalize": "engine.spec.layers",
    "PReLU": "engine.spec.layers",
    "Pad": "engine.spec.layers",
    "Pattern": "engine.spec.source",
    "Picture": "engine.spec.source",
    "PoolingSpec": "engine.spec.filter",
    "Project": "engine.spec.project",
    "ReLU": "engine.spec.layers",
    "ReLU6": "engine.spec.layers",
    "Residual": "engine.spec.layers",
    "Sample": "engine.spec.source",
    "SiLU": "engine.spec.layers",
    "Sigmoid": "engine.spec.layers",
    "Softmax": "engine.spec.layers",
    "SourceError": "engine.errors",
    "SpecError": "engine.errors",
    "Stream": "engine.spec.source",
    "Stroke": "engine.spec.source",
    "TableConv2d": "engine.spec.layers",
    "Tanh": "engine.spec.layers",
    "TiledConv2d": "engine.spec.layers",
    "TrainSpec": "engine.spec.train",
    "UnsharedConv2d": "engine.spec.layers",
    "Upsample": "engine.spec.layers",
    "apply_chain": "engine.filtering",
    "apply_filter": "engine.filtering",
    "bank": "engine.kernels.banks",
    "bank_names": "engine.kernels.banks",
    "build": "engine.nn",
    "dataset_names": "engine.data",
    "feature_maps": "engine.nn",
    "filter_image": "engine.filtering",
    "filter_to_file": "engine.filtering",
    "format_kernel": "engine.kernels",
    "fork": "engine.train",
    "from_pytorch": "engine.codegen",
    "grab": "engine.sources.grab",
    "kernel": "engine.kernels",
    "kernel_names": "engine.kernels",
    "kind_facts": "engine.kinds.facts",
    "kind_names": "engine.kinds.catalogue",
    "kind_spec": "engine.kinds.catalogue",
    "layer_matrix": "engine.kinds.matrix",
    "load_bank": "engine.kernels.banks",
    "load_data": "engine.data",
    "load_network": "engine.project",
    "load_project": "engine.project",
    "load_run": "engine.train",
    "load_weights": "engine.nn",
    "lr_range_test": "engine.train",
    "make_signal": "engine.kinds.signals",
    "maps_to_file": "engine.forward",
    "meters": "engine.kinds.meters",
    "output_size": "engine.arithmetic",
    "parse_kernel": "engine.kernels",
    "preset": "engine.presets",
    "preset_names": "engine.presets",
    "pretrained": "engine.train",
    "pretrained_names": "engine.presets.learned",
    "read_image": "engine.frames",
    "read_signal": "engine.kinds.signals",
    "replay": "engine.train",
    "resume": "engine.train",
    "run_kind": "engine.kinds.run",
    "save_bank": "engine.kernels.banks",
    "save_network": "engine.project",
    "save_project": "engine.project",
    "summary": "engine.spec.summary",
    "to_pytorch": "engine.codegen",
    "train": "engine.train",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name == "explain":  # a package of its own: engine.explain.attribute(…)
        return import_module("engine.explain")
    if name not in _HOME:
        raise AttributeError(f"engine has no {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
