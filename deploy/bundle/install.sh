#!/bin/sh
# Installs Quanheng out of this bundle, or upgrades what stands in FOLDER: no root, no compiler, no network.
# docs/intranet.md (here under app/) tells it step by step.
set -eu
umask 077

usage() {
    echo "usage: ./install.sh [--python PYTHON] FOLDER"
    echo "  FOLDER    where Quanheng lives; a second time: it is upgraded there, after a backup"
    echo "  PYTHON    which Python to use; not needed where the bundle brings one"
    exit "$1"
}
refuse() { echo "install.sh: $*" >&2; exit 1; }
say() { echo "$*"; }

python=""
target=""
while [ $# -gt 0 ]; do
    case $1 in
        --python) [ $# -ge 2 ] || usage 2; python=$2; shift 2 ;;
        -h | --help) usage 0 ;;
        -*) usage 2 ;;
        *) [ -z "$target" ] || usage 2; target=$1; shift ;;
    esac
done
[ -n "$target" ] || usage 2

bundle=$(cd "$(dirname "$0")" && pwd)
VERSION="" COMMIT="" MACHINE="" PYTHON_MINOR="" GLIBC=""
. "$bundle/RELEASE"

# --- may it be? ---
[ "$(uname -m)" = "$MACHINE" ] || refuse "this bundle is for $MACHINE, and this machine is $(uname -m). Take the other one."
(cd "$bundle" && sha256sum -c SHA256SUMS >/dev/null 2>&1) || {
    (cd "$bundle" && sha256sum -c SHA256SUMS 2>/dev/null | grep -v ': OK$' | head -n 5 >&2) || true
    refuse "the bundle is damaged: these files are not what was packed. Carry it over again."
}
mkdir -p "$target"
target=$(cd "$target" && pwd)
release=$target/releases/$VERSION-$(echo "$COMMIT" | cut -c1-12)
env_file=$target/quanheng.env
old=""
[ ! -L "$target/current" ] || old=$(readlink "$target/current")
[ "$old" != "$release" ] || { say "Version $VERSION ($COMMIT) is installed in $target already."; exit 0; }
if [ -n "$old" ] && "$old/venv/bin/python" "$bundle/app/deploy/bundle/launch.py" "$env_file" "$old/app" :running; then
    refuse "Quanheng is running here: stop it, then come again. (It would go on with the old program over new tables.)"
fi
[ ! -e "$release" ] || rm -rf "$release"

# --- from here on a failure leaves everything as it was ---
backup=""
migrating=""
finished=""
undo() {
    status=$?
    [ -z "$finished" ] || exit 0
    trap - EXIT
    if [ -n "$migrating" ] && [ -n "$old" ]; then
        say "Going back to the database of before ..." >&2
        "$old/venv/bin/python" "$release/app/deploy/bundle/launch.py" "$env_file" "$old/app" :put-back "$backup" >&2 || true
    fi
    rm -rf "$release"
    [ -z "$old" ] || echo "install.sh: nothing was upgraded; $(basename "$old") is still installed." >&2
    [ "$status" -ne 0 ] || status=1
    exit "$status"
}
trap undo EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$release"
if [ -z "$python" ] && [ -f "$bundle/python.tar.gz" ]; then
    say "Unpacking the Python of the bundle ..."
    tar -xzf "$bundle/python.tar.gz" -C "$release"
    python=$release/python/bin/python3
fi
[ -n "$python" ] || python=python$PYTHON_MINOR
command -v "$python" >/dev/null 2>&1 || refuse "there is no $python here. Name a Python $PYTHON_MINOR with --python."
"$python" -c "import sys; sys.exit(not (sys.version_info[:2] == tuple(map(int, '$PYTHON_MINOR'.split('.'))) and sys.version_info >= (3, 11, 3)))" ||
    refuse "$python is $("$python" -V 2>&1): this bundle needs Python $PYTHON_MINOR (3.11.3 or newer). Name one with --python."
"$python" -c 'import ensurepip, sqlite3, ssl, venv' 2>/dev/null ||
    refuse "$python lacks venv, ensurepip, sqlite3 or ssl. Install the rest of it (python3-venv, python3-libs), or name another."
"$python" -c "
import os, sys
try:
    here = os.confstr('CS_GNU_LIBC_VERSION').split()[1]
except (AttributeError, ValueError, OSError):
    sys.exit(1)
sys.exit(tuple(map(int, here.split('.')[:2])) < tuple(map(int, '$GLIBC'.split('.'))))" ||
    refuse "the packages need glibc $GLIBC or newer, and this system has an older one or none."

say "Installing the packages ..."
"$python" -m venv "$release/venv"
"$release/venv/bin/python" -m pip --isolated --disable-pip-version-check --quiet install --no-index \
    --find-links "$bundle/wheels" --require-hashes --requirement "$bundle/app/requirements.txt"
cp -R "$bundle/app" "$release/app"
"$release/venv/bin/python" -m compileall -q "$release/app" || true

if [ ! -e "$env_file" ]; then
    sed -e 's|^SITE_URL=.*|SITE_URL=http://127.0.0.1:8000/|' -e "s|^DATA_DIR=.*|DATA_DIR=$target/data|" \
        -e 's|^TRUSTED_PROXY=.*|TRUSTED_PROXY=|' -e 's|^DATABASE_URL=.*|DATABASE_URL=|' -e 's|^REDIS_URL=.*|REDIS_URL=|' \
        "$bundle/app/deploy/quanheng.env.example" >"$env_file.new"
    mv "$env_file.new" "$env_file"
    say "Wrote $env_file: set SITE_URL there to the address that people will use."
fi
manage() { "$release/venv/bin/python" "$release/app/deploy/bundle/launch.py" "$env_file" "$release/app" "$@"; }

if [ -n "$old" ]; then
    say "Backing up ..."
    mkdir -p "$target/backups"
    "$old/venv/bin/python" "$release/app/deploy/bundle/launch.py" "$env_file" "$old/app" backup "$target/backups" >"$release/backup.txt"
    backup=$(sed -n 's/^\(.*\.zip\) is whole: .*/\1/p' "$release/backup.txt")
    [ -f "$backup" ] || refuse "the backup could not be made; see what it said above."
    say "Backed up to $backup."
    migrating=yes
fi
say "Preparing the database ..."
manage migrate --verbosity 0
manage check
manage :static "$bundle/static"

cat >"$target/quanheng.new" <<'RUN'
#!/bin/sh
# Any command of Quanheng, with the variables of quanheng.env: ./quanheng run --no-demo, ./quanheng backup FOLDER, ...
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/current/venv/bin/python" "$here/current/app/deploy/bundle/launch.py" "$here/quanheng.env" "$here/current/app" "$@"
RUN
chmod 700 "$target/quanheng.new"
mv "$target/quanheng.new" "$target/quanheng"
rm -f "$target/current.new"
ln -s "$release" "$target/current.new"
"$release/venv/bin/python" -c 'import os, sys; os.replace(sys.argv[1], sys.argv[2])' "$target/current.new" "$target/current"
finished=yes
say "Quanheng $VERSION is installed in $target."
[ -z "$old" ] || say "The version before stays in $old until you remove it."
say "Start it with: $target/quanheng run --no-demo"
