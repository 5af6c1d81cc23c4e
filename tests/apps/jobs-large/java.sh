# SPDX-License-Identifier: MIT
# java.sh - a program from its source: threads, a parallel stream, a web server and its client, garbage, an exception
cat > A.java <<'J'
import java.util.*; import java.util.concurrent.*; import java.util.stream.*; import java.net.*;
public class A {
    public static void main(String[] a) throws Exception {
        var pool = Executors.newFixedThreadPool(4); var all = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 20; i++) { int n = i; all.add(pool.submit(() -> n * n)); }
        int sum = 0; for (var f : all) sum += f.get(); pool.shutdown(); System.out.println(sum);
        System.out.println(IntStream.range(0, 100000).parallel().mapToLong(x -> x % 7).sum());
        var s = com.sun.net.httpserver.HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        s.createContext("/", x -> { x.sendResponseHeaders(200, 2); x.getResponseBody().write("ok".getBytes()); x.close(); });
        s.start(); System.out.println(new String(new URL("http://127.0.0.1:" + s.getAddress().getPort() + "/").openStream().readAllBytes())); s.stop(0);
        long kept = 0; for (int i = 0; i < 2000; i++) { byte[] b = new byte[100000]; b[i] = 1; kept += b[i]; } System.gc(); System.out.println(kept);
        var p = new ProcessBuilder("sh", "-c", "echo child; exit 5").redirectErrorStream(true).start();
        System.out.print(new String(p.getInputStream().readAllBytes())); System.out.println(p.waitFor());
        try { Object o = null; o.toString(); } catch (NullPointerException e) { System.out.println("null caught"); }
        System.exit(6);
    }
}
J
/usr/lib/jvm/java-17-openjdk-amd64/bin/java -Xmx256m A.java; echo "java: $?"
