# SPDX-License-Identifier: MIT
# Sourced by the commands beside it, in the repository's top folder: everything a fresh Debian 12 needs to build
# and test evmmem. Says what it does on standard error, and nothing when there is nothing to do. Of two calls at
# the same time one waits for the other (the descriptors 9 below).

# What the build wants, and then what the tests and scripts want besides; unless the caller has said what it wants.
: "${packages:=g++ meson ninja-build pkgconf
    libsimdjson-dev libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libtomlplusplus-dev
    libcrypto++-dev libgmp-dev libsecp256k1-dev libssl-dev zlib1g-dev libzstd-dev
    liblzma-dev libbz2-dev libarchive-dev libbenchmark-dev doctest-dev libbotan-2-dev
    python3 zstd xz-utils bzip2 cmake}"

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

# Installs what is missing. On a system without apt-get, the build says what it does not find.
install_missing() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 0
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    say "installing with apt-get: $missing"
    # Package lists may be absent, or too old to fetch by: then, and only then, they are updated.
    # shellcheck disable=SC2086
    if ! as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1; then
        say "updating the package lists first"
        quietly as_root apt-get update -q
        quietly as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends $missing
    fi
}

# Configures the build directory $1 (further arguments are Meson's), unless it is configured.
configure() {
    (
        flock 9
        [ ! -f "$1/build.ninja" ] || exit 0
        say "configuring $1"
        quietly meson setup "$@"
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
