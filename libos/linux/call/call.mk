# SPDX-License-Identifier: MIT
# The list of Linux calls for people, from the tables. Included by linux.mk.
LINUX_DEFS := $(addprefix libos/linux/call/,none.def mm_proc.def fs.def misc.def ipc.def)

.PHONY: linux-calls linux-calls-check
linux-calls: ## docs/linux-calls.md from the call tables of the Linux LibOS
	$(Q)awk -f libos/linux/call/document.awk $(LINUX_DEFS) > docs/linux-calls.md

linux-calls-check: ## is docs/linux-calls.md what the tables say?
	$(Q)awk -f libos/linux/call/document.awk $(LINUX_DEFS) | diff -u docs/linux-calls.md - || \
	  { echo "docs/linux-calls.md is stale: run make linux-calls"; exit 1; }
