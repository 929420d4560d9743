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


JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
"""Plain data, as it travels to the journal and between processes."""


def message_to_data(said: Message) -> dict[str, JSON]:
    """`said` as plain data."""
    places: dict[str, JSON] = {
        name: message_to_data(place) if isinstance(place, Message) else place for name, place in said.places
    }
    return {"template": said.template, "places": places}


def message_from_data(data: JSON) -> Message:
    """The message that `message_to_data` made. Raises KeyError or AssertionError on anything else."""
    assert isinstance(data, dict)
    places = data["places"]
    assert isinstance(places, dict)
    return Message(str(data["template"]), tuple(sorted((name, _place(place)) for name, place in places.items())))


def _place(data: JSON) -> str | int | float | Message:
    if isinstance(data, dict):
        return message_from_data(data)
    assert isinstance(data, str | int | float)
    return data
