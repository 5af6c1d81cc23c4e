# SPDX-License-Identifier: MIT
# compile.sh - gcc and make -j2 inside: 40 files, a library, a program, an error message
for i in $(seq 40); do printf 'int part%d(int x) { return x * %d + 1; }\n' "$i" "$i" > part$i.c; done
{ seq 40 | sed 's/.*/int part&(int);/'; echo '#include <stdio.h>'; echo 'int main(void) { int s = 0;'
  seq 40 | sed 's/.*/s += part&(s % 7);/'; echo 'printf("sum %d\n", s); return s & 63; }'; } > main.c
cat > Makefile <<'M'
objects := $(patsubst %.c,%.o,$(wildcard part*.c))
program: main.o libparts.a ; gcc -o $@ $^
libparts.a: $(objects) ; ar rcs $@ $(sort $(objects))
%.o: %.c ; gcc -O2 -Wall -c $< -o $@
M
make -s -j2 program && ./program; echo "status $?"
make -s -j2 program && echo "nothing to do"
ar t libparts.a | wc -l; nm program | grep -c ' T part'
printf 'int main(void) { return missing; }\n' > bad.c; gcc -c bad.c 2>&1 | head -2; echo 'int f(void) { return 1; }' | gcc -O2 -S -x c - -o - | grep -c 'ret'
