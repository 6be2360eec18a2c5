-- Whole code flows: authorize with a session, whatever redirects the house wants, then the exchange. A flow is good
-- when tokens come back. Any free connection takes the next step of the oldest flow that waits, else starts one.
package.path = os.getenv("LUA_FOLDER") .. "/?.lua;" .. package.path
local report = require("report")
local cookies, started = {}, 0
local waiting, first, last = {}, 1, 0
local authorize, callback, body
local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }
setup, done = report.setup, report.done

function init()
  authorize, callback, body = os.getenv("AUTHORIZE"), os.getenv("CALLBACK"), os.getenv("EXCHANGE")
  for line in io.lines(os.getenv("COOKIES")) do
    cookies[#cookies + 1] = line
  end
end

local function wait(step)
  last = last + 1
  waiting[last] = step
end

function request()
  if first <= last then
    local step = waiting[first]
    waiting[first] = nil
    first = first + 1
    return step
  end
  started = started % #cookies + 1
  return wrk.format("GET", authorize, { Cookie = cookies[started] })
end

function response(status, headers, text)
  if status == 200 and text:find('"access_token"', 1, true) then
    good = good + 1
    return
  end
  local location
  for name, value in pairs(headers) do
    if name:lower() == "location" then
      location = value
    end
  end
  local code = location and location:sub(1, #callback) == callback and location:match("[?&]code=([^&]+)")
  if code then
    wait(wrk.format("POST", "/oauth2/token", form, body .. "&code=" .. code))
  else
    report.fault(status, location or text)
  end
end
