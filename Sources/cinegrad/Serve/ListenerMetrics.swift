import HTTPServer
import Telemetry

/// What the connections of a listener are watched by.
enum ListenerMetrics {
    static func register(_ listener: Listener, in registry: MetricsRegistry) {
        func read(_ value: @escaping @Sendable (ListenerCounts) -> Int) -> @Sendable () -> [Sample] {
            { [Sample(labels: [], value: Double(value(listener.counts)))] }
        }
        registry.gauge(
            "cinegrad_http_connections", "Open connections.", labels: [], read: read { $0.connections })
        registry.counter(
            "cinegrad_http_connections_accepted_total", "Connections that were accepted.", labels: [],
            read: read { $0.accepted })
        registry.counter(
            "cinegrad_http_connections_refused_total", "Connections refused because there were too many.", labels: [],
            read: read { $0.refused })
        registry.counter(
            "cinegrad_http_received_bytes_total", "Bytes from clients, with headers.", labels: [],
            read: read { $0.receivedBytes })
        registry.counter(
            "cinegrad_http_sent_bytes_total", "Bytes to clients, with headers.", labels: [],
            read: read { $0.sentBytes })
    }
}
