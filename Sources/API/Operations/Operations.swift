import HTTPServer
import Logging
import Pipelines
import Store
package import Telemetry

/// What the service shows to those who run it.
package struct Operations: Sendable {
    package let registry: MetricsRegistry
    package let readiness: ReadinessProbe

    package init(registry: MetricsRegistry, readiness: ReadinessProbe) {
        self.registry = registry
        self.readiness = readiness
    }

    /// Adds the numbers that are read when they are asked for.
    func register(store: Store) {
        registry.gauge(
            "cinegrad_build_info", "Always 1; what was built.", labels: ["version", "revision"]
        ) { [Sample(labels: [SoftwareVersion.current, SoftwareVersion.revision ?? "unknown"], value: 1)] }
        registry.gauge(
            "cinegrad_explanations", "Stored explanations by their state; those that are queued are the queue's depth.",
            labels: ["state"]
        ) {
            ((try? store.explanationCounts()) ?? [:]).map { Sample(labels: [$0.key.rawValue], value: Double($0.value)) }
        }
        registry.gauge("cinegrad_disk_free_bytes", "Free bytes on the disk of the data directory.", labels: []) {
            (try? store.freeBytes()).map { [Sample(labels: [], value: Double($0))] } ?? []
        }
        registry.gauge("cinegrad_database_bytes", "Bytes of the database and its log.", labels: []) {
            [Sample(labels: [], value: Double(store.databaseBytes()))]
        }
        registry.gauge(
            "cinegrad_ready", "1 for what /readyz finds in order, 0 for what it does not.", labels: ["subject"]
        ) { [readiness] in
            readiness.checks().map { Sample(labels: [$0.subject.rawValue], value: $0.failure == nil ? 1 : 0) }
        }
        ProcessMetrics.register(in: registry)
    }
}
