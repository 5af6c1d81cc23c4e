# SPDX-License-Identifier: MIT
# tmux.sh - a server, a session with two panes, keys and what they show
export TERM=xterm LC_ALL=C.UTF-8 TMUX_TMPDIR=$PWD
tmux -f /dev/null new-session -d -x 80 -y 24 'bash --norc'
tmux split-window 'bash --norc'
tmux send-keys 'echo in $((6*7))' Enter
for _ in $(seq 200); do tmux capture-pane -p | grep -q '^in 42' && break; sleep 0.1; done
tmux capture-pane -p | grep '^in'; tmux list-panes -F '#{pane_width}x#{pane_height}'
tmux kill-server; echo "tmux: $?"
