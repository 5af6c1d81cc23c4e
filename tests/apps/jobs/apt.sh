# SPDX-License-Identifier: MIT
# apt.sh - packages made with dpkg-deb, a repository of theirs, apt-get update, install, upgrade, remove
clean() { rm -rf /var/lib/dpkg /var/lib/apt /var/cache/apt /etc/apt/sources.list /usr/bin/greet /usr/share/greeting /var/log/apt /var/log/dpkg.log; }
clean
export DEBIAN_FRONTEND=noninteractive
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /var/lib/apt/lists/partial /var/cache/apt/archives/partial /etc/apt/preferences.d /var/log/apt repository
touch /var/lib/dpkg/status
package() { # package NAME VERSION DEPENDS FILE TEXT
    mkdir -p "tree/DEBIAN" "tree/$(dirname "$4")"; printf '%s\n' "$5" > "tree/$4"; chmod 755 "tree/$4"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: A Tester <a@example.org>\nDescription: a test\n%s' "$1" "$2" "${3:+Depends: $3
}" > tree/DEBIAN/control
    printf '#!/bin/sh\necho "%s %s: $1"\n' "$1" "$2" | tee tree/DEBIAN/postinst > tree/DEBIAN/prerm; chmod 755 tree/DEBIAN/p*
    dpkg-deb --root-owner-group -b tree "repository/$1_$2.deb" > /dev/null; rm -rf tree
    { dpkg-deb -f "repository/$1_$2.deb"; echo "Filename: ./$1_$2.deb"; echo "Size: $(stat -c %s "repository/$1_$2.deb")"
      echo "SHA256: $(sha256sum < "repository/$1_$2.deb" | cut -d' ' -f1)"; echo; } >> repository/Packages
}
package greeting 1 '' usr/share/greeting 'hello from a package'
package greet 1 greeting usr/bin/greet '#!/bin/sh
cat /usr/share/greeting'
echo "deb [trusted=yes] copy:$PWD/repository ./" > /etc/apt/sources.list
apt() { apt-get -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 -o Acquire::Languages=none "$@" 2>&1 | grep -vE '^(Get|Fetched|Reading|Building|Preconfiguring|debconf|Need|After|Extracting|\(Reading|Preparing|Ign|Hit|Err:[0-9]+ copy:.* Packages$|  Failed to stat)'; echo "apt-get $1: ${PIPESTATUS[0]}"; }
apt update
apt-cache policy greet | head -3
apt -y install greet; greet; dpkg -l greet greeting | grep ^ii | tr -s ' '; dpkg -L greet | tail -1; dpkg -S /usr/bin/greet; dpkg -V greet; echo "verified: $?"
package greeting 2 '' usr/share/greeting 'hello again'
apt update; apt -y upgrade; greet
apt -y install no-such-package
apt -y --purge remove greeting; ls /usr/bin/greet /usr/share/greeting 2>&1; dpkg -l | grep -c ^ii
clean
