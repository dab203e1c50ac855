# SPDX-License-Identifier: MIT
# Sourced by the commands beside it, in the repository's top folder: everything a fresh Debian 12 needs to build
# and test evmmem. Says what it does on standard error, and nothing when there is nothing to do. Of two calls at
# the same time one waits for the other (the descriptors 9 below).
#
# Nothing is asked. EVMMEM_INSTALL=no forbids to install: what is missing is then said, and the exit code is 69.

# What building the program wants, and what the tests and scripts want besides. A caller that wants other packages, or
# fewer, sets `packages` before install_missing.
tool_packages="g++ meson ninja-build pkgconf python3
    libsimdjson-dev libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libtomlplusplus-dev
    libcrypto++-dev libgmp-dev libsecp256k1-dev libssl-dev zlib1g-dev libzstd-dev
    liblzma-dev libbz2-dev libarchive-dev libbenchmark-dev"
test_packages="doctest-dev libbotan-2-dev zstd xz-utils bzip2 cmake dpkg-dev python3-jsonschema"
: "${packages:=$tool_packages $test_packages}"

# EX_UNAVAILABLE of sysexits.h; evmmem itself never ends with it.
exit_not_installed=69

say() { echo "evmmem: $*" >&2; }

# Runs a command silently; shows what it said only when it fails.
quietly() {
    quiet_log=$(mktemp)
    if "$@" >"$quiet_log" 2>&1; then
        rm -f "$quiet_log"
    else
        cat "$quiet_log" >&2
        rm -f "$quiet_log"
        return 1
    fi
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "cannot install: neither root nor sudo. As root, run: $*"
        return 1
    fi
}

missing_packages() {
    # dpkg-query fails for packages that it has never heard of, and that is an answer, too.
    # shellcheck disable=SC2086
    installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' $packages 2>/dev/null |
        sed -n 's/^installed //p')
    for package in $packages; do
        echo "$installed" | grep -qxF "$package" || printf '%s ' "$package"
    done
}

# Installs the packages given, after saying by name what that brings. Fails where the package lists are absent, or too
# old to fetch by.
install_by_name() {
    plan=$(LC_ALL=C apt-get install --simulate -q --no-install-recommends "$@" 2>/dev/null) || return 1
    say "installing with apt-get (EVMMEM_INSTALL=no forbids it): $*"
    others=$(echo "$plan" | sed -n 's/^Inst \([^ ]*\).*/\1/p' | grep -vxF "$(printf '%s\n' "$@")" | tr '\n' ' ') || true
    [ -z "$others" ] || say "with what these need: $others"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >"$apt_log" 2>&1
}

# Installs what is missing. On a system without apt-get, the build says what it does not find.
install_missing() {
    case ${EVMMEM_INSTALL-yes} in
    yes | no) ;;
    *) say "EVMMEM_INSTALL is '$EVMMEM_INSTALL'; it can be yes or no" && return 2 ;;
    esac
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 0
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if [ "${EVMMEM_INSTALL-yes}" = no ]; then
        say "missing, and not installed, as EVMMEM_INSTALL=no forbids it: $missing"
        say "as root, run: apt-get install --no-install-recommends $missing"
        return $exit_not_installed
    fi
    apt_log=$(mktemp)
    # shellcheck disable=SC2086
    if ! install_by_name $missing; then
        say "updating the package lists first"
        quietly as_root apt-get update -q
        install_by_name $missing || { cat "$apt_log" >&2 && rm -f "$apt_log" && return 1; }
    fi
    rm -f "$apt_log"
}

# Configures the build directory $1; further arguments are Meson's. One that is configured gets the switches given,
# -DNAME=true or false, where it has others; the rest of it stays as it is.
configure() {
    (
        flock 9
        directory=$1
        if [ ! -f "$directory/build.ninja" ]; then
            say "configuring $directory"
            quietly meson setup "$@"
            exit
        fi
        for argument in "$@"; do
            case $argument in -D*=true | -D*=false) ;; *) continue ;; esac
            name=${argument#-D}
            name=${name%=*}
            if grep -q "\"name\": \"$name\", \"value\": ${argument##*=}[,}]" "$directory/meson-info/intro-buildoptions.json"; then
                continue
            fi
            say "configuring $directory with $argument"
            quietly meson setup --reconfigure "$directory" "$argument"
        done
    ) 9<.
}

# Builds targets in the directory $1.
build() {
    (
        flock 9
        directory=$1
        shift
        if ninja -C "$directory" -n "$@" 2>/dev/null | grep -q 'no work to do'; then exit 0; fi
        say "building $directory"
        quietly ninja -C "$directory" "$@"
    ) 9<.
}
