# SPDX-License-Identifier: MIT
# bc.sh - arbitrary precision arithmetic
bc <<< '2^200'; bc <<< 'scale=50; 4*a(1)' ; bc -l <<< 'scale=50; 4*a(1)'; bc -l <<< 'e(1); s(1); c(0); l(10); sqrt(2)'; bc <<< 'ibase=16; FF; obase=2; A'
bc << 'END'
define f(n) { if (n <= 1) return (1); return (n * f(n - 1)); }
f(60)
define p(n) { auto i; for (i = 2; i * i <= n; i++) if (n % i == 0) return (0); return (1); }
for (i = 2; i < 60; i++) if (p(i)) print i, " "
print "\n"
a[3] = 7; x = a[3] ^ 20; x; x % 1000007; length(x); scale(1.2345)
END
bc <<< '1/0'; echo "status $?"; bc <<< 'scale=10; 1/3; 22/7'; bc <<< '('; echo "status $?"; echo 'quit' | bc; echo "status $?"
