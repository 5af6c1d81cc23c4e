# SPDX-License-Identifier: MIT
# erlang.sh - many processes on several schedulers, timers, a port to a child
export HOME=$PWD
erl -noshell -eval 'S = self(), [spawn(fun() -> timer:sleep(X rem 7), S ! X * X end) || X <- lists:seq(1, 2000)],
io:format("~p~n", [lists:sum([receive R -> R end || _ <- lists:seq(1, 2000)])]),
io:format("~s", [os:cmd("echo child")]), P = open_port({spawn, "cat"}, [binary]), P ! {self(), {command, <<"through">>}},
receive {P, {data, D}} -> io:format("~s~n", [D]) end,
{ok, L} = gen_tcp:listen(0, [binary, {active, false}]), {ok, N} = inet:port(L), spawn(fun() -> {ok, C} = gen_tcp:connect("127.0.0.1", N, []), gen_tcp:send(C, "tcp") end),
{ok, A} = gen_tcp:accept(L), io:format("~p~n", [gen_tcp:recv(A, 3)]), halt(3).'
echo "erlang: $?"
