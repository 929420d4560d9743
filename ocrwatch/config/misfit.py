"""What a setting's own check says against it, as a message: pydantic carries it to `explaining.py`. Pure."""

from __future__ import annotations

from ocrwatch.messages import Message


class Misfit(ValueError):
    """A value that cannot be. `said` ends the sentence "… cannot be used: …"."""

    def __init__(self, said: Message) -> None:
        super().__init__(str(said))
        self.said = said
