# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For integration tests, after scheduler.sh: a PostgreSQL of the test's own on a socket in its directory.
#
#   postgres_start    returns 1 where there is no PostgreSQL; else $postgres is an ODBC connection string
#   postgres_stop

postgres=
postgres_programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)

# It refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=nobody --regid=nogroup --clear-groups -- env HOME="$S/pg" "$@"
    else
        "$@"
    fi
}

postgres_start() {
    [ -n "$postgres_programs" ] && grep -q '^\[PostgreSQL Unicode\]' /etc/odbcinst.ini 2>/dev/null || return 1
    mkdir "$S/pg"
    echo geheim >"$S/pg/password"
    [ "$(id -u)" != 0 ] || {
        chmod 711 "$S"
        chown -R nobody:nogroup "$S/pg"
    }
    as_postgres "$postgres_programs/initdb" -D "$S/pg/data" -U test -A scram-sha-256 --pwfile="$S/pg/password" -N -E UTF8 \
        --locale=C.UTF-8 >"$S/pg.log" 2>&1 &&
        as_postgres "$postgres_programs/pg_ctl" -w -t 180 -D "$S/pg/data" -l "$S/pg/log" \
            -o "-c listen_addresses='' -k '$S/pg' -c fsync=off -c max_connections=20" start >>"$S/pg.log" 2>&1 || {
        echo "PostgreSQL does not start:"
        cat "$S/pg.log" "$S/pg/log"
        exit 1
    }
    postgres="Driver=PostgreSQL Unicode;Server=$S/pg;Port=5432;Database=postgres;UID=test;PWD=geheim"
}

postgres_stop() {
    [ ! -e "$S/pg/data/postmaster.pid" ] ||
        as_postgres "$postgres_programs/pg_ctl" -w -m immediate -D "$S/pg/data" stop >>"$S/pg.log" 2>&1
}
