"""What else the settings' pages need of the program: the key, reading a picture, the daemon."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ocrwatch.cli.keys import tell_daemon
from ocrwatch.cli.preparing import count_files, make_folder, start_daemon
from ocrwatch.cli.settings_configuration import ConfigurationFile
from ocrwatch.config.misfit import Misfit
from ocrwatch.config.places import expanded
from ocrwatch.config.secrets import clear_key, key_place, set_key
from ocrwatch.config.settings import Settings
from ocrwatch.desktop.instance import is_running
from ocrwatch.errors import ConfigurationError, UsageError
from ocrwatch.messages import Message, message
from ocrwatch.settings_pages.draft import Draft, Watched
from ocrwatch.settings_pages.outside import KeyPlace, Pairs


class KeyStore:
    """Implements the pages' `Keys`."""

    def __init__(self, configuration: ConfigurationFile) -> None:
        self._configuration = configuration

    def place(self, draft: Draft) -> KeyPlace:
        """Where the key comes from."""
        try:
            return key_place(self._configuration.settings(draft))
        except ConfigurationError:  # the draft is not right yet: what it names has no key
            return ""

    def keep(self, draft: Draft, key: str) -> None:
        """Into the keyring. Raises ConfigurationError."""
        settings = self._configuration.settings(draft)
        set_key(settings, key)
        tell_daemon(settings)

    def forget(self, draft: Draft) -> None:
        """Out of the keyring. Raises ConfigurationError."""
        clear_key(self._configuration.settings(draft))


class Trials:
    """Implements the pages' `Trying`."""

    def __init__(self, configuration: ConfigurationFile) -> None:
        self._configuration = configuration

    def local_problem(self) -> Message | None:
        """What keeps this computer from reading by itself."""
        from ocrwatch.reading.local import missing

        return missing()

    def sample(self, watched: Watched) -> Path | None:
        """A picture of the program's own of this kind."""
        from ocrwatch.samples import profile_of_sample, sample_files

        kind = watched.kind.partition("+")[0]
        return next((file for file in sample_files() if profile_of_sample(file) == kind), None)

    def read(self, draft: Draft, watched: Watched, picture: Path) -> Sequence[Pairs]:
        """The rows it would become. Raises `OcrwatchError`."""
        settings = self._configuration.settings(draft)
        return rows_of(settings, draft.watched.index(watched), picture, draft.language)


def rows_of(settings: Settings, place: int, picture: Path, language: str) -> Sequence[Pairs]:
    """What the picture would become in the watched folder at `place`. Raises `OcrwatchError`."""
    from ocrwatch.app import Engine
    from ocrwatch.books import profile_of
    from ocrwatch.cli.reading import Forgotten, PictureReader
    from ocrwatch.cli.showing import display
    from ocrwatch.locales import renderer

    render = renderer(language)
    engine = Engine(settings, Forgotten())
    try:
        rows = PictureReader(engine, profile_of(settings.inbox[place])).rows(str(picture))
    finally:
        engine.close()
    if not rows:
        raise UsageError(message("{name} is blank.", name=picture.name))
    look = render(message("To look at"))
    return [
        [
            *((cell.name, display(cell.value)) for cell in row.cells),
            *((look, render(remark)) for remark in row.check),
        ]
        for row in rows
    ]


class Machine:
    """Implements the pages' `Computer`."""

    def __init__(self, configuration: ConfigurationFile) -> None:
        self._configuration = configuration

    def is_running(self) -> bool:
        """Whether the daemon of this configuration runs."""
        try:
            return is_running(self._configuration.settings().state_dir)
        except (ConfigurationError, OSError):
            return False

    def start(self) -> None:
        """Start the daemon, apart from this process. Raises UsageError with what it said where it ended at once."""
        start_daemon(self._configuration.path, self._configuration.settings().state_dir)

    def files_in(self, folder: str) -> int:
        """The files that lie there."""
        try:
            return count_files(self._configuration.path.parent / expanded(folder))
        except Misfit:
            return 0

    def make(self, draft: Draft) -> None:
        """Make the watched folders. Raises UsageError."""
        for inbox in self._configuration.settings(draft).inbox:
            make_folder(inbox.folder)
