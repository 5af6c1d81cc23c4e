# SPDX-License-Identifier: MIT
# perl.sh - regular expressions, hashes, files, processes
cat > program.pl << 'END'
use strict; use warnings;
my %count; my $text = "It was the best of times, it was the worst of times";
$count{lc $1}++ while $text =~ /(\w+)/g;
print join(", ", map { "$_=$count{$_}" } sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count), "\n";
(my $copy = $text) =~ s/(\w+) of (\w+)/$2 of $1/g; print "$copy\n";
my @sorted = sort { $a <=> $b } map { $_ * 7919 % 1009 } 1 .. 1000; print "@sorted[0..4] $sorted[-1]\n";
open my $out, '>', 'data' or die; printf $out "%05d %s\n", $_, $_ x 3 for 1 .. 500; close $out;
open my $in, '<', 'data' or die; my ($lines, $sum) = (0, 0); while (<$in>) { $lines++; $sum += (split)[0]; } close $in; print "$lines $sum ", -s 'data', "\n";
my $pid = fork; if (!$pid) { exit 7 } waitpid $pid, 0; print "child ", $? >> 8, "\n";
print "from a pipe: ", `echo backticks; exit 4`; print "status ", $? >> 8, "\n";
$SIG{USR1} = sub { print "caught USR1\n" }; kill USR1 => $$; local $@; eval { die { code => 42 } }; print "died with $@->{code}\n";
pipe my $r, my $w; if (!(my $p = fork)) { close $r; print $w "through a pipe\n"; close $w; exit } close $w; print scalar <$r>; wait;
my $sub = do { my $n = 0; sub { ++$n } }; $sub->() for 1 .. 4; print $sub->(), "\n"; print join("|", unpack "A3 n C", pack "A3 n C", "abc", 258, 65), "\n";
printf "%.10f %s %s %b\n", atan2(1, 1) * 4, 2 ** 70, 10 % 3, 37; print "ok\n" if "2024-05-06" =~ /^(?<y>\d{4})-(?<m>\d\d)-(\d\d)$/ and $+{y} == 2024; print scalar reverse("abc"), ucfirst("word"), "\n";
mkdir 'd'; opendir my $d, '.' or die; print join(" ", sort grep { !/^\./ } readdir $d), "\n"; my @big = (1) x 300000; print scalar(@big), "\n"; local $| = 1; exec 'sh', '-c', 'echo replaced; exit 6' if -x '/bin/sh'; exit 6;
END
perl program.pl; echo "status $?"; perl -ne 'print if /^0000[5-7]/' data; perl -i.bak -pe 's/^0+//' data; head -n 2 data; perl -e 'die "gone\n"'; echo "status $?"; perl -c program.pl; perl -e 'print join " ", sort { $a <=> $b } @ARGV' 10 9 100; echo; perl missing.pl; echo "status $?"; perl -we 'print 1 +'; echo "status $?"
