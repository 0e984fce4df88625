"""What a person has made, as files: versioned JSON, read with suspicion and written in one step."""

from __future__ import annotations

from engine.project.network_file import load_network, network_from_json, network_to_json, save_network

__all__ = ["load_network", "network_from_json", "network_to_json", "save_network"]
