#!/bin/bash
# SPDX-License-Identifier: MIT
# all.sh - runs the named jobs inside the root, on Linux and on Lorica alike; says how each one ended.
export LC_ALL=C TZ=UTC0 HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin
cd /tmp || exit 99
for job; do
    echo ">> $job"
    mkdir "/tmp/$job" && cd "/tmp/$job" || exit 99
    timeout "$([ -n "$FULL" ] && echo 1800 || echo 280)" bash "/jobs/$job.sh" < /dev/null 2>&1
    echo "== $job status=$?"
    cd /tmp && rm -rf "/tmp/${job:?}"
done
echo "== end $#"
