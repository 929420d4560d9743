"""The key: where it comes from, a real keyring, and that it is neither shown nor kept in plain text."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ocrwatch.config.secrets import VARIABLE, api_key, engine_in_force, has_key, resolve_engine, set_key
from ocrwatch.config.settings import Settings
from ocrwatch.errors import ConfigurationError

needs_keyring = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="gnome-keyring and dbus-run-session are not here",
)
UNLOCK = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
PRELUDE = """
import os, sys
from pathlib import Path
from ocrwatch.config.secrets import api_key, clear_key, has_key, key_in_time, set_key
from ocrwatch.config.settings import Settings
from ocrwatch.errors import Busy, ConfigurationError
def settings(url="https://one.example/v1"):
    return Settings.model_validate({"state_dir": sys.argv[1], "endpoint": {"base_url": url}})
def said(call):
    try:
        return call()
    except (Busy, ConfigurationError) as error:
        return str(error)
"""


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a key nor a keyring of the machine that runs the tests."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "user-state"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def settings_with(tmp_path: Path, **endpoint: object) -> Settings:
    data = {"state_dir": str(tmp_path / "state"), "endpoint": endpoint}
    return Settings.model_validate(data, context={"folder": tmp_path})


def in_session(tmp_path: Path, script: str, *, before: str = UNLOCK) -> list[str]:
    """The lines that `script` prints in a desktop session of its own, whose keyring lies below `tmp_path`."""
    file = tmp_path / "script.py"
    file.write_text(PRELUDE + textwrap.dedent(script), encoding="utf-8")
    for folder in ("home", "data", "run"):
        (tmp_path / folder).mkdir(exist_ok=True, mode=0o700)
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("PYTHON_KEYRING_BACKEND", "DISPLAY")},
        "HOME": str(tmp_path / "home"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "PYTHONIOENCODING": "utf-8",
    }
    command = f'{before}; exec "$0" "$@"'
    found = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", command, sys.executable, str(file), str(tmp_path / "state")],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return found.stdout.splitlines()


# ---------------------------------------------------------------- environment and file


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable, else the keyring, else the file; blanks around a key are nothing."""
    settings = settings_with(tmp_path, api_key_file="key.txt")
    (tmp_path / "key.txt").write_bytes(b"\xef\xbb\xbf sk-file\r\n")
    assert api_key(settings) == "sk-file"
    monkeypatch.setenv(VARIABLE, " sk-variable\n")
    assert api_key(settings) == "sk-variable"
    monkeypatch.setenv(VARIABLE, "  ")
    assert api_key(settings) == "sk-file"
    (tmp_path / "key.txt").write_bytes(b"\n")
    assert api_key(settings) is None
    assert not has_key(settings)
    assert api_key(settings_with(tmp_path)) is None


@pytest.mark.parametrize("content", [None, b"\xff\xfes\x00k\x00", b"two words", b"sk-one\nsk-two", "密钥".encode()])
def test_a_file_without_a_key_is_told(tmp_path: Path, content: bytes | None) -> None:
    """A file that is missing, no text, or more than a key is an error; neither its name nor its content is shown."""
    if content is not None:
        (tmp_path / "sk-name").write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        api_key(settings_with(tmp_path, api_key_file="sk-name"))
    assert "api_key_file" in str(caught.value)
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "two words", "sk-…", "sk\x00", "钥匙", "sk-\u200bx", "x" * 5000])
def test_what_is_no_key_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """A slip at pasting is told at once, without repeating it."""
    with pytest.raises(ConfigurationError, match="There is no key in what was given") as caught:
        set_key(settings_with(tmp_path), key)
    assert not key or key not in str(caught.value)
    if key and "\x00" not in key:
        monkeypatch.setenv(VARIABLE, key)
        with pytest.raises(ConfigurationError, match=VARIABLE):
            api_key(settings_with(tmp_path))


# ---------------------------------------------------------------- keyrings


@needs_keyring
def test_a_real_keyring_keeps_the_key(tmp_path: Path) -> None:
    """What one process sets, another reads; each service has its own; clearing says whether there was one."""
    assert in_session(
        tmp_path,
        """
        import subprocess
        print(api_key(settings()), clear_key(settings()), has_key(settings()))
        set_key(settings(), " sk-one \\n")
        set_key(settings("http://localhost:1234/v1"), "sk-two")
        code = open(__file__).read().split("import subprocess")[0] + "print(api_key(settings()))"
        print(subprocess.run([sys.executable, "-c", code, *sys.argv[1:]], capture_output=True, text=True).stdout.strip())
        print(api_key(settings("http://localhost:1234/v1")), api_key(settings("https://other.example")))
        os.environ["OCRWATCH_API_KEY"] = "sk-three"
        print(api_key(settings()))
        del os.environ["OCRWATCH_API_KEY"]
        print(clear_key(settings()), clear_key(settings()), api_key(settings()), has_key(settings()))
        """,
    ) == ["None False False", "sk-one", "sk-two None", "sk-three", "True False None False"]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "script.py"]
    assert files
    assert not any(b"sk-two" in path.read_bytes() for path in files)


@needs_keyring
def test_the_commands_set_and_clear_the_key(tmp_path: Path) -> None:
    """`ocrwatch key set` takes the key from a pipe, keeps it, and never repeats it; `key clear` takes it away."""
    found = in_session(
        tmp_path,
        """
        import subprocess
        config = Path(sys.argv[1]).with_name("config.toml")
        config.write_text(f"state_dir = {sys.argv[1]!r}\\nlanguage = 'en'\\n[endpoint]\\nbase_url = 'https://one.example/v1'\\n")
        def key(verb, given=""):
            command = [sys.executable, "-m", "ocrwatch", "key", verb, "--config", str(config)]
            done = subprocess.run(command, input=given, capture_output=True, text=True)
            assert "sk-" not in done.stdout + done.stderr
            print(done.returncode, (done.stdout + done.stderr).strip())
        key("set", "sk-one\\n")
        print(api_key(settings()))
        key("set", "\\n")
        key("set", "two words\\n")
        print(api_key(settings()))
        key("clear")
        print(api_key(settings()))
        key("clear")
        """,
    )
    said = [line.replace("ocrwatch: ", "") for line in found]
    assert [said[0], said[1], said[-4], said[-3], said[-2], said[-1]] == [
        "0 The key is kept in the system's keyring.",
        "sk-one",
        "sk-one",
        "0 The key was taken out of the keyring.",
        "None",
        "0 There was no key in the keyring.",
    ]
    assert [line[0] for line in said[2:-4] if line[0].isdigit()] == ["2", "2"]


@needs_keyring
def test_a_locked_keyring_is_not_a_computer_without_a_key(tmp_path: Path) -> None:
    """At a login before the keyring opens, the key is not there, but it is known that one was set."""
    assert in_session(tmp_path, 'set_key(settings(), "sk-one")\nprint(key_in_time(settings()))') == ["sk-one"]
    found = in_session(
        tmp_path,
        """
        print(api_key(settings()), has_key(settings()), has_key(settings("https://other.example")))
        print(key_in_time(settings("https://other.example")), said(lambda: key_in_time(settings())))
        print(said(lambda: set_key(settings(), "sk-two")))
        print(said(lambda: clear_key(settings())))
        print(has_key(settings()))
        """,
        before="gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1",
    )
    locked = "The system's keyring is locked. Unlock it and try again."
    later = "None The system's keyring does not give out the key yet. Unlock it; reading then goes on by itself."
    assert found == ["None True False", later, locked, locked, "True"]


@needs_keyring
def test_a_keyring_that_comes_late_is_found(tmp_path: Path) -> None:
    """A program that asked before the desktop was there finds the keyring without a restart."""
    found = in_session(
        tmp_path,
        """
        address = os.environ.pop("DBUS_SESSION_BUS_ADDRESS")
        print(api_key(settings()), said(lambda: set_key(settings(), "sk-one"))[:35])
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
        set_key(settings(), "sk-one")
        print(api_key(settings()))
        """,
    )
    assert found == ["None This computer has no safe place for", "sk-one"]


@pytest.mark.parametrize("backend", ["null", "fail", "plain", "missing"])
def test_a_keyring_that_is_not_safe_is_refused(tmp_path: Path, backend: str) -> None:
    """One that would keep the key in plain text, or nowhere, gets none, and gives none."""
    (tmp_path / "plainkeys.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Keyring(KeyringBackend):\n"
        "    priority = 9\n"
        "    def get_password(self, *_): return 'sk-plain'\n"
        "    def set_password(self, *_): print('kept in plain text')\n"
        "    def delete_password(self, *_): pass\n",
        encoding="utf-8",
    )
    name = {"plain": "plainkeys.Keyring", "missing": "notthere.Keyring"}.get(
        backend, f"keyring.backends.{backend}.Keyring"
    )
    file = tmp_path / "script.py"
    file.write_text(PRELUDE + "print(api_key(settings()), said(lambda: set_key(settings(), 'sk-x')))", encoding="utf-8")
    environment = {**os.environ, "PYTHON_KEYRING_BACKEND": name, "PYTHONPATH": str(tmp_path)}
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    found = subprocess.run(
        [sys.executable, str(file), str(tmp_path / "state")],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.startswith("None This computer has no safe place for the key")
    assert "plain text" not in found.stdout


# ---------------------------------------------------------------- who reads


@pytest.mark.parametrize(
    ("engine", "base_url", "key_present", "reads"),
    [
        ("auto", None, False, "local"),
        ("auto", None, True, "endpoint"),
        ("auto", "http://localhost:11434/v1", False, "endpoint"),
        ("local", "http://localhost:11434/v1", True, "local"),
        ("endpoint", None, False, "endpoint"),
    ],
)
def test_who_reads(
    monkeypatch: pytest.MonkeyPatch, engine: str, base_url: str | None, key_present: bool, reads: str
) -> None:
    """By itself the service where it has a key or is the person's own, else this computer."""
    data = {"reader": {"engine": engine}, "endpoint": {} if base_url is None else {"base_url": base_url}}
    settings = Settings.model_validate(data)
    assert resolve_engine(settings, key_present=key_present) == reads
    if key_present:
        monkeypatch.setenv(VARIABLE, "sk-one")
    assert engine_in_force(settings) == reads


def test_the_keyring_is_not_asked_in_vain(tmp_path: Path) -> None:
    """Where it is told who reads, the keyring is not even loaded."""
    file = tmp_path / "script.py"
    script = "from ocrwatch.config.secrets import engine_in_force\n"
    script += (
        "print(engine_in_force(Settings.model_validate({'reader': {'engine': 'local'}})), 'keyring' in sys.modules)"
    )
    file.write_text(PRELUDE + script, encoding="utf-8")
    found = subprocess.run([sys.executable, str(file)], check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["local", "False"]
