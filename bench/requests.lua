-- SPDX-License-Identifier: Apache-2.0
-- wrk's part of bench/run: asks for the paths of a file, one by one at random (the
-- same sequence each time), and at the end prints one line of JSON.

local requests = {}

function init(args)
	for path in io.lines(args[1]) do
		requests[#requests + 1] = wrk.format("GET", path)
	end
	math.randomseed(1)
end

function request()
	return requests[math.random(#requests)]
end

function done(summary, latency)
	local errors = summary.errors
	io.write(string.format('{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %d, "p99": %d, "p999": %d, "errors": %d}\n',
		summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50), latency:percentile(99),
		latency:percentile(99.9), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
