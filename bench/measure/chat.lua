-- The one small chat request of the bench, for wrk. MODE=stream asks for a stream; HEADERS is "name: value" lines.
local body = '{"model":"' .. (os.getenv("MODEL") or "mock-1")
  .. '","messages":[{"role":"user","content":"ping"}]'
  .. (os.getenv("MODE") == "stream" and ',"stream":true' or "") .. "}"
wrk.method = "POST"
wrk.body = body
wrk.headers["content-type"] = "application/json"
for name, value in string.gmatch(os.getenv("HEADERS") or "", "([^:\n]+): ([^\n]+)") do
  wrk.headers[name] = value
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"us":%d,"p50us":%d,"p99us":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
