# SPDX-License-Identifier: MIT
# go.sh - a program of Go's own compiler (go.go): goroutines, a web server and its clients, garbage, signals, a child
[ -x /jobs/go-program ] || { echo "no Go compiler on this machine"; exit; }
/jobs/go-program; echo "go: $?"
GOMAXPROCS=1 /jobs/go-program; echo "go, one processor: $?"
