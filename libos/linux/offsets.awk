# SPDX-License-Identifier: MIT
# offsets.awk - from the compiler's assembly of offsets.c to #defines for entry.S.
/^#OFFSET / { sub(/^\$/, "", $3); print "#define " $2 " " $3 }
