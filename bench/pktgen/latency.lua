-- RFC 2544, section 26.2: latency, at a share of the throughput. Pktgen puts frames with a time into
-- the stream (72 bytes, UDP to port 1028), once a millisecond, and tells the least, the mean and the
-- most of their times; it has no percentiles.
local rfc2544 = dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "rfc2544.lua")
local settings = rfc2544.settings

local ports = { tostring(settings.send_port) }
if settings.receive_port ~= settings.send_port then
  ports[2] = tostring(settings.receive_port)
end

rfc2544.prepare()
-- Frames with a time are made from the port's single packet, so they take the stream's way.
pktgen.set_proto(ports[1], "udp")
pktgen.set_ipaddr(ports[1], "src", "198.18.0.1/16")
pktgen.set_ipaddr(ports[1], "dst", "198.19.0.10")
local load_pps = rfc2544.known_throughput() * settings.load

for _, port in ipairs(ports) do
  pktgen.latency(port, "enable")
  pktgen.latency(port, "rate", 1000)
end
local measured
local result = rfc2544.trial(load_pps, function()
  measured = pktgen.pktStats(tostring(settings.receive_port))[settings.receive_port].latency
end)
for _, port in ipairs(ports) do pktgen.latency(port, "disable") end
if not measured or measured.num_pkts == 0 then error("no frame with a time came back") end

rfc2544.report({
  name = "latency_" .. settings.name,
  load_pps = load_pps,
  lost = result.lost,
  frames = measured.num_pkts,
  min_us = measured.min_us,
  mean_us = measured.avg_us,
  max_us = measured.max_us,
})
pktgen.quit()
