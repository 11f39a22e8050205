-- RFC 2544, section 26.5: how long losses go on when an overload drops to half.
local rfc2544 = dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "rfc2544.lua")

local look_ms = 10

rfc2544.prepare()
local overload_pps = math.min(rfc2544.known_throughput() * 1.1, rfc2544.line_rate_pps())
local result = rfc2544.overload(overload_pps, look_ms)
rfc2544.report({
  name = "recovery_" .. rfc2544.settings.name,
  overload_pps = overload_pps,
  overload_lost = result.lost,
  recovery_ms = result.recovery_ms,
  resolution_ms = look_ms,
})
pktgen.quit()
