#!/bin/sh
# Finds any Python from 3.8 that really starts and lets it do the rest: start.sh run|dev|uv
# A name on PATH proves nothing (a version manager's stand-in may exist and fail), so each is tried.
set -eu

folder=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

starts() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1
}

uv_python() {
    for uv in uv "${HOME:-}/.local/bin/uv"; do
        "$uv" python find --no-python-downloads '>=3.11' 2>/dev/null && return
    done
    echo none
}

launch() {
    cd "$folder"
    exec "$python" -E -B -m hereabouts_bootstrap "$@"
}

for python in \
    "$folder/../.venv/bin/python" python3 python python3.13 python3.12 python3.14 python3.11 \
    /usr/bin/python3 /usr/local/bin/python3 "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/*/bin/python3; do
    if starts "$python"; then launch "$@"; fi
done
python=$(uv_python)
if starts "$python"; then launch "$@"; fi

echo "Hereabouts needs Python 3.11 or newer (3.13 at best), and no Python starts here." >&2
echo "Debian and Ubuntu: apt install python3. With uv: uv python install 3.13. Then run make again." >&2
exit 1
