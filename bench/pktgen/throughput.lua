-- RFC 2544, section 26.1: throughput.
local rfc2544 = dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "rfc2544.lua")

rfc2544.prepare()
local pps, generator_limited = rfc2544.throughput()
rfc2544.report({
  name = "throughput_" .. rfc2544.settings.name,
  pps = pps,
  line_rate_pps = rfc2544.line_rate_pps(),
  limited_by = generator_limited and "generator" or "device",
})
pktgen.quit()
