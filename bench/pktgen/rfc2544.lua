-- What the scripts of this folder share: settings, trials and the search of RFC 2544, over the Lua
-- interface of Pktgen-DPDK. docs/BENCHMARKING.md tells how they are run.
--
-- Frames come from a capture that Pktgen was started with (-s PORT:FILE), so that they are the same
-- ones that Sekimori's own generator sends. Settings come from the environment.

local rfc2544 = {}

local function setting(name, default)
  local value = os.getenv("SEKIMORI_" .. name)
  if value == nil or value == "" then return default end
  if type(default) ~= "number" then return value end
  return tonumber(value) or error("SEKIMORI_" .. name .. " is no number: " .. value)
end

rfc2544.settings = {
  name = setting("NAME", "64"),                    -- ends the names of results, as 1518 or synack_64
  frame_bytes = setting("FRAME_BYTES", 64),        -- on the wire, with the FCS
  send_port = setting("SEND_PORT", 0),
  receive_port = setting("RECEIVE_PORT", 1),       -- the same one where the device answers
  link_mbit_per_s = setting("LINK_MBIT_PER_S", 0), -- 0: what the port says
  trial_ms = setting("TRIAL_MS", 60000),           -- RFC 2544, section 24
  settle_ms = setting("SETTLE_MS", 2000),          -- section 23: frames still on their way
  attempts = setting("ATTEMPTS", 1),               -- trials before a rate counts as lossy
  precision = setting("PRECISION", 0.005),         -- of the search, relative
  load = setting("LOAD", 0.5),                     -- for latency: share of the throughput
  throughput_pps = setting("THROUGHPUT_PPS", 0),   -- as found before; 0: it is searched first
  results = setting("RESULTS", "results.jsonl"),   -- one JSON object a line is added to this file
}
local settings = rfc2544.settings

local preamble_and_gap_bytes = 20

-- Counters of a port since the last `clr`. Versions from 25 on have them one table further down.
local function counters(port)
  local stats = pktgen.portStats(tostring(port), "port")[port]
  return stats.curr or stats
end

-- Frames a second that the port sends just now, measured by Pktgen; nil if it does not say.
local function send_rate_pps(port)
  local stats = pktgen.portStats(tostring(port), "rate")[port]
  return stats.pkts_tx
end

local function link_mbit_per_s()
  if settings.link_mbit_per_s > 0 then return settings.link_mbit_per_s end
  local state = pktgen.linkState(tostring(settings.send_port))[settings.send_port]
  local speed = tonumber(string.match(state, "%d+"))
  if not speed or speed == 0 then error("the link of the sending port is not up: " .. state) end
  return speed
end

-- Frames a second that the wire holds.
function rfc2544.line_rate_pps()
  local bits = (settings.frame_bytes + preamble_and_gap_bytes) * 8
  return link_mbit_per_s() * 1e6 / bits
end

local function set_rate(pps)
  local percent = math.min(100, pps / rfc2544.line_rate_pps() * 100)
  pktgen.set(tostring(settings.send_port), "rate", percent)
end

local function wait_until_sent()
  local port = settings.send_port
  while pktgen.isSending(tostring(port))[port] == "y" do pktgen.delay(10) end
end

local function account()
  pktgen.delay(settings.settle_ms)
  local sent = counters(settings.send_port).opackets
  local received = counters(settings.receive_port).ipackets
  return { sent = sent, received = received, lost = sent - received }
end

-- To be called once: what is sent, by whom, to whom.
function rfc2544.prepare()
  local port = tostring(settings.send_port)
  pktgen.screen("off")
  pktgen.stop(port)
  pktgen.set(port, "count", 0)
  pktgen.pcap(port, "on")
end

-- Offers frames at a rate for the time of a trial. `during`, if given, is called in the middle.
function rfc2544.trial(pps, during)
  local port = tostring(settings.send_port)
  pktgen.clr()
  set_rate(pps)
  pktgen.set(port, "count", 0)
  pktgen.start(port)
  pktgen.delay(settings.trial_ms // 2)
  local rate = send_rate_pps(settings.send_port)
  if during then during() end
  pktgen.delay(settings.trial_ms - settings.trial_ms // 2)
  pktgen.stop(port)
  wait_until_sent()
  local result = account()
  -- Pktgen's own figure is of the last second; a trial without one was too short for it.
  result.offered_pps = rate and rate > 0 and rate or result.sent / (settings.trial_ms / 1000)
  return result
end

-- Sends that many frames as fast as the port takes them.
function rfc2544.burst(frames)
  local port = tostring(settings.send_port)
  pktgen.clr()
  set_rate(rfc2544.line_rate_pps())
  pktgen.set(port, "count", frames)
  pktgen.start(port)
  pktgen.delay(10)
  wait_until_sent()
  return account()
end

-- A load of `overload_pps` for the time of a trial, then half of it for as long (RFC 2544, section
-- 26.5). Returns the milliseconds from the change to the last look that saw more loss, at looks
-- `look_ms` apart, which is how exact that is.
function rfc2544.overload(overload_pps, look_ms)
  local port = tostring(settings.send_port)
  local function outstanding()
    return counters(settings.send_port).opackets - counters(settings.receive_port).ipackets
  end
  pktgen.clr()
  set_rate(overload_pps)
  pktgen.set(port, "count", 0)
  pktgen.start(port)
  pktgen.delay(settings.trial_ms)
  set_rate(overload_pps / 2)
  local before, recovered_ms = outstanding(), 0
  for now_ms = look_ms, settings.trial_ms, look_ms do
    pktgen.delay(look_ms)
    local now = outstanding()
    if now > before then recovered_ms = now_ms end
    before = math.max(before, now)
  end
  pktgen.stop(port)
  wait_until_sent()
  local result = account()
  result.recovery_ms = recovered_ms
  return result
end

-- The highest rate without loss (RFC 2544, section 26.1), by binary search below the line rate.
-- Returns frames a second, 0 if every rate had losses, and whether Pktgen made no more.
function rfc2544.throughput()
  local function passes(pps)
    local result
    for _ = 1, settings.attempts do
      result = rfc2544.trial(pps)
      result.reached = result.offered_pps >= pps * (1 - math.max(settings.precision, 0.01))
      print(string.format("%s: %.0f pps asked, %.0f offered, %d of %d lost", settings.name, pps,
                          result.offered_pps, result.lost, result.sent))
      if result.lost == 0 and result.reached then return true, result end
    end
    return false, result
  end

  local low, high, generator_limited = 0, rfc2544.line_rate_pps(), false
  if passes(high) then return high, false end
  while high - low > settings.precision * high do
    local middle = (low + high) / 2
    local passed, result = passes(middle)
    if passed then
      low = middle
    else
      high = middle
      generator_limited = result.lost == 0
      if high < 1 then break end
    end
  end
  return low, generator_limited
end

-- The throughput that was given, or that is searched now.
function rfc2544.known_throughput()
  if settings.throughput_pps > 0 then return settings.throughput_pps end
  return (rfc2544.throughput())
end

local function json_of(value)
  if type(value) == "boolean" then return tostring(value) end
  if type(value) == "string" then return string.format("%q", value) end
  if math.type(value) == "integer" then return tostring(value) end
  return string.format("%.3f", value)
end

-- Adds a line to the file of results: a JSON object with these fields.
function rfc2544.report(fields)
  fields.frame_bytes = settings.frame_bytes
  fields.trial_ms = settings.trial_ms
  local keys = {}
  for key in pairs(fields) do keys[#keys + 1] = key end
  table.sort(keys)
  local parts = {}
  for _, key in ipairs(keys) do
    parts[#parts + 1] = string.format("%q: %s", key, json_of(fields[key]))
  end
  local line = "{" .. table.concat(parts, ", ") .. "}"
  print(line)
  local file = assert(io.open(settings.results, "a"))
  file:write(line, "\n")
  file:close()
end

return rfc2544
