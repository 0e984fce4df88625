"""What a person has made, as files: versioned JSON, read with suspicion and written in one step."""

from __future__ import annotations

from engine.project.network_file import load_network, network_from_json, network_to_json, save_network
from engine.project.project_file import load_project, project_from_json, project_to_json, save_project

__all__ = [
    "load_network",
    "load_project",
    "network_from_json",
    "network_to_json",
    "project_from_json",
    "project_to_json",
    "save_network",
    "save_project",
]
