# SPDX-License-Identifier: MIT
# services.sh - inside the instance: every server of the load tests, until one of them ends.
nginx -c /load/nginx.conf -g 'daemon off;' &
memcached -u root -l 0.0.0.0 -m 32 &
(cd /load/tree && exec python3 -m http.server 8000 > /tmp/http.log 2>&1) &
/usr/sbin/sshd -D -e -f /load/sshd_config &
iperf3 -s > /tmp/iperf3.log &
wait -n -p ended
echo "services: process $ended has ended with status $?"
