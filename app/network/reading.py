"""The summary of the document's network, made once for all who show a part of it."""

from __future__ import annotations

from app.state.document import Document
from engine.spec.network import NetworkSpec
from engine.spec.summary import Finding, Row, Summary, summary


class Reading:
    """Sums up the network when it is first asked after a change."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._network: NetworkSpec | None = None
        self._summary: Summary | None = None
        self._rows: dict[str, Row] = {}

    @property
    def summary(self) -> Summary:
        """Rows, sums, problems and warnings of the network as it is now."""
        network = self._document.project.network
        if self._summary is None or network is not self._network:
            self._network, self._summary = network, summary(network)
            self._rows = {row.id: row for row in self._summary.rows}
        return self._summary

    @property
    def network(self) -> NetworkSpec:
        """The network as it is now."""
        return self._document.project.network

    def row(self, path: str) -> Row | None:
        """What is known of a layer; None of one within a disabled block, and of the input."""
        found = self.summary
        return self._rows.get(path) if found else None

    def entering(self, path: str) -> tuple[int, ...] | None:
        """The shape that arrives at a layer."""
        row = self.row(path)
        return row.input_shape if row is not None else None

    def problems(self, path: str) -> list[Finding]:
        """What does not fit at a layer."""
        return [finding for finding in self.summary.problems if finding.id == path]

    def warnings(self, path: str) -> list[Finding]:
        """What works at a layer and is probably not meant."""
        return [finding for finding in self.summary.warnings if finding.id == path]
