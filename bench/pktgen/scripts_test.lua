-- Runs the scripts of this folder against simulated devices and looks at what they report.
-- Usage: lua5.4 scripts_test.lua FOLDER

local folder = assert(arg[1], "usage: lua5.4 scripts_test.lua FOLDER")
local results = os.tmpname()
local failures = 0

local function fail(what, text)
  failures = failures + 1
  print("FAILED: " .. what .. ": " .. text)
end

-- The fields of the one line that a script reports; nil if it fails.
local function run(script, environment)
  os.remove(results)
  local words = { "env", "SEKIMORI_RESULTS=" .. results, "SEKIMORI_TRIAL_MS=1000",
                  "SEKIMORI_SETTLE_MS=10" }
  for name, value in pairs(environment) do words[#words + 1] = name .. "=" .. value end
  words[#words + 1] = "lua5.4 " .. folder .. "/simulated_pktgen.lua " .. folder .. "/" .. script
  local command = table.concat(words, " ")
  if not os.execute(command .. " >/dev/null") then
    fail(script, "does not run: " .. command)
    return nil
  end
  local fields = {}
  for line in io.lines(results) do
    for name, value in string.gmatch(line, '"([%w_]+)": ([^,}]+)') do
      fields[name] = tonumber(value) or string.gsub(value, '"', "")
    end
  end
  return fields
end

local function expect(what, value, least, most)
  if type(value) ~= "number" or value < least or value > most then
    fail(what, string.format("%s is not from %s to %s", tostring(value), least, most))
  end
end

local function expect_is(what, value, wanted)
  if value ~= wanted then
    fail(what, string.format("%s and not %s", tostring(value), tostring(wanted)))
  end
end

local fields = run("throughput.lua", { SIMULATED_DEVICE_PPS = 31e6 })
if fields then
  expect("throughput", fields.pps, 30.8e6, 31e6)
  expect_is("name of the throughput", fields.name, "throughput_64")
  expect_is("its limit", fields.limited_by, "device")
end

-- 1518 bytes at 100 Gbit/s are 8.127 million frames a second, which this device takes.
fields = run("throughput.lua", { SEKIMORI_NAME = "1518", SEKIMORI_FRAME_BYTES = 1518,
                                 SIMULATED_DEVICE_PPS = 31e6 })
if fields then
  expect("throughput at line rate", fields.pps, 8.12e6, 8.13e6)
  expect_is("name of the throughput at line rate", fields.name, "throughput_1518")
end

fields = run("throughput.lua", { SIMULATED_DEVICE_PPS = 60e6, SIMULATED_GENERATOR_PPS = 20e6 })
if fields then
  expect("throughput of a slow generator", fields.pps, 19.8e6, 20.3e6)
  expect_is("limit of a slow generator", fields.limited_by, "generator")
end

fields = run("throughput.lua", { SIMULATED_DEVICE_PPS = 0, SIMULATED_BUFFER_FRAMES = 0 })
if fields then expect("throughput of a dead device", fields.pps, 0, 1) end

fields = run("latency.lua", { SEKIMORI_NAME = "synack_64", SEKIMORI_RECEIVE_PORT = 0,
                              SEKIMORI_THROUGHPUT_PPS = 20e6 })
if fields then
  expect("load for latency", fields.load_pps, 10e6, 10e6)
  expect("mean latency", fields.mean_us, 5, 5)
  expect("loss while latency is measured", fields.lost, 0, 0)
  expect_is("name of the latency", fields.name, "latency_synack_64")
end

-- The surplus of 148.8 - 31 million a second fills 4096 places after 35 us, or 5,174 frames; the
-- simulation looks once a millisecond, in which the device takes 31,000.
fields = run("back_to_back.lua", { SIMULATED_DEVICE_PPS = 31e6 })
if fields then expect("burst", fields.frames, 4900, 36000) end

fields = run("recovery.lua", { SIMULATED_DEVICE_PPS = 31e6, SEKIMORI_THROUGHPUT_PPS = 31e6 })
if fields then
  expect("loss in overload", fields.overload_lost, 3e6, 3.2e6)
  expect("recovery of a device that forgets at once", fields.recovery_ms, 0, 10)
end

os.remove(results)
print(failures == 0 and "all scripts do what they should" or failures .. " failures")
os.exit(failures == 0)
