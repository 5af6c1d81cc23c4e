-- SPDX-License-Identifier: MIT
-- wrk.lua - requests all files of the tree in turn and compares every answer with the file.
-- wrk ... -s wrk.lua URL -- TREE COUNT; prints `answers N, other than the file M`.
local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(arguments)
    content = {}
    count = tonumber(arguments[2])
    for i = 0, count - 1 do
        local file = assert(io.open(arguments[1] .. "/f" .. i, "rb"))
        content["/f" .. i] = file:read("*a")
        file:close()
    end
    sent, answers, bad = math.random(count), 0, 0
end

function request()
    sent = sent + 1
    return wrk.format("GET", "/f" .. sent % count)
end

function response(status, headers, body)
    answers = answers + 1
    if status ~= 200 or body ~= content[headers["X-Path"]] then
        bad = bad + 1
    end
end

function done(summary)
    local answers, bad = 0, 0
    for _, thread in ipairs(threads) do
        answers = answers + thread:get("answers")
        bad = bad + thread:get("bad")
    end
    local errors = summary.errors
    print(string.format("answers %d, other than the file %d, errors %d", answers, bad,
        errors.connect + errors.read + errors.write + errors.status))
end
