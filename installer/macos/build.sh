#!/usr/bin/env bash
# Builds dist/ocrwatch-VERSION-ARCH.dmg: `installer/macos/build.sh`. Needs macOS 12 or newer, Apple's command line tools,
# Python 3.11 or newer, and pip's network. Never tried by its writers, who have no Mac: see installer/README.md.
#
#     OCRWATCH_CODESIGN_IDENTITY   "Developer ID Application: …", as the keychain names it; without it nothing is signed
#     OCRWATCH_NOTARY_PROFILE      a profile of `xcrun notarytool store-credentials`; without it nothing is notarised
set -euo pipefail
cd "$(dirname "$0")/../.."
project=$PWD
work=$project/build/macos
out=$project/dist
identity=${OCRWATCH_CODESIGN_IDENTITY:-}
profile=${OCRWATCH_NOTARY_PROFILE:-}

mkdir -p "$work" "$out"
[ -x "$work/venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check ".[local]" "pyinstaller>=6.10" "packaging>=24"
"$work/venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall .
python=$work/venv/bin/python
version=$("$python" -m installer.common.project)

rm -rf "$work/frozen" "$work/image"
"$python" -m installer.common.freeze --engine local --out "$work/frozen" --work "$work/freezing"
"$python" -m installer.common.check_frozen "$work/frozen/ocrwatch"
app=$work/frozen/ocrwatch.app
"$python" -m installer.macos.check_plist "$app/Contents/Info.plist"
mkdir -p "$app/Contents/Resources/completions"
"$python" -m installer.common.completions "$app/Contents/Resources/completions"
"$python" -m installer.common.man_page "$app/Contents/Resources/ocrwatch.1"
cp -R "$work/frozen/ocrwatch/licences" "$app/Contents/Resources/licences"

if [ -n "$identity" ]; then
    codesign --force --deep --options runtime --timestamp --entitlements installer/macos/entitlements.plist --sign "$identity" "$app"
    codesign --verify --deep --strict "$app"
else
    echo "NOT SIGNED (OCRWATCH_CODESIGN_IDENTITY is not set): $app"
fi

mkdir -p "$work/image"
cp -R "$app" "$work/image/"
ln -s /Applications "$work/image/Applications"
image=$out/ocrwatch-$version-$(uname -m).dmg
rm -f "$image"
hdiutil create -quiet -volname ocrwatch -srcfolder "$work/image" -format UDZO "$image"
if [ -n "$identity" ]; then
    codesign --force --timestamp --sign "$identity" "$image"
fi
if [ -n "$identity" ] && [ -n "$profile" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$profile" --wait
    xcrun stapler staple "$image"
else
    echo "NOT NOTARISED (it needs OCRWATCH_CODESIGN_IDENTITY and OCRWATCH_NOTARY_PROFILE): $image"
fi
"$python" -m installer.common.hashes "$out"
