#!/usr/bin/env bash
# Installs the wheel as people do, by pipx and by uv, each into an empty place, and runs the demo there:
# `installer/common/test_wheel.sh [FILE.whl]`. Without a file it builds one. Needs pip's network.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3}
"$python" -m venv "$work/tools"
"$work/tools/bin/pip" install -q --disable-pip-version-check "build>=1.2" "pipx>=1.7" "uv>=0.4"

if [ -n "${1:-}" ]; then wheel=$(realpath "$1"); else
    "$work/tools/bin/python" -m build -q --wheel --outdir "$work/dist" .
    wheel=$(ls "$work"/dist/*.whl)
fi
version=$("$python" -m installer.common.project)

echo "== what is in it"
"$python" - "$wheel" <<'PY'
import re, sys, zipfile
allowed = re.compile(
    r"ocrwatch/.*\.py|ocrwatch/config/profiles/.*\.toml|ocrwatch/locales/.*\.(mo|po)|ocrwatch/samples/[^/]*\.(json|png|jpg|pdf)"
    r"|ocrwatch/(settings_pages|review)/.*\.(html|css|js|svg|png)|ocrwatch/py\.typed|ocrwatch-[^/]*\.dist-info/.*"
)
names = zipfile.ZipFile(sys.argv[1]).namelist()
strange = [name for name in names if not allowed.fullmatch(name)]
needed = ["ocrwatch/locales/zh_CN/LC_MESSAGES/ocrwatch.mo", "ocrwatch/samples/invoice.pdf", "ocrwatch/config/profiles/receipt.toml"]
missing = [name for name in needed if name not in names]
print(f"{len(names)} files")
sys.exit(f"strange: {strange}, missing: {missing}" if strange or missing else 0)
PY

try_out() { # the folder of its programs
    test "$("$1/ocrwatch" --version)" = "ocrwatch $version"
    test -x "$1/ocrwatchw"
    mkdir -p "$2"
    env -u OCRWATCH_CONFIG -u OCRWATCH_API_KEY HOME="$2" "$1/ocrwatch" demo >"$2/demo.txt" || { cat "$2/demo.txt"; exit 1; }
    "$python" installer/linux/rows.py "$2/OCRWatch/Demo/Ledger.xlsx" 4
    echo "installs, tells its version, and reads the samples"
}
echo "== pipx"
PIPX_HOME=$work/pipx PIPX_BIN_DIR=$work/pipx-bin "$work/tools/bin/pipx" install -q --python "$(command -v "$python")" "${wheel}[local]"
try_out "$work/pipx-bin" "$work/home-pipx"
echo "== uv tool"
UV_PYTHON_DOWNLOADS=never UV_TOOL_DIR=$work/uv UV_TOOL_BIN_DIR=$work/uv-bin \
    "$work/tools/bin/uv" tool install -q --python "$(command -v "$python")" "ocrwatch[local] @ file://$wheel"
try_out "$work/uv-bin" "$work/home-uv"
