import ArgumentParser
import Cine
import Motion

struct FarnebackRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farneback",
        abstract: "The sampling flow of a clip: a Farnebäck estimation for each pair of frames.")
    @OptionGroup var workload: Workload

    func run() throws {
        let side = workload.side
        // A pattern that moves by a pixel and a half a frame.
        var bytes: [UInt8] = []
        for frame in 0..<workload.frames {
            for index in 0..<side * side {
                let (x, y) = (Double(index % side) - 1.5 * Double(frame), Double(index / side))
                bytes.append(UInt8(128 + 60 * (pattern(x, 9) + pattern(y, 13))))
            }
        }
        let luma = try LumaFrames(bytes: bytes, frames: workload.frames, height: side, width: side)
        let estimator = Farneback(parameters: .standard)
        try Measurement("farneback", workload, model: "pairs \(workload.frames - 1)", load: 0) {
            _ = try estimator.samplingFlow(of: luma, parallelism: workload.parallelism)
        }.report()
    }

    /// A parabola repeated with alternating sign: smooth enough, -1...1.
    private func pattern(_ x: Double, _ period: Double) -> Double {
        let turns = (x / period).rounded(.down)
        let place = x / period - turns
        let arc = 4 * place * (1 - place)
        return turns.truncatingRemainder(dividingBy: 2) == 0 ? arc : -arc
    }
}
