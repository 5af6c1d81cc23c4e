# SPDX-License-Identifier: MIT
# ruby.sh - threads, a child, files, sockets, json
ruby -e '
require "json"; require "socket"; require "tempfile"; require "digest"
puts JSON.generate({a: [1, 2], b: "x"}), Digest::SHA256.hexdigest("lorica")
q = Queue.new
threads = (1..8).map { |i| Thread.new { q << i * i } }; threads.each(&:join); p Array.new(8) { q.pop }.sort
puts `echo child; exit 3`, $?.exitstatus
Tempfile.create("t") { |f| f.write("abc" * 1000); f.flush; puts File.size(f.path) }
server = TCPServer.new("127.0.0.1", 0)
t = Thread.new { s = server.accept; s.puts s.gets.upcase; s.close }
c = TCPSocket.new("127.0.0.1", server.addr[1]); c.puts "hello"; puts c.gets; t.join
pid = fork { trap("TERM") { exit! 9 }; sleep }; sleep 0.3; Process.kill("TERM", pid); Process.wait(pid); puts $?.exitstatus
begin; raise ArgumentError, "caught"; rescue => e; puts e.message; end
GC.start; puts (1..100000).each_slice(7).map(&:sum).max'
echo "ruby: $?"
