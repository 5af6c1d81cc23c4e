# SPDX-License-Identifier: MIT
# lua.sh - tables, closures, coroutines, patterns, files
cat > program.lua << 'END'
local function primes(n)
  local sieve, list = {}, {}
  for i = 2, n do
    if not sieve[i] then list[#list + 1] = i; for j = i * i, n, i do sieve[j] = true end end
  end
  return list
end
print(#primes(20000), primes(100)[25])
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end)
print(co(), co(), co())
local words = {}
for w in ("the quick brown fox jumps over the lazy dog the end"):gmatch("%a+") do words[w] = (words[w] or 0) + 1 end
local keys = {}
for k in pairs(words) do keys[#keys + 1] = k end
table.sort(keys, function(a, b) if words[a] ~= words[b] then return words[a] > words[b] end return a < b end)
print(keys[1], words[keys[1]], table.concat(keys, ","))
local f = assert(io.open("data.txt", "w"))
for i = 1, 1000 do f:write(i, "\t", string.format("%08.3f", i / 7), "\n") end
f:close()
local sum, lines = 0, 0
for line in io.lines("data.txt") do local a = line:match("^(%d+)"); sum = sum + tonumber(a); lines = lines + 1 end
print(sum, lines, 7 // 2, -7 % 3, 2 ^ 0.5, 1 << 40, 0x7fffffffffffffff + 1 == math.mininteger)
local mt = setmetatable({}, {__index = function(_, k) return k .. "!" end, __add = function(a, b) return "added" end})
print(mt.hello, mt + 1, select("#", table.unpack({1, 2, 3})))
print(pcall(error, {code = 7}), pcall(function() local x = nil; return x.y end))
print(("%q"):format('a "quoted"\nline'), utf8.char(228, 8364), utf8.len("äöü"))
local p = io.popen("echo from a child; exit 3"); print(p:read("a")); print(p:close())
print(os.getenv("HOME"), os.time({year = 2001, month = 9, day = 9, hour = 1}) ~= nil, os.remove("missing"))
local t = {}; for i = 1, 200000 do t[i] = {i} end; t = nil; collectgarbage(); print(collectgarbage("count") < 20000)
os.exit(5)
END
lua5.4 program.lua; echo "status $?"; lua5.4 -e 'print(#arg, arg[1])' x; lua5.4 -e 'error("boom")'; echo "status $?"; echo 'print("from stdin")' | lua5.4 -; lua5.4 missing.lua; echo "status $?"
