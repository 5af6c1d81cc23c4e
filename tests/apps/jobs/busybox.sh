# SPDX-License-Identifier: MIT
# busybox.sh - the static multi-call binary: shell, tools, an archive, checksums
bb=/bin/busybox
$bb sh -c 'for i in 1 2 3; do echo "line $i"; done | /bin/busybox tac'
$bb seq 1 3000 > numbers
$bb awk '{ s += $1; if ($1 % 7 == 0) n++ } END { print s, n }' numbers
$bb sort -rn numbers | $bb head -n 3
$bb sha256sum numbers; $bb md5sum numbers; $bb wc numbers
$bb gzip -c numbers > numbers.gz; $bb zcat numbers.gz | $bb cmp - numbers && echo "gzip round trip"
$bb mkdir -p tree/a/b; $bb cp numbers tree/a/b/; $bb ln -s a/b/numbers tree/link
$bb tar czf tree.tgz tree; $bb rm -r tree; $bb tar xzf tree.tgz; $bb find tree | $bb sort
$bb dd if=numbers of=part bs=100 skip=2 count=3 2>/dev/null; $bb od -c part | $bb head -n 3
$bb diff -u numbers part | $bb head -n 5 | $bb tail -n 3
$bb vi --help > /dev/null 2>&1; echo "vi --help: $?"
$bb nosuchapplet; echo "unknown applet: $?"
