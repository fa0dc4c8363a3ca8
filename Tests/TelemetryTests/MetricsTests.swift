import Foundation
import Telemetry
import Testing

struct MetricsTests {
    @Test func countersAndGaugesAreWrittenWithTheirLabels() {
        let registry = MetricsRegistry()
        let requests = registry.counter(
            "requests_total", "Answered\nrequests, by \\ status.", labels: ["route", "status"])
        requests.add(1, ["/v1/{id}", "200"])
        requests.add(2, ["/v1/{id}", "200"])
        requests.add(0.5, ["say \"a\\b\"\n", "404"])
        registry.gauge("depth", "Waiting.", labels: []) { [Sample(labels: [], value: 7)] }
        registry.gauge("unknown", "Cannot be read.", labels: []) { [] }
        registry.counter("elsewhere_total", "Counted elsewhere.", labels: ["state"]) {
            [Sample(labels: ["b"], value: 1), Sample(labels: ["a"], value: -.infinity)]
        }
        #expect(
            registry.text() == #"""
                # HELP requests_total Answered\nrequests, by \\ status.
                # TYPE requests_total counter
                requests_total{route="/v1/{id}",status="200"} 3
                requests_total{route="say \"a\\b\"\n",status="404"} 0.5
                # HELP depth Waiting.
                # TYPE depth gauge
                depth 7
                # HELP unknown Cannot be read.
                # TYPE unknown gauge
                # HELP elsewhere_total Counted elsewhere.
                # TYPE elsewhere_total counter
                elsewhere_total{state="a"} -Inf
                elsewhere_total{state="b"} 1

                """#)
    }

    @Test func bucketsHoldWhatIsAtOrBelowTheirBound() {
        let registry = MetricsRegistry()
        let seconds = registry.histogram("wait_seconds", "Waits.", labels: ["kind"], bounds: [0.5, 2])
        for value in [0.25, 0.5, 1.75, 4] { seconds.observe(value, ["a"]) }
        seconds.observe(.milliseconds(1500), ["b"])
        #expect(
            registry.text() == """
                # HELP wait_seconds Waits.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{kind="a",le="0.5"} 2
                wait_seconds_bucket{kind="a",le="2"} 3
                wait_seconds_bucket{kind="a",le="+Inf"} 4
                wait_seconds_sum{kind="a"} 6.5
                wait_seconds_count{kind="a"} 4
                wait_seconds_bucket{kind="b",le="0.5"} 0
                wait_seconds_bucket{kind="b",le="2"} 1
                wait_seconds_bucket{kind="b",le="+Inf"} 1
                wait_seconds_sum{kind="b"} 1.5
                wait_seconds_count{kind="b"} 1

                """)
    }

    @Test func nothingIsLostBetweenThreads() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("n_total", "n", labels: [])
        let histogram = registry.histogram("h", "h", labels: [], bounds: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for value in 0..<1000 {
                        counter.add(1, [])
                        histogram.observe(Double(value % 3), [])
                    }
                }
            }
        }
        #expect(registry.text().contains("\nn_total 8000\n"))
        #expect(registry.text().contains("h_bucket{le=\"1\"} 5336\n") && registry.text().contains("h_count 8000\n"))
    }

    @Test func theProcessShowsItself() throws {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry)
        let text = registry.text()
        func value(_ name: String) throws -> Double {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
            return try #require(Double(line.split(separator: " ")[1]))
        }
        #expect(try value("process_resident_memory_bytes") > 1_048_576)
        #expect(try value("process_cpu_seconds_total") > 0)
        let (open, most): (Double, Double) = (try value("process_open_fds"), try value("process_max_fds"))
        #expect(open >= 3 && open <= most)
        #expect(try abs(value("process_start_time_seconds") - Date().timeIntervalSince1970) < 86_400)
    }
}
