#!/bin/sh
# Installs what this machine lacks: Python with venv, PostgreSQL's and RabbitMQ's binaries. Starts none of them.
set -eu

PACKAGES=""

have_file() { for found in "$@"; do [ -x "$found" ] && return 0; done; return 1; }

python_is_fine() {
    command -v python3 >/dev/null 2>&1 &&
        python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}
postgres_is_there() {
    have_file /usr/lib/postgresql/*/bin/postgres /opt/homebrew/opt/postgresql@*/bin/postgres \
        /usr/local/opt/postgresql@*/bin/postgres || command -v postgres >/dev/null 2>&1
}
rabbitmq_is_there() {
    have_file /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server /opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server \
        /usr/local/opt/rabbitmq/sbin/rabbitmq-server || command -v rabbitmq-server >/dev/null 2>&1
}

apt_install() {
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || give_up
        as_root="sudo"
    fi
    echo "installing $* (with apt)" >&2
    # Debian starts what it installs and makes a cluster of its own; both are refused for this call only.
    $as_root sh -eu -c '
        policy=/usr/sbin/policy-rc.d
        cluster=/etc/postgresql-common/createcluster.conf
        if [ ! -e "$policy" ]; then
            printf "#!/bin/sh\nexit 101\n" > "$policy"; chmod +x "$policy"
            trap "rm -f $policy" EXIT
        fi
        if [ ! -e "$cluster" ]; then
            mkdir -p "$(dirname "$cluster")"; echo "create_main_cluster = false" > "$cluster"
        fi
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update
        apt-get -qq -y --no-install-recommends -o Dpkg::Options::=--force-confold install "$@" >/dev/null
    ' sh "$@"
}

give_up() {
    echo "Please install these and run it again: Python >= 3.11 with venv, PostgreSQL >= 14 (server)," >&2
    echo "RabbitMQ >= 3.10. On Debian they are the packages python3-venv postgresql rabbitmq-server;" >&2
    echo "here neither apt-get (as root or with sudo) nor Homebrew can be used." >&2
    exit 1
}

python_is_fine || PACKAGES="$PACKAGES python"
postgres_is_there || PACKAGES="$PACKAGES postgresql"
rabbitmq_is_there || PACKAGES="$PACKAGES rabbitmq"
[ -z "$PACKAGES" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
    set --
    for package in $PACKAGES; do
        case $package in
            python) set -- "$@" python3 python3-venv ;;
            postgresql) set -- "$@" postgresql ;;
            rabbitmq) set -- "$@" rabbitmq-server ;;
        esac
    done
    apt_install "$@"
elif command -v brew >/dev/null 2>&1; then
    for package in $PACKAGES; do
        case $package in
            python) brew install python@3.12 ;;
            postgresql) brew install postgresql@16 ;;
            rabbitmq) brew install rabbitmq ;;
        esac
    done
else
    give_up
fi

python_is_fine && postgres_is_there && rabbitmq_is_there || give_up
