"""The fields of a profile by the keys that an answer gives them.

A key is the field's own name, or one of its labels where that label belongs to no other field, compared after NFKC,
trimming and case folding; `_` counts as a space. An own name outranks a label: it is what was asked for.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ocrwatch.ports import Field, Profile


class Rank(IntEnum):
    """How a key names a field."""

    NAME = 0
    LABEL = 1


@dataclass(frozen=True, slots=True)
class Match:
    """The field that a key names, and how."""

    field: Field
    rank: Rank


class FieldKeys:
    """Finds the field that a key means."""

    def __init__(self, profile: Profile) -> None:
        names = {folded_key(field.name): field for field in profile.fields}
        owners: dict[str, list[Field]] = {}
        for field in profile.fields:
            for label in {folded_key(label) for label in field.labels}:
                owners.setdefault(label, []).append(field)
        self._matches = {
            label: Match(fields[0], Rank.LABEL)
            for label, fields in owners.items()
            if len(fields) == 1 and label and label not in names
        }
        self._matches |= {name: Match(field, Rank.NAME) for name, field in names.items()}

    def match(self, path: Sequence[str]) -> Match | None:
        """The field that the last key of `path` means, alone or with the keys around it (`seller` › `tax id`)."""
        whole = self._matches.get(folded_key(" ".join(path)))
        return whole or self._matches.get(folded_key(path[-1]))


def folded_key(key: str) -> str:
    """`key` as it is compared."""
    plain = unicodedata.normalize("NFKC", key).casefold().replace("_", " ")
    return re.sub(r"\s+", " ", plain).strip(" :\"'")
