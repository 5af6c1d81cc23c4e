# SPDX-License-Identifier: MIT
# git.sh - a history of 200 commits (1,000 in the full run), branches, a merge, packing, and a clone of it
export HOME=$PWD GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z
git config --global user.name tester; git config --global user.email tester@example.org
git config --global init.defaultBranch main; git config --global gc.auto 0
commits=200; [ -z "$FULL" ] || commits=1000
git init -q repository && cd repository
for i in $(seq $commits); do echo "line $i" >> file; git add file; git commit -qm "commit $i"; done
git checkout -q -b side HEAD~50; echo other > other; git add other; git commit -qm side
git checkout -q main; git merge -q -m merged side; git rev-parse HEAD; git log --oneline | wc -l
git gc -q; git fsck --full 2>&1 | grep -v '^notice'; git count-objects | sed 's/,.*//'
cd ..; git clone -q repository copy; cd copy; git log -1 --format=%H; git diff --stat HEAD~1 | tail -1; git grep -c 'line 1'
cd ..; git clone -q "file://$PWD/repository" piped; git -C piped rev-parse HEAD; git -C piped blame -s file | tail -1
