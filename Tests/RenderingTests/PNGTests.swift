import Cine
import Rendering
import Testing

@Suite struct PNGTests {
    private func gradient(width: Int, height: Int) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                pixels += [x * 7, y * 5, x * y].map { UInt8(truncatingIfNeeded: $0) }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    @Test(arguments: [(1, 1), (3, 2), (35, 27), (112, 112), (1, 300)])
    func pixelsAndTextsComeBack(width: Int, height: Int) throws {
        let image = gradient(width: width, height: height)
        let text = [("Title", "a map"), ("Comment", ""), ("Source", "größer als 3 µm, ∂y/∂x")]
        let bytes = try PNG.encode(image, text: text)
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        let decoded = try PNG.decode(bytes)
        #expect(decoded.image == image)
        #expect(decoded.text.map(\.keyword) == text.map(\.0))
        #expect(decoded.text.map(\.text) == text.map(\.1))
        #expect(try PNG.encode(image, text: text) == bytes)
    }

    @Test func greyPicturesHaveOneChannel() throws {
        let grey = RGBImage(width: 2, height: 1, pixels: [7, 7, 7, 200, 200, 200])
        let bytes = try PNG.encode(grey, text: [])
        // The colour type in the header: 0 is greyscale, 2 is truecolour.
        #expect(bytes[25] == 0)
        #expect(try PNG.decode(bytes).image == grey)
        #expect(try PNG.encode(gradient(width: 4, height: 4), text: [])[25] == 2)
    }

    @Test(arguments: ["", " a", "a ", "a  b", "größe", "a\nb", String(repeating: "k", count: 80)])
    func keywordsFollowTheFormat(keyword: String) {
        let image = gradient(width: 2, height: 2)
        #expect(throws: PNGError.invalidKeyword(keyword)) { try PNG.encode(image, text: [(keyword, "text")]) }
        #expect(throws: PNGError.invalidText(keyword: "k")) { try PNG.encode(image, text: [("k", "a\0b")]) }
    }

    @Test func damageIsAnError() throws {
        let bytes = try PNG.encode(gradient(width: 20, height: 20), text: [("Title", "t")])
        #expect(throws: PNGError.self) { try PNG.decode([]) }
        #expect(throws: PNGError.self) { try PNG.decode(Array("no picture at all".utf8)) }
        for length in stride(from: 0, to: bytes.count - 12, by: 3) {
            #expect(throws: PNGError.self) { try PNG.decode(Array(bytes[..<length])) }
        }
        var damaged = bytes
        damaged[bytes.count - 30] ^= 0xFF
        #expect(throws: PNGError.self) { try PNG.decode(damaged) }
    }
}
