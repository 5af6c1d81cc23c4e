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
# one program of 2,000 lines: a table of small functions, each with a loop and a branch
{ echo '#include <stdio.h>'; for i in $(seq 249); do printf 'static unsigned f%d(unsigned x)\n{\n    for (unsigned i = 0; i < %d; i++)\n        x = x * 31 + i;\n    if (x & 1)\n        x ^= %du;\n    return x;\n}\n' "$i" "$((i % 5 + 1))" "$((i * 77))"; done
  echo 'static unsigned (*const f[])(unsigned) = {'; seq -s , -f 'f%g' 249; echo '};'; echo 'int main(void) { unsigned x = 1; for (int r = 0; r < 100; r++) for (unsigned i = 0; i < sizeof f / sizeof *f; i++) x = f[i](x); printf("%u\n", x); return 0; }'; } > long.c
wc -l < long.c; gcc -O2 -Wall -Wextra -Werror -o long long.c && ./long; gcc -O0 -g -o long0 long.c && ./long0
