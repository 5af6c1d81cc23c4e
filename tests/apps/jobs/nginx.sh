# SPDX-License-Identifier: MIT
# nginx.sh - nginx with four workers: files, compression, a proxy to itself, IPv6, a path
mkdir www logs
seq 1 50000 > www/numbers; echo '<p>page</p>' > www/index.html
cat > nginx.conf <<'C'
worker_processes 4;
pid /tmp/nginx.pid;
error_log /tmp/logs/error.log;
events { worker_connections 64; }
http {
    access_log /tmp/logs/access.log;
    client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
    gzip on; gzip_types text/plain; gzip_min_length 100; default_type text/plain;
    server { listen 127.0.0.1:8090; listen [::1]:8090; root /tmp/www; }
    server { listen unix:/tmp/nginx.sock; location / { return 200 "over AF_UNIX\n"; } }
    server { listen 127.0.0.1:8091; location / { proxy_pass http://127.0.0.1:8090; } }
}
C
sed -i 's|/tmp/|'$PWD'/|g' nginx.conf
nginx -c $PWD/nginx.conf -g 'daemon off;' & server=$!
for _ in $(seq 300); do curl -s -o /dev/null http://127.0.0.1:8091/ && break; sleep 0.1; done
curl -s http://127.0.0.1:8090/; curl -s 'http://[::1]:8090/'
for i in 1 2 3; do curl -s http://127.0.0.1:8090/numbers | cmp - www/numbers && echo same; done
curl -s --compressed http://127.0.0.1:8090/numbers | cmp - www/numbers && echo compressed
curl -s http://127.0.0.1:8091/numbers | cmp - www/numbers && echo proxied
curl -s --unix-socket $PWD/nginx.sock http://localhost/
curl -s -r 10-19 http://127.0.0.1:8090/numbers | od -c | head -2
curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8090/none
kill $server; wait $server; echo "nginx: $?"; cat logs/error.log | grep -v 'none' | sed 's/^.*\[/[/' ; wc -l < logs/access.log
