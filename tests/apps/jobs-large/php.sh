# SPDX-License-Identifier: MIT
# php.sh - the command-line interpreter: data, a child, sockets, a web server of its own
php8.2 -r 'echo json_encode(["a" => [1, 2], "b" => md5("x")]), "\n", shell_exec("echo child"), array_sum(range(1, 1000)), "\n";
$s = stream_socket_server("tcp://127.0.0.1:9000"); $c = stream_socket_client("tcp://127.0.0.1:9000");
$a = stream_socket_accept($s); fwrite($a, "hello\n"); echo fgets($c);
file_put_contents("f", str_repeat("x", 5000)); echo filesize("f"), "\n"; try { intdiv(1, 0); } catch (Error $e) { echo $e->getMessage(), "\n"; }'
echo '<?php echo "page ", $_GET["n"] * 2, "\n";' > index.php
php8.2 -q -S 127.0.0.1:9001 > log 2>&1 & server=$!
for _ in $(seq 300); do (exec 3<> /dev/tcp/127.0.0.1/9001) 2> /dev/null && break; sleep 0.1; done
for n in 1 2 3; do exec 3<> /dev/tcp/127.0.0.1/9001; printf 'GET /?n=%d HTTP/1.0\r\n\r\n' $n >&3; tail -n 1 <&3; exec 3<&-; done
kill $server; wait $server; echo "php: $?"
