-- Sends the requests of a file round and round. wrk itself counts statuses above 399, so answers are not looked at.
package.path = os.getenv("LUA_FOLDER") .. "/?.lua;" .. package.path
local report = require("report")
local requests, at = nil, 0
setup, done = report.setup, report.done

function init()
  requests = report.read_requests(os.getenv("REQUESTS"))
end

function request()
  at = at % #requests + 1
  return requests[at]
end
