"""Whoever listens to progress in a test."""

from __future__ import annotations

from lakectl.operations.progress import Event


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def event(self, event: Event) -> None:
        self.events.append(event)
