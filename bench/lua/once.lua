-- Sends each request of a file once, and says so when they ran out: a second revocation of a token is another work.
package.path = os.getenv("LUA_FOLDER") .. "/?.lua;" .. package.path
local report = require("report")
local requests, at = nil, 0
setup, done = report.setup, report.done

function init()
  requests = report.read_requests(os.getenv("REQUESTS"))
end

function request()
  at = at + 1
  if at > #requests then
    dry = dry + 1
    return wrk.format("GET", "/livez")
  end
  return requests[at]
end
