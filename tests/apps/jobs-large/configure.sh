# SPDX-License-Identifier: MIT
# configure.sh - GNU hello from its source: configure, make, the program, and its own tests
[ -e /jobs/hello.tar.gz ] || { echo "only in the full run"; exit; }
tar xzf /jobs/hello.tar.gz && cd hello-* || exit 1
export CONFIG_SHELL=/bin/bash
./configure --disable-nls --disable-dependency-tracking > configure.log 2>&1 || { tail configure.log; exit 1; }
grep -E '^checking (for gcc|whether the C compiler works|size|for (working|inline|threads))' configure.log
make -j2 > make.log 2>&1 || { tail make.log; exit 1; }
./hello; ./hello -t; ./hello -g 'built inside'; ./hello --version | head -1; ./hello --none 2>&1 | head -1
md5sum < config.h
make check > check.log 2>&1; echo "check: $?"; grep -E "^# (TOTAL|PASS|FAIL|ERROR)" check.log
make install DESTDIR="$PWD/installed" > install.log 2>&1; echo "install: $?"; ls installed/usr/local/bin
