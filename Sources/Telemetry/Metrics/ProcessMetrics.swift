import Foundation

/// What every exporter shows of its process, under the names that all of them use.
package enum ProcessMetrics {
    package static func register(in registry: MetricsRegistry) {
        func gauge(_ name: String, _ help: String, _ read: @escaping @Sendable () -> Double?) {
            registry.gauge(name, help, labels: []) { read().map { [Sample(labels: [], value: $0)] } ?? [] }
        }
        registry.counter("process_cpu_seconds_total", "Processor time spent, in seconds.", labels: []) {
            [Sample(labels: [], value: processorSeconds)]
        }
        gauge("process_resident_memory_bytes", "Resident memory, in bytes.") { residentBytes }
        gauge("process_open_fds", "Open file descriptors.") { openDescriptors }
        gauge("process_max_fds", "Most file descriptors that may be open.") { maximumDescriptors }
        let started = Date().timeIntervalSince1970
        gauge("process_start_time_seconds", "When the service started, in seconds since 1970.") { started }
    }

    private static var processorSeconds: Double {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The second number of statm is the resident pages (proc(5)).
    private static var residentBytes: Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static var openDescriptors: Double? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
    }

    private static var maximumDescriptors: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }
}
