#!/usr/bin/env bash
# Gets Debian's PostgreSQL server for the tests of the run store; where that cannot be, they say so and skip.
set -euo pipefail

if command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then
    as_root=(sudo -n)
fi

if command -v apt-get >/dev/null; then
    # The tests start a server of their own; the package's would only be in the way.
    if "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" mkdir -p /etc/postgresql-common &&
        echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null &&
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql; then
        exit 0
    fi
fi
echo "PostgreSQL could not be installed; the tests that need it will be skipped." >&2
