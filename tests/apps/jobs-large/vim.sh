# SPDX-License-Identifier: MIT
# vim.sh - an editor that nobody looks at
seq 20 > file; vim.tiny -es -u NONE -c '%s/1\(.\)/<\1>/' -c '5,8d' -c 'normal Gonew' -c wq file; echo "vim: $?"; cat file
