# SPDX-License-Identifier: MIT
# packages.sh - cases about roots made of Debian packages; they use this machine's apt sources. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC1007,SC2015,SC2054,SC1003,SC2010,SC2012

package() { run_tool run "${options[@]}" --kernel "$lorica" --libos "$lorica" "$@"; }

package_default() {
    package x members exit:0 done
    is status "$status" 0 && has progress "$err" 'lorica: fetching ' && has bash "$out" 'usr/bin/bash mode=100755' &&
        has merged "$out" 'bin mode=120777' && has tmp "$out" 'tmp mode=41777' && has busybox "$out" 'usr/bin/busybox mode=100755' &&
        has awk "$out" 'usr/bin/awk mode=120777' && has sh "$out" 'usr/bin/sh mode=120777' && has passwd "$out" 'etc/passwd mode=100644' &&
        has shells "$out" 'etc/shells mode=100644' &&
        hasnt pruned "$out" 'usr/share/man' && hasnt dpkg "$out" 'usr/bin/dpkg' || return 1
    is 'files not on a page boundary' "$(grep ' mode=10' "$work/out" | grep -v ' size=0 ' | grep -v ' offset=0$')" ''
}
package_second() { # no apt, no unpacking: a second run works without both
    mkdir -p "$work/noapt"
    printf '#!/bin/sh\necho used >> %s/apt.used\nexit 1\n' "$work" > "$work/noapt/apt-get"
    chmod +x "$work/noapt/apt-get"
    PATH=$work/noapt:$PATH package x exit:0 done
    is status "$status" 0 && is messages "$err" '' && is 'apt used' "$(cat "$work/apt.used" 2> /dev/null)" ''
}
package_unknown() {
    local before
    before=$(ls "$work/cache/lorica")
    package --package no-such-package-xyz x
    is status "$status" 125 && has message "$err" 'package no-such-package-xyz: not found' && is cache "$(ls "$work/cache/lorica")" "$before" &&
        is messages "$(grep -c 'not found' "$work/err")" 1
}
package_virtual() { package --package mail-transport-agent x; is status "$status" 125 && has message "$err" 'package mail-transport-agent: no such package'; }
package_added() {
    package --no-scripts --package lua5.4 x members exit:0 done
    is status "$status" 0 && has lua "$out" 'usr/bin/lua5.4 mode=100755' && has bash "$out" 'usr/bin/bash'
}
package_scripts_fail() { # a machine that does not run them: one message, the way round it, no root
    local before
    before=$(ls "$work/cache/lorica")
    package --package lua5.4 x members exit:0 done
    is status "$status" 125 && has message "$err" 'the installation scripts could not be run' && has remedy "$err" '--no-scripts' &&
        is roots "$(ls "$work/cache/lorica" | grep -v '\.log$')" "$before"
}
package_fetch_fails() { # nothing to fetch from: one message, no half root
    mkdir -p "$work/etc"
    XDG_CACHE_HOME=$work/cache2 PATH=$work/noapt:$PATH package x
    is status "$status" 125 && has message "$err" 'cannot fetch the package index' && has remedy "$err" '--root' &&
        is 'roots' "$(find "$work/cache2" -name '*.cpio*')" ''
}
package_two_at_once() {
    (XDG_CACHE_HOME=$work/cache3 XDG_STATE_HOME=$work/state3 "$lorica" run --kernel "$lorica" --libos "$lorica" x exit:0 done \
        < /dev/null > "$work/out3" 2> "$work/err3"; echo $? > "$work/s3") &
    local other=$!
    XDG_CACHE_HOME=$work/cache3 package x exit:0 done
    wait "$other"
    is 'first status' "$status" 0 && is 'second status' "$(cat "$work/s3")" 0 &&
        is 'roots made' "$(cat "$work/err" "$work/err3" | grep -c 'fetching .* packages')" 1 &&
        is 'files' "$(cd "$work/cache3/lorica" && ls | grep -c 'root-')" 2
}
package_damaged() { # a damaged file in the cache is found, not booted
    local root
    root=$(ls "$work"/cache3/lorica/root-*.cpio)
    printf 'garbage' | dd of="$root" conv=notrunc 2> /dev/null
    XDG_CACHE_HOME=$work/cache3 package "$work/cwd/stat" exit:0 done
    is status "$status" 125 && has message "$err" 'damaged'
}

check 'packages: the default root' package_default
check 'packages: a second run takes the cache, without apt' package_second
check 'packages: unknown, cache untouched' package_unknown
check 'packages: virtual' package_virtual
check 'packages: one more' package_added
check 'packages: installation scripts that cannot run' package_scripts_fail
check 'packages: nothing to fetch from' package_fetch_fails
check 'packages: two runs at once make one root' package_two_at_once
check 'packages: damaged cache' package_damaged
