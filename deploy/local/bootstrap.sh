#!/bin/sh
# Installs what this machine lacks (Python with venv, PostgreSQL's and RabbitMQ's binaries; starts none of them) and makes
# .venv in the folder that it is called in. WITH_OCR=1 installs tesseract too, which reads sheets that are pictures;
# WITH_NODE=1 Node.js with npm, WITH_BROWSER=1 Chromium and WITH_PROXIES=1 nginx and Caddy, which only tests need.
set -eu

any_of() { for found in "$@"; do [ -x "$found" ] && return 0; done; return 1; }

# A Python that can make a virtual environment: the newest name first, because python3 may be an old one.
python() {
    for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return 0
        fi
    done
    return 1
}
has_venv() { .venv/bin/python -c 'import pip' 2>/dev/null; }
has_python() { has_venv || python >/dev/null; }
has_postgresql() {
    any_of /usr/lib/postgresql/*/bin/postgres /opt/homebrew/opt/postgresql@*/bin/postgres \
        /usr/local/opt/postgresql@*/bin/postgres || command -v postgres >/dev/null 2>&1
}
has_rabbitmq() {
    any_of /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server \
        /opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server /usr/local/opt/rabbitmq/sbin/rabbitmq-server
}
has_tesseract() { [ -z "${WITH_OCR:-}" ] || command -v tesseract >/dev/null 2>&1; }
has_node() {
    [ -z "${WITH_NODE:-}" ] ||
        { command -v npm && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; } >/dev/null 2>&1
}
has_nginx() { [ -z "${WITH_PROXIES:-}" ] || any_of /usr/sbin/nginx || command -v nginx >/dev/null 2>&1; }
has_caddy() { [ -z "${WITH_PROXIES:-}" ] || command -v caddy >/dev/null 2>&1; }
has_browser() { [ -z "${WITH_BROWSER:-}" ] || command -v chromium >/dev/null 2>&1; }
lacking() {
    for part in python postgresql rabbitmq tesseract node browser nginx caddy; do
        "has_$part" || echo "$part"
    done
}

apt_install() {
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || give_up
        as_root="sudo"
    fi
    echo "installing $* (with apt)" >&2
    # Debian starts what it installs, now and whenever the machine does, and makes a cluster of its own: the former is
    # refused for this call, the latter by PostgreSQL's own setting for it.
    $as_root env DEBIAN_FRONTEND=noninteractive sh -eu -c '
        made=""
        trap "rm -f \$made" EXIT
        trap "exit 130" INT TERM HUP
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            made="$policy"
            printf "#!/bin/sh\nexit 101\n" > "$policy"
            chmod +x "$policy"
        fi
        presets=/run/systemd/system-preset
        mkdir -p "$presets"
        made="$made $presets/00-heatstream.preset"
        printf "disable %s\n" postgresql.service rabbitmq-server.service epmd.service epmd.socket nginx.service \
            caddy.service > "$presets/00-heatstream.preset"
        cluster=/etc/postgresql-common/createcluster.conf
        if [ ! -e "$cluster" ]; then
            mkdir -p "${cluster%/*}"
            echo "create_main_cluster = false" > "$cluster"
        fi
        log=$(mktemp)
        made="$made $log"
        if ! { apt-get -q update || :; apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold \
            install "$@"; } >"$log" 2>&1 </dev/null; then
            tail -n 20 "$log" >&2
            exit 1
        fi
    ' sh "$@" || give_up
}

brew_install() {
    echo "installing $* (with Homebrew)" >&2
    brew install --quiet "$@" >&2 || give_up
}

give_up() {
    echo "heatstream: this machine lacks: $(lacking | tr '\n' ' ')" >&2
    echo "Please install them and run this again: Python >= 3.11 with venv, PostgreSQL >= 14 (the server)," >&2
    echo "RabbitMQ >= 3.10; for tests Node.js >= 18 with npm, Chromium, nginx and Caddy." >&2
    echo "Debian's packages: python3 python3-venv postgresql rabbitmq-server, for tests nodejs npm chromium nginx caddy." >&2
    echo "It is done here by itself where apt-get (as root or with sudo) or Homebrew can do it." >&2
    exit 1
}

install_lacking() {
    packages=""
    for part in $(lacking); do
        case "$1:$part" in
            apt:python) packages="$packages python3 python3-venv" ;;
            apt:postgresql) packages="$packages postgresql" ;;
            apt:rabbitmq) packages="$packages rabbitmq-server" ;;
            apt:tesseract) packages="$packages tesseract-ocr" ;;
            apt:node) packages="$packages nodejs npm" ;;
            apt:browser) packages="$packages chromium" ;;
            *:nginx | *:caddy) packages="$packages $part" ;;
            brew:python) packages="$packages python@3.13" ;;
            brew:postgresql) packages="$packages postgresql@17" ;;
            brew:rabbitmq) packages="$packages rabbitmq" ;;
            brew:tesseract) packages="$packages tesseract" ;;
            brew:node) packages="$packages node" ;;
            brew:browser) packages="$packages chromium" ;;
        esac
    done
    # shellcheck disable=SC2086 - a list of words
    "$1_install" $packages
    [ -z "$(lacking)" ] || give_up
}

if [ -n "$(lacking)" ]; then
    if command -v apt-get >/dev/null 2>&1; then
        install_lacking apt
    elif command -v brew >/dev/null 2>&1; then
        install_lacking brew
    else
        give_up
    fi
fi
if ! has_venv; then
    rm -rf .venv
    "$(python)" -m venv .venv
fi
