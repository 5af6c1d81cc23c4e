# SPDX-License-Identifier: MIT
# diff.mk - builds the programs that are run on Linux and on Lorica, and their driver.
#
# Included by the top Makefile; `make -f tests/diff/diff.mk diff-programs` works alone.

DIFF_OUT      := build/tests/diff
DIFF_SOURCES  := $(sort $(wildcard tests/diff/programs/*.c))
DIFF_NAMES    := $(notdir $(DIFF_SOURCES:.c=))
# Those that are also built against glibc, dynamically: they exercise ld.so on Lorica.
DIFF_GLIBC    := exec_argv exec_env exec_auxv exec_bss file_getdents file_read_write \
                 mem_mmap_file_private pipe_basic proc_fork proc_posix_spawn proc_wait_statuses \
                 sig_handler_basic sig_longjmp sys_uname time_monotonic glibc_stdio glibc_dlopen \
                 glibc_locale_math thread_create thread_many thread_mutex thread_mutex_robust \
                 thread_mutex_robust_wait thread_mutex_pi thread_cond thread_barrier thread_sem \
                 thread_tls thread_cancel thread_kill thread_signal_process thread_sigwait thread_fault \
                 thread_fatal thread_stop thread_leader thread_exit_group thread_exec thread_fork thread_wait \
                 thread_timer thread_clocks thread_proc thread_spin thread_memory thread_vfork futex_hammer rewrite_low_mapping \
                 unix_connect_accept unix_rights unix_credentials unix_options
# The four -Wno: programs pass bad pointers and overflow their stacks on purpose.
DIFF_CFLAGS   := -std=gnu17 -D_GNU_SOURCE -O1 -g0 -fno-strict-aliasing -I. -Wall -Wextra -Wshadow \
                 -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef -Werror \
                 -Wno-stringop-overread -Wno-stringop-overflow -Wno-nonnull -Wno-infinite-recursion
DIFF_STATIC   := $(filter-out $(DIFF_OUT)/bin/glibc_%,$(DIFF_NAMES:%=$(DIFF_OUT)/bin/%))
DIFF_DYNAMIC  := $(patsubst %,$(DIFF_OUT)/bin/%-glibc,$(filter $(DIFF_GLIBC),$(DIFF_NAMES)))
MUSL_CC       ?= musl-gcc

# The kernel's own headers (linux-libc-dev) for structs that musl does not define, without glibc's beside them.
DIFF_UAPI     := $(DIFF_OUT)/uapi
$(DIFF_UAPI)/.made:
	@mkdir -p $(DIFF_UAPI)
	@ln -sfn /usr/include/linux $(DIFF_UAPI)/linux
	@ln -sfn /usr/include/asm-generic $(DIFF_UAPI)/asm-generic
	@ln -sfn /usr/include/x86_64-linux-gnu/asm $(DIFF_UAPI)/asm
	@touch $@

.PHONY: diff-programs diff-list diff-test script-test apps-test
diff-programs: $(DIFF_STATIC) $(DIFF_DYNAMIC) $(DIFF_OUT)/driver

# Their names, one a line: the directory may hold leftovers.
diff-list:
	@printf '%s\n' $(sort $(notdir $(DIFF_STATIC) $(DIFF_DYNAMIC)))

$(DIFF_OUT)/bin/%-glibc: tests/diff/programs/%.c tests/diff/diff.h tests/diff/inotify.h tests/diff/uring.h tests/diff/kinds.h tests/diff/paths.h tests/diff/signals.h tests/diff/limits.h tests/diff/clocks.h tests/diff/maps.h tests/diff/pointers.h tests/diff/diff.mk
	@mkdir -p $(@D)
	$(CC) $(DIFF_CFLAGS) -o $@ $< -lm

$(DIFF_OUT)/bin/%: tests/diff/programs/%.c tests/diff/diff.h tests/diff/inotify.h tests/diff/uring.h tests/diff/kinds.h tests/diff/paths.h tests/diff/signals.h tests/diff/limits.h tests/diff/clocks.h tests/diff/maps.h tests/diff/pointers.h tests/diff/diff.mk $(DIFF_UAPI)/.made
	@mkdir -p $(@D)
	$(MUSL_CC) -static $(DIFF_CFLAGS) -isystem $(DIFF_UAPI) -o $@ $<

$(DIFF_OUT)/driver: tests/diff/driver.c tests/diff/diff.mk
	@mkdir -p $(@D)
	$(MUSL_CC) -static $(DIFF_CFLAGS) -o $@ $<

# A pattern in T=... limits all three to the cases whose names contain it.
diff-test: diff-programs
	@tests/diff/run $(T)

script-test:
	@tests/script/run $(T)

apps-test:
	@tests/apps/run $(T)
