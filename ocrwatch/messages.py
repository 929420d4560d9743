"""What the program says to a person: an English sentence with named places, and what stands in them.

A `Message` is data. It is kept in the journal as it is and put into the user's language only where it is
shown (`ocrwatch.locales`), so one failure reads in Chinese in the tray and in English in a bug report.
The English template is the catalogue's key: write it as a literal, so that the extraction finds it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person. `template` is English with `{name}` places; `places` fills them, sorted by name.

    A place may hold another message, which is shown in the same language.
    """

    template: str
    places: tuple[tuple[str, str | int | float | Message], ...] = ()

    def __str__(self) -> str:
        """The English sentence."""
        return self.template.format_map(dict(self.places))


def message(template: str, **places: str | int | float | Message) -> Message:
    """The message with `template`, its `{name}` places filled by keyword."""
    return Message(template, tuple(sorted(places.items())))
