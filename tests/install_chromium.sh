#!/usr/bin/env bash
# Makes sure that the browser tests find a Chromium: Debian's own package, elsewhere the one that Playwright brings.
set -euo pipefail

PY=${PY:-python}

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then
        exit 0
    fi
done

as_root=()
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then
    as_root=(sudo -n)
fi

# Ubuntu's package of that name is a snap, which containers cannot run.
if grep -qs '^ID=debian$' /etc/os-release; then
    if "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium; then
        exit 0
    fi
    echo "Chromium could not be installed with apt-get; trying Playwright's own." >&2
fi

"$PY" -m playwright install chromium
