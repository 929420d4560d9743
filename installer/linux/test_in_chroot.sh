#!/usr/bin/env bash
# Installs dist/*.deb in a fresh Debian, runs it there as an ordinary user without any network, removes it, and looks for
# what it left: `installer/linux/test_in_chroot.sh [FILE.deb]`. Needs root, debootstrap, a Debian mirror as apt has one, and
# python3 for the look into the workbook.
set -euo pipefail
cd "$(dirname "$0")/../.."
deb=$(realpath "${1:-$(ls dist/ocrwatch*.deb)}")
version=$(python3 -m installer.common.project)
work=$(mktemp -d)
root=$work/root
trap 'rm -rf --one-file-system "$work"' EXIT
failures=0

say() { printf '%-62s %s\n' "$1" "$2"; }
check() { # what, command…
    local what=$1
    shift
    if "$@" >"$work/check.log" 2>&1; then say "$what" ok; else
        say "$what" FAILED
        sed 's/^/    /' "$work/check.log" | tail -20
        failures=$((failures + 1))
    fi
}
# In the new system, with processes and a network of its own: an empty one, without even loopback.
inside() {
    unshare --mount --pid --fork --net --kill-child sh -c '
        root=$1; shift
        mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && exec chroot "$root" "$@"' inside "$root" "$@"
}
as_anna() { inside su - anna -c "$1"; }

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)
suite=$(. /etc/os-release && printf %s "$VERSION_CODENAME")
debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; exit 1; }
inside useradd -m -s /bin/bash anna
snapshot() { # all but what every use of a Debian changes
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./home -o -path ./var/lib/dpkg -o -path ./var/log \
        -o -path ./var/cache -o -path ./tmp -o -path ./run \) -prune -o -print) | sort
}
snapshot >"$work/before"
cp "$deb" "$root/tmp/ocrwatch.deb"

check "installs, and needs nothing but what every Debian has" inside dpkg -i /tmp/ocrwatch.deb
check "tells its version" test "$(as_anna 'ocrwatch --version')" = "ocrwatch $version"
for file in usr/share/applications/ocrwatch.desktop usr/share/man/man1/ocrwatch.1.gz usr/share/doc/ocrwatch/copyright \
    usr/share/icons/hicolor/48x48/apps/ocrwatch.png usr/share/bash-completion/completions/ocrwatch \
    usr/share/zsh/vendor-completions/_ocrwatch usr/share/fish/vendor_completions.d/ocrwatch.fish; do
    check "has /$file" test -s "$root/$file"
done
check "its menu entry is valid" desktop-file-validate "$root/usr/share/applications/ocrwatch.desktop"
check "its metadata are valid" appstreamcli validate --no-net "$root/usr/share/metainfo/io.github.ocrwatch.ocrwatch.metainfo.xml"
check "its man page has no fault" sh -c "zcat '$root/usr/share/man/man1/ocrwatch.1.gz' | mandoc -Tlint -Wwarning"
program=$(sed -n 's/^Exec=//p' "$root/usr/share/applications/ocrwatch.desktop")
check "the menu entry names a program that is there" inside test -x "$program"

check "the demo runs for an ordinary user, without a network" as_anna 'ocrwatch demo'
check "its workbook has a row for each of the four scans" python3 installer/linux/rows.py "$root/home/anna/OCRWatch/Demo/Ledger.xlsx" 4
mkdir -p "$root/home/anna/OCRWatch/Receipts"
cp ocrwatch/samples/receipt-photo.jpg "$root/home/anna/OCRWatch/Receipts/scan.jpg"
chown -R anna: "$root/home/anna" 2>/dev/null || inside chown -R anna: /home/anna
check "started as at login, it reads a scan and ends when told" as_anna '
    '"$program"' --at-login & daemon=$!
    for _ in $(seq 300); do [ -e ~/OCRWatch/Receipts/done ] && ls ~/OCRWatch/Receipts/done/* >/dev/null 2>&1 && break; sleep 0.5; done
    ls ~/OCRWatch/Receipts/done/* && ocrwatch status && ocrwatch stop && wait $daemon'
check "starts at login when told, by a valid entry" as_anna 'ocrwatch autostart on && test -s ~/.config/autostart/ocrwatch.desktop'
check "that entry is valid" desktop-file-validate "$root/home/anna/.config/autostart/ocrwatch.desktop"
check "and no more when told so" as_anna 'ocrwatch autostart off && ! test -e ~/.config/autostart/ocrwatch.desktop'

check "is purged" inside dpkg --purge ocrwatch
snapshot >"$work/after"
check "and has left nothing" diff "$work/before" "$work/after"
check "but the user's workbook" test -s "$root/home/anna/OCRWatch/Demo/Ledger.xlsx"

printf '\n%s\n' "$([ "$failures" -eq 0 ] && echo "all is well" || echo "$failures failed")"
exit "$((failures > 0))"
