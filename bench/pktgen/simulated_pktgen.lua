-- Runs a script of this folder without Pktgen: lua5.4 simulated_pktgen.lua SCRIPT
--
-- It has the functions of Pktgen-DPDK 23.06 that the scripts use, as app/lpktgenlib.c there
-- registers them, and refuses any other name, number or type of arguments. Behind them is a device
-- that loses nothing up to a rate and holds some frames, on a clock that only `delay` moves.
-- SIMULATED_DEVICE_PPS, SIMULATED_GENERATOR_PPS and SIMULATED_BUFFER_FRAMES set it up.

local function number_from(name, default) return tonumber(os.getenv(name) or "") or default end

local device_pps = number_from("SIMULATED_DEVICE_PPS", 30e6)
local generator_pps = number_from("SIMULATED_GENERATOR_PPS", 1e12)
local buffer_frames = number_from("SIMULATED_BUFFER_FRAMES", 4096)
local frame_bits = (number_from("SEKIMORI_FRAME_BYTES", 64) + 20) * 8
local link_bit_per_s = 100e9
local step_s = 0.001

local state = { sending = false, rate = 100, count = 0, left = math.huge, sent = 0, received = 0,
                queued = 0, now_pps = 0, latency = false, capture = false }

local function step()
  local asked = link_bit_per_s / frame_bits * state.rate / 100
  local frames = state.sending and math.min(asked, generator_pps) * step_s or 0
  frames = math.min(frames, state.left)
  state.left = state.left - frames
  state.now_pps = frames / step_s
  if state.left <= 0 then state.sending = false end
  state.sent = state.sent + frames
  local through = math.min(state.queued + frames, device_pps * step_s)
  state.queued = math.min(state.queued + frames - through, buffer_frames)
  state.received = state.received + through
end

local function check_port(port)
  assert(string.match(port, "^%d+$"), "a list of ports was expected and not " .. port)
  return tonumber(port)
end

local settable = { count = true, size = true, rate = true, burst = true, sport = true, dport = true }
local switch = { on = true, off = false, enable = true, disable = false }

-- Name, types of the arguments (the last may be left out if marked so), what it does.
local functions = {
  { "set", { "string", "string", "number" }, function(port, key, value)
      check_port(port)
      assert(settable[key], "set does not support " .. key)
      if key == "count" then assert(value == math.floor(value) and value < 2 ^ 32) end
      state[key] = value
    end },
  { "start", { "string" }, function(port)
      check_port(port)
      assert(state.capture, "frames are to come from a capture")
      state.sending = true
      state.left = state.count > 0 and state.count or math.huge
    end },
  { "stop", { "string" }, function(port) check_port(port) state.sending = false end },
  { "clr", {}, function() state.sent, state.received = 0, 0 end },
  { "delay", { "number" }, function(ms)
      for _ = 1, math.floor(ms * 1e-3 / step_s + 0.5) do step() end
    end },
  { "screen", { "string" }, function(value) assert(switch[value] ~= nil) end },
  { "pcap", { "string", "string" }, function(port, value)
      check_port(port)
      state.capture = switch[value]
    end },
  { "set_proto", { "string", "string" }, function(port, name)
      check_port(port)
      assert(name == "udp" or name == "tcp" or name == "icmp")
    end },
  { "set_ipaddr", { "string", "string", "string" }, function(port, which, address)
      check_port(port)
      assert((which == "src") == (string.find(address, "/") ~= nil), "only sources have a mask")
    end },
  { "latency", { "string", "string", "number?" }, function(port, what)
      check_port(port)
      if what ~= "rate" and what ~= "entropy" then state.latency = switch[what] end
    end },
  { "isSending", { "string" }, function(port)
      return { [check_port(port)] = state.sending and "y" or "n", n = 1 }
    end },
  { "linkState", { "string" }, function(port)
      return { [check_port(port)] = "<UP-100000-FD>", n = 1 }
    end },
  { "portStats", { "string", "string" }, function(port, kind)
      assert(kind == "port" or kind == "rate")
      -- A counter that moves between two looks is a whole number, and a queue that stands still
      -- is no loss.
      local stats = { opackets = math.floor(state.sent + 0.5),
                      ipackets = math.floor(state.received + 0.5) }
      if kind == "rate" then stats.pkts_tx = math.floor(state.now_pps + 0.5) end
      return { [check_port(port)] = stats, n = 1 }
    end },
  { "pktStats", { "string" }, function(port)
      local latency = { num_pkts = state.latency and 1000 or 0, min_us = 4.0, avg_us = 5.0,
                        max_us = 60.0 }
      return { [check_port(port)] = { latency = latency }, n = 1 }
    end },
  { "quit", {}, function() os.exit(0, true) end },
}

local function checked(name, types, work)
  return function(...)
    local given = select("#", ...)
    local least = #types
    while least > 0 and string.sub(types[least], -1) == "?" do least = least - 1 end
    if given < least or given > #types then
      error(name .. ", wrong number of arguments", 2)
    end
    for i = 1, given do
      local wanted = string.gsub(types[i], "?", "")
      local value = select(i, ...)
      if type(value) ~= wanted then
        error(string.format("%s, argument %d is a %s and not a %s", name, i, type(value), wanted), 2)
      end
    end
    return work(...)
  end
end

pktgen = setmetatable({}, { __index = function(_, name)
  error("Pktgen has no function " .. tostring(name), 2)
end })
for _, entry in ipairs(functions) do rawset(pktgen, entry[1], checked(table.unpack(entry))) end

local script = arg[1] or error("usage: lua5.4 simulated_pktgen.lua SCRIPT")
dofile(script)
error(script .. " ended without pktgen.quit")
