import Cine
import Foundation
import Glibc
import Rendering
import Testing
import Video

@Suite struct AnimationTests {
    private static let colors = [
        RGBColor(24, 24, 27), RGBColor(255, 60, 50), RGBColor(80, 235, 120), RGBColor(70, 150, 255),
        RGBColor(255, 170, 40), RGBColor(235, 235, 238),
    ]

    /// A field of one colour with a square of another that moves.
    private func picture(_ index: Int, width: Int, height: Int) throws -> RGBImage {
        let canvas = try Canvas(width: width, height: height, color: Self.colors[0])
        canvas.fill(x: 8 + 2 * index, y: 10, width: 16, height: 16, color: Self.colors[1 + index % 5])
        return canvas.image
    }

    private func encode(
        _ format: AnimationFormat, frames: Int, width: Int, height: Int, rate: (Int, Int)
    ) throws -> [UInt8] {
        let rate = try #require(FrameRate(numerator: rate.0, denominator: rate.1))
        return try AnimationEncoder(format: format, rate: rate).encode(frames: frames) {
            try picture($0, width: width, height: height)
        }
    }

    private func withFile<R>(_ bytes: [UInt8], _ body: (URL) throws -> R) throws -> R {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url)
    }

    @Test(arguments: AnimationFormat.allCases, [(1, 25, 1), (12, 25, 1), (30, 30, 1), (9, 30000, 1001)])
    func whatIsWrittenIsReadAgain(format: AnimationFormat, timing: (Int, Int, Int)) throws {
        let (frames, numerator, denominator) = timing
        let (width, height) = (97, 61)
        let bytes = try encode(format, frames: frames, width: width, height: height, rate: (numerator, denominator))
        #expect(
            try encode(format, frames: frames, width: width, height: height, rate: (numerator, denominator)) == bytes)
        try withFile(bytes) { url in
            let facts = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(facts.frames == frames)
            switch format {
            case .mp4:
                #expect(facts.codec == "h264" && facts.pixelFormat == "yuv420p")
                #expect(facts.width == 98 && facts.height == 62)
            case .gif: #expect(facts.codec == "gif" && facts.width == 97 && facts.height == 61)
            }
            if frames > 1 {
                let rate = try #require(facts.frameRate?.framesPerSecond)
                let expected = Double(numerator) / Double(denominator)
                #expect(abs(rate - expected) < (format == .mp4 ? 0.001 : 0.06) * expected)
            }
            for index in [0, frames / 2, frames - 1] {
                let read = try FrameReader.image(of: url, frame: index, limits: VideoLimits())
                // The middle of the square and of the field: chroma has half the pixels in H.264.
                for (x, y) in [(16 + 2 * index, 18), (90, 50), (3, 3)] {
                    let expected = try picture(index, width: width, height: height)[x, y]
                    let found = read[x, y]
                    let difference = max(
                        abs(Int(expected.red) - Int(found.red)), abs(Int(expected.green) - Int(found.green)),
                        abs(Int(expected.blue) - Int(found.blue)))
                    #expect(difference <= (format == .mp4 ? 6 : 1), "frame \(index) at \(x), \(y)")
                }
            }
        }
    }

    /// glibc fills what it hands out with a byte of choice: what an encoder reads without having written it would show in the file.
    @Test(arguments: AnimationFormat.allCases)
    func whatLayInMemoryDoesNotShow(format: AnimationFormat) throws {
        let (width, height) = (322, 182)
        let rate = try #require(FrameRate(numerator: 25, denominator: 1))
        // `mallopt` and its `M_PERTURB` are in no module.
        let symbol = try #require(dlsym(nil, "mallopt"))
        let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
        let perturb: Int32 = -6
        let files = try [1, 60, 200].map { (byte: Int32) in
            try #require(mallopt(perturb, byte) == 1)
            defer { _ = mallopt(perturb, 0) }
            return try AnimationEncoder(format: format, rate: rate).encode(frames: 31) { frame in
                Self.texture(width: width, height: height, square: 8 + 2 * frame)
            }
        }
        #expect(Set(files).count == 1)
    }

    /// Grey that looks like noise, with a red square on it.
    private static func texture(width: Int, height: Int, square: Int) -> RGBImage {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                let isRed = (10..<26).contains(y) && (square..<square + 16).contains(x)
                let grey = UInt8(60 + (x * 7 + y * 13 + (x / 8) * (y / 8) * 29) % 97)
                pixels += isRed ? [255, 60, 50] : [grey, grey, grey]
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// The order of boxes lets a browser begin with the first bytes, and Range requests find their way.
    @Test func theIndexOfAnMP4ComesBeforeItsFrames() throws {
        let bytes = try encode(.mp4, frames: 40, width: 64, height: 48, rate: (20, 1))
        var (boxes, position): ([String], Int) = ([], 0)
        while position + 8 <= bytes.count {
            let size = bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
            boxes.append(String(decoding: bytes[(position + 4)..<(position + 8)], as: UTF8.self))
            try #require(size >= 8)
            position += size
        }
        #expect(position == bytes.count)
        let (index, data) = (try #require(boxes.firstIndex(of: "moov")), try #require(boxes.firstIndex(of: "mdat")))
        #expect(boxes.first == "ftyp" && index < data)
        // No time of creation or name of a program that would differ from run to run.
        let moov = String(decoding: bytes, as: UTF8.self)
        #expect(!moov.contains("Lavf"))
    }

    @Test func aGIFRepeatsAndKeepsItsTimes() throws {
        let bytes = try encode(.gif, frames: 10, width: 40, height: 40, rate: (30, 1))
        #expect(bytes.starts(with: Array("GIF89a".utf8)))
        #expect(String(decoding: bytes, as: Unicode.ASCII.self).contains("NETSCAPE2.0"))
        // 30 a second is three and a third hundredths each: 3, 4 and 3 in turn.
        #expect(Self.delays(bytes).prefix(9) == [3, 4, 3, 3, 4, 3, 3, 4, 3])
    }

    @Test func aGIFLeavesOutFramesThatBrowsersWouldSlowDown() throws {
        let bytes = try encode(.gif, frames: 40, width: 60, height: 40, rate: (100, 1))
        let delays = Self.delays(bytes)
        #expect(delays.count == 20 && delays.dropLast().allSatisfy { $0 == 2 })
    }

    /// Of the graphic control extensions, in hundredths of a second.
    private static func delays(_ bytes: [UInt8]) -> [Int] {
        (0..<(bytes.count - 8)).filter {
            bytes[$0] == 0x21 && bytes[$0 + 1] == 0xF9 && bytes[$0 + 2] == 4 && bytes[$0 + 7] == 0
        }.map { Int(bytes[$0 + 4]) | Int(bytes[$0 + 5]) << 8 }
    }

    /// A ramp of more greys than a palette has room for beside the colours comes back nearly the same.
    @Test func aGIFKeepsGreysAndColours() throws {
        let (width, height) = (256, 40)
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let grey = UInt8(x)
                let table = ColorMap.ember.table
                pixels += y < 20 ? [grey, grey, grey] : [table[3 * x], table[3 * x + 1], table[3 * x + 2]]
            }
        }
        let image = RGBImage(width: width, height: height, pixels: pixels)
        let rate = try #require(FrameRate(numerator: 10, denominator: 1))
        let bytes = try AnimationEncoder(format: .gif, rate: rate).encode(frames: 2) { _ in image }
        try withFile(bytes) { url in
            let read = try FrameReader.image(of: url, frame: 1, limits: VideoLimits())
            let worst = zip(read.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
            #expect(worst <= 6)
        }
    }

    @Test(arguments: AnimationFormat.allCases)
    func whatCannotBeEncodedIsRefused(format: AnimationFormat) throws {
        let rate = try #require(FrameRate(numerator: 10, denominator: 1))
        let encoder = AnimationEncoder(format: format, rate: rate)
        #expect(throws: EncodingError.noFrames) {
            try encoder.encode(frames: 0) { _ in RGBImage(width: 2, height: 2, grey: 0) }
        }
        #expect(throws: EncodingError.sizeChanged(frame: 2)) {
            try encoder.encode(frames: 3) { RGBImage(width: 20 + $0 / 2, height: 20, grey: 0) }
        }
        #expect(throws: EncodingError.tooLarge(width: 5000, height: 2, limit: 4096)) {
            try encoder.encode(frames: 1) { _ in RGBImage(width: 5000, height: 2, grey: 0) }
        }
        struct Stop: Error, Equatable {}
        #expect(throws: Stop()) {
            try encoder.encode(frames: 3) { index in
                guard index < 2 else { throw Stop() }
                return RGBImage(width: 20, height: 20, grey: 9)
            }
        }
    }
}
