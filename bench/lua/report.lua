-- What every script counts and prints: one line of JSON after "RESULT ".
local report = { threads = {} }
good, bad, dry, sample = 0, 0, 0, ""

function report.setup(thread)
  table.insert(report.threads, thread)
end

function report.fault(status, text)
  bad = bad + 1
  sample = status .. " " .. tostring(text):sub(1, 160):gsub('[%c"\\]', "'")
end

function report.done(summary, latency)
  local sum, said = { good = 0, bad = 0, dry = 0 }, ""
  for _, thread in ipairs(report.threads) do
    for name, value in pairs(sum) do
      sum[name] = value + thread:get(name)
    end
    said = thread:get("sample")
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"good":%d,"bad":%d,"dry":%d,"status":%d,"socket":%d,"p50":%d,"p99":%d,"sample":"%s"}\n',
    summary.requests, summary.duration / 1e6, sum.good, sum.bad, sum.dry, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), said))
end

-- One request a line: METHOD, target, headers (name=value;;name=value), body; separated by tabs.
function report.read_requests(path)
  local found = {}
  for line in io.lines(path) do
    local method, target, headers, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local named = {}
    for pair in (headers .. ";;"):gmatch("(.-);;") do
      local name, value = pair:match("^([^=]+)=(.*)$")
      if name then
        named[name] = value
      end
    end
    found[#found + 1] = wrk.format(method, target, named, body ~= "" and body or nil)
  end
  return found
end

return report
