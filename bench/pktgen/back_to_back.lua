-- RFC 2544, section 26.4, as RFC 9004 has it: the longest burst at the line rate without loss.
local rfc2544 = dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "rfc2544.lua")
local settings = rfc2544.settings

-- What Pktgen counts frames with has 32 bits.
local most_frames = math.min(rfc2544.line_rate_pps() * settings.trial_ms / 1000, 2 ^ 32 - 1)

local function survives(frames)
  for _ = 1, settings.attempts do
    if rfc2544.burst(frames).lost == 0 then return true end
  end
  return false
end

rfc2544.prepare()
local survived, too_many = 0, math.floor(most_frames)
local all = survives(too_many)
if all then survived = too_many end
while not all and too_many - survived > math.max(1, settings.precision * survived) do
  local middle = survived + (too_many - survived) // 2
  if survives(middle) then survived = middle else too_many = middle end
end

rfc2544.report({
  name = "back_to_back_" .. settings.name,
  frames = survived,
  burst_pps = rfc2544.line_rate_pps(),
  limited_by = all and "generator" or "device",
})
pktgen.quit()
