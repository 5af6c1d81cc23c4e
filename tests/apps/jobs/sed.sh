# SPDX-License-Identifier: MIT
# sed.sh - edits in place, addresses, hold space, programs
seq 1 20 > n; sed -n '5,8p' n; sed '1~3d' n | tr '\n' ' '; echo; sed -n '$=' n; sed '3q' n; sed 's/1/one/2;t;s/^/-/' <<< $'11\n2'
sed -E 's/([a-z]+) ([a-z]+)/\2 \1/g; s/.*/\U&/' <<< "hello world big day"; sed 'y/abc/xyz/' <<< aabbcc; sed -n '/5/,/7/{=;p}' n | head -n 6
sed -i.bak 's/^1$/first/; /^2$/d' n; head -n 2 n; wc -l n.bak; sed '1!G;h;$!d' <<< $'a\nb\nc'; sed ':a;N;$!ba;s/\n/,/g' <<< $'a\nb\nc'
sed '/^$/d; s/#.*//' <<< $'x # comment\n\ny'; sed -e '2i\' -e inserted -e '2a\' -e appended -e '3c\' -e changed <<< $'1\n2\n3'; sed 'w out' <<< written > /dev/null; cat out
sed 's/x/y/' missing; echo "status $?"; sed 's/(/' <<< x; echo "status $?"; sed -n 'l' <<< $'tab\there\\'; sed -s -n '$p' n n.bak; sed --posix 's/a\+/b/' <<< 'aa+'
