"""From the configuration that holds to a draft on the settings' pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ocrwatch.config.layers import Origin, variable_of
from ocrwatch.config.loading import Loaded
from ocrwatch.config.profiles import FieldData, built_in
from ocrwatch.config.secrets import key_place, resolve_engine
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, FieldType
from ocrwatch.settings_pages.draft import OWN, OWN_SUFFIX, Column, Draft, Engine, Kind, Watched

_ORDER = ("receipt", "receipt-items", "invoice", "china-invoice", "train-ticket")
_USUAL = Path("~/OCRWatch")
Raw = Mapping[str, object]
"""The person's own file as TOML has it: what is written there, before defaults and other layers."""

HAS_HEADINGS = "headings" in Inbox.model_fields
"""Whether a column may be called otherwise than its field."""


def locked_in(found: Loaded) -> dict[str, Message]:
    """The settings that cannot be changed in the person's file, and why."""
    by_variable = {key for key, origin in found.origins.items() if origin is Origin.ENVIRONMENT}
    said = {key: message("Set by the variable {name}", name=variable_of(key)) for key in by_variable}
    return said | dict.fromkeys(found.locked, message("Set by your administrator"))


def engine_of(settings: Settings) -> Engine:
    return resolve_engine(settings, key_present=bool(key_place(settings)))


def proposal(found: Loaded) -> Draft:
    """What is proposed to who has no file yet, over what this computer's file says."""
    from ocrwatch.reading.local import missing

    home = _USUAL.expanduser()
    draft = draft_of(found, {})
    if found.origin("reader.engine") is Origin.BUILT_IN and missing() is not None:
        draft = replace(draft, engine="endpoint")
    if found.origin("inbox") is Origin.BUILT_IN:
        usual = Watched(folder=str(home / "Scans"), kind="receipt", ledger=str(home / "Ledger.xlsx"))
        draft = replace(draft, watched=(usual,))
    return draft


def draft_of(found: Loaded, raw: Raw) -> Draft:
    settings = found.settings
    tables = tables_of(raw) if found.origin("inbox") is Origin.USER else []
    return Draft(
        language=settings.language,
        engine=engine_of(settings),
        base_url=settings.endpoint.base_url,
        model=settings.endpoint.model,
        watched=tuple(
            _watched(inbox, tables[place] if place < len(tables) else {}, place if place < len(tables) else None)
            for place, inbox in enumerate(settings.inbox)
        ),
    )


def _watched(inbox: Inbox, raw: Raw, was: int | None) -> Watched:
    profile = inbox.profile_name()
    own = inbox.fields is not None
    headings = raw.get("headings")
    return Watched(
        was=was,
        folder=str(raw.get("folder", inbox.folder)),
        kind=(f"{profile}{OWN_SUFFIX}" if profile else OWN) if own else profile,
        columns=_columns(profile, inbox.fields or ()),
        headings=tuple((str(name), str(said)) for name, said in headings.items()) if isinstance(headings, dict) else (),
        ledger=str(raw.get("ledger", inbox.ledger)),
        sheet=inbox.sheet,
        existing="" if inbox.existing == "ask" else inbox.existing,
    )


def _columns(profile: str, fields: Sequence[FieldData]) -> tuple[Column, ...]:
    return tuple(
        Column(was=place, name=field.name, type=field.type or _type_of(profile, field))
        for place, field in enumerate(fields)
    )


def _type_of(profile: str, field: FieldData) -> FieldType:
    """The type of a field that does not say it."""
    return "items" if field.fields else usual_type(profile, field.name)


def kinds() -> tuple[Kind, ...]:
    order = [*_ORDER, *(name for name in built_in() if name not in _ORDER)]
    return tuple(
        Kind(
            name=name,
            columns=tuple(Column(name=field.name, type=field.type) for field in built_in()[name].fields),
        )
        for name in order
    )


def tables_of(raw: Raw) -> list[Raw]:
    inboxes = raw.get("inbox")
    return [each for each in inboxes if isinstance(each, dict)] if isinstance(inboxes, list) else []


def usual_type(profile: str, name: str) -> FieldType:
    """The type of a field of which nothing is said but its name."""
    base = built_in().get(profile)
    return next((field.type for field in (base.fields if base else ()) if field.name == name), Field(name=name).type)


def profile_of_kind(kind: str) -> str:
    return "" if kind == OWN else kind.removesuffix(OWN_SUFFIX)
