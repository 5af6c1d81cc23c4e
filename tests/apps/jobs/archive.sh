# SPDX-License-Identifier: MIT
# archive.sh - tar and gzip: archives in and out, links, modes, damage
mkdir -p src/sub; for i in $(seq 1 60); do seq $i $((i * 20)) > src/sub/file$i; done; ln -s sub/file1 src/link; ln src/sub/file2 src/hard; chmod 750 src/sub; head -c 300000 /dev/zero > src/zeros; : > src/empty
tar cf a.tar --sort=name --mtime=@0 --owner=0 --group=0 src; tar tf a.tar | wc -l; sha256sum a.tar; tar tvf a.tar --numeric-owner | sort | head -n 4 | tr -s ' ' | cut -d' ' -f1,2,3,4,6-
mkdir out; tar xf a.tar -C out; diff -r src out/src && echo "same tree"; stat -c '%h %a' out/src/hard out/src/sub; readlink out/src/link
tar czf a.tgz src; gzip -t a.tgz && echo "gzip is sound"; mkdir out2; tar xzf a.tgz -C out2; diff -r src out2/src && echo "same tree"; tar xOf a.tar src/sub/file3 | tail -n 1; tar rf a.tar src/empty; tar tf a.tar | tail -n 1
gzip -9 -k -n src/zeros; stat -c %s src/zeros.gz; gzip -l src/zeros.gz | tail -n 1 | tr -s ' '; gunzip -c src/zeros.gz | cmp - src/zeros && echo "round trip"; zcat a.tgz | tar t | wc -l
head -c 1000 a.tgz > cut.tgz; gzip -t cut.tgz; echo "status $?"; tar xzf cut.tgz 2> /dev/null; echo "status $?"; echo garbage | gunzip; echo "status $?"; tar xf missing.tar; echo "status $?"; tar --exclude='file*' -cf - src | tar tf - | sort
tar cf - src | gzip | gunzip | tar tf - | wc -l; tar --delete -f a.tar src/zeros; tar tf a.tar | grep -c zeros; tar df a.tar 2>&1 | wc -l
