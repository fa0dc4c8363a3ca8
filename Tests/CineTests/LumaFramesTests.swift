import Cine
import Tensors
import Testing

struct LumaFramesTests {
    private func luma(_ channels: [[Float]]) throws -> [UInt8] {
        let pixels = channels[0].count
        let intensities = try Tensor(shape: [channels.count, 1, 1, pixels], values: channels.flatMap { $0 })
        return try LumaFrames(of: Clip(intensities: intensities, frameRate: nil), order: .rgb).bytes
    }

    /// Colours on which OpenCV's weights of 15 bits and the 14 bits of its older versions round to different bytes.
    @Test func colourBecomesTheLumaOfOpenCV() throws {
        let colours: [(rgb: [Float], luma: UInt8)] = [
            ([0, 0, 250], 28), ([0, 60, 20], 38), ([0, 180, 60], 113), ([15, 75, 35], 53), ([15, 195, 75], 128),
            ([30, 0, 145], 25), ([255, 255, 255], 255), ([0, 0, 0], 0), ([255, 0, 0], 76),
        ]
        let planes = (0..<3).map { channel in colours.map { $0.rgb[channel] / 255 } }
        #expect(try luma(planes) == colours.map(\.luma))
    }

    @Test func valuesOutsideTheRangeAreHeld() throws {
        #expect(try luma([[-3, 0.5, 1.2, .nan, .infinity, -.infinity]]) == [0, 128, 255, 0, 255, 0])
    }

    @Test func otherNumbersOfChannelsAreAveraged() throws {
        #expect(try luma([[0.2, 1], [0.4, 0]]) == [77, 128])
    }

    @Test func framesStayInOrder() throws {
        let intensities = try Tensor(shape: [1, 2, 1, 2], values: [0, 0.2, 0.4, 1])
        let frames = try LumaFrames(of: Clip(intensities: intensities, frameRate: nil), order: .rgb)
        #expect(frames.bytes == [0, 51, 102, 255])
        #expect(frames.frames == 2 && frames.height == 1 && frames.width == 2)
    }

    @Test func bytesThatDoNotFillTheFramesAreRefused() {
        #expect(throws: CineError.notLuma(frames: 2, height: 3, width: 4, bytes: 23)) {
            try LumaFrames(bytes: Array(repeating: 0, count: 23), frames: 2, height: 3, width: 4)
        }
    }
}
