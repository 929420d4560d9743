"""The configuration that `ocrwatch init` writes, with a word on each setting. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ocrwatch.config.toml_text import Plain, toml_of
from ocrwatch.messages import Message, message
from ocrwatch.ports import Render


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person chose. Paths as they wrote them; `base_url` is "" for the usual reading service.

    `engine` is "" where it is not chosen: what is not chosen is not written, so that the file for all users of the
    computer may say it. `key_file` holds the key, "" where the keyring does.
    """

    folder: str
    ledger: str
    profile: str = "receipt"
    engine: Literal["", "auto", "endpoint", "local"] = "auto"
    base_url: str = ""
    model: str = ""
    key_file: str = ""
    language: Literal["auto", "en", "zh_CN"] = "auto"
    existing: Literal["ask", "read", "skip"] = "ask"


def configuration_text(choices: Choices, render: Render) -> str:
    """The file's text, to be saved as UTF-8, its comments in the language of `render`."""
    return "\n".join(_lines(choices, render)) + "\n"


def _lines(choices: Choices, render: Render) -> Iterator[str]:
    yield from _comment(render, message("The configuration of ocrwatch. Change it with any text editor."))
    yield from _comment(render, message("Text stands in quotes. Windows paths stand in single quotes: 'C:\\Scans'"))
    yield from _comment(render, message("To see every setting: ocrwatch config show"))
    yield ""
    yield from _comment(render, message('The language of messages: "auto" is that of the computer, or "en", "zh_CN".'))
    yield _setting("language", choices.language, is_chosen=choices.language != "auto")
    yield ""
    yield "[reader]"
    yield from _comment(
        render,
        message('Who reads the scans: "local" is this computer, "endpoint" the reading service below.'),
        message('"auto" takes the reading service once it has a key (ocrwatch key set), and this computer until then.'),
    )
    yield _setting("engine", choices.engine or "auto", is_chosen=choices.engine != "")
    yield ""
    yield "[endpoint]"
    yield from _comment(render, message("The reading service. Pictures of your scans are sent there."))
    if choices.base_url:
        yield _setting("base_url", choices.base_url)
    if choices.model:
        yield _setting("model", choices.model)
    yield from _comment(render, message("Its key is not kept in this file. Set it with: ocrwatch key set"))
    if choices.key_file:
        yield _setting("api_key_file", choices.key_file)
    yield ""
    yield from _comment(render, message("For another folder, write another block that begins with [[inbox]]."))
    yield "[[inbox]]"
    yield from _comment(render, message("The watched folder. Scans that were read move to its subfolder done."))
    yield _setting("folder", choices.folder)
    kinds = "The document type: receipt, receipt-items, invoice, china-invoice or train-ticket."
    yield from _comment(render, message(kinds))
    yield _setting("profile", choices.profile)
    yield from _comment(render, message("The spreadsheet that each scan adds a row to. It is made when there is none."))
    yield _setting("ledger", choices.ledger)
    if choices.existing != "ask":
        yield from _comment(render, message('Files that lay there at the start: "read" or "skip" them.'))
        yield _setting("existing", choices.existing)


def _setting(name: str, value: Plain, *, is_chosen: bool = True) -> str:
    return f"{'' if is_chosen else '# '}{name} = {toml_of(value)}"


def _comment(render: Render, *said: Message) -> Iterator[str]:
    for each in said:
        yield from (f"# {line}".rstrip() for line in render(each).splitlines())
