import Foundation
import Tensors

/// What one run of `bench` found, printed as a line of JSON.
struct Measurement: Encodable {
    let work: String
    let model: String
    let frames: Int
    let side: Int
    let threads: Int
    let seconds: [Double]
    let minimum: Double
    let median: Double
    /// The process's largest resident memory, from /proc/self/status.
    let peakBytes: Int
    /// The same before the work began, the network loaded.
    let idleBytes: Int

    /// The most bytes that the work held at once, as `WorkMeter` counts them.
    let countedBytes: Int
    /// The same as it was predicted; nil where nothing was.
    var predictedBytes: Int?

    /// Seconds that it took to load the network.
    let loadSeconds: Double
    /// Multiplications and additions that the products of one run make, Winograd's savings and padding counted as they are, in billions, and as many
    /// a second of the fastest run.
    let gigaflops, gigaflopsPerSecond: Double

    /// - Parameter body: is run once to warm up and then `repeats` times.
    init(_ work: String, _ options: Workload, model: String, load: Double, _ body: () throws -> Void) throws {
        loadSeconds = load
        idleBytes = Self.memory("VmRSS")
        let meter = WorkMeter()
        try meter.measuring(body)
        var seconds: [Double] = []
        let clock = ContinuousClock()
        for _ in 0..<options.repeats {
            let elapsed = try clock.measure(body)
            seconds.append(Double(elapsed.components.attoseconds) * 1e-18 + Double(elapsed.components.seconds))
        }
        let sorted = seconds.sorted()
        self.work = work
        self.model = model
        self.seconds = seconds
        (frames, side, threads) = (options.frames, options.side, options.threads)
        minimum = sorted.first ?? 0
        gigaflops = Double(meter.flops) / 1e9
        countedBytes = meter.peakBytes
        gigaflopsPerSecond = minimum > 0 ? gigaflops / minimum : 0
        median = sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        peakBytes = Self.memory("VmHWM")
    }

    func report() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }

    /// A line of /proc/self/status in bytes; 0 where there is none.
    private static func memory(_ key: String) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(key):") }
        return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
    }
}
