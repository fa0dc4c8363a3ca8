import Cine

/// How often colours occur in pictures, in cells of four steps a channel.
struct ColorCount {
    /// Sums over the pixels of a cell.
    struct Cell {
        var (red, green, blue, count) = (0, 0, 0, 0)
    }

    private(set) var cells = [Cell](repeating: Cell(), count: 1 << 18)

    mutating func add(_ image: RGBImage) {
        for start in stride(from: 0, to: image.pixels.count, by: 3) {
            let (red, green, blue) = (
                Int(image.pixels[start]), Int(image.pixels[start + 1]), Int(image.pixels[start + 2])
            )
            let index = (red >> 2) << 12 | (green >> 2) << 6 | blue >> 2
            cells[index].red += red
            cells[index].green += green
            cells[index].blue += blue
            cells[index].count += 1
        }
    }
}

/// The colours of a GIF.
///
/// Colours are divided in two where they differ most, again and again, and each division is represented by its mean. A
/// colour's weight is the square root of how often it occurs: large areas of one colour need no more than one entry, and
/// a thin line keeps its own.
struct Palette {
    struct Color: Equatable { let red, green, blue: UInt8 }

    private(set) var colors: [Color]
    /// The nearest entry for colours in steps of two, found when it is asked for; -1 before.
    private var nearest = [Int16](repeating: -1, count: 1 << 21)

    /// - Precondition: there is a pixel, and `count` is 1 to 256.
    init(_ pixels: ColorCount, count: Int) {
        precondition((1...256).contains(count), "a palette has 1 to 256 colours")
        var boxes = [
            Box(
                pixels.cells.filter { $0.count > 0 }.map { cell in
                    let total = Double(cell.count)
                    return Box.Entry(
                        channels: [Double(cell.red) / total, Double(cell.green) / total, Double(cell.blue) / total],
                        weight: total.squareRoot())
                })
        ]
        while boxes.count < count {
            guard let worst = boxes.indices.max(by: { boxes[$0].error < boxes[$1].error }),
                let (low, high) = boxes[worst].divided()
            else { break }
            boxes[worst] = low
            boxes.append(high)
        }
        colors = boxes.map { box in
            let mean = box.mean.map { UInt8(min(max($0, 0), 255).rounded()) }
            return Color(red: mean[0], green: mean[1], blue: mean[2])
        }
    }

    mutating func index(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let key = Int(red >> 1) << 14 | Int(green >> 1) << 7 | Int(blue >> 1)
        if nearest[key] < 0 { nearest[key] = Int16(search(Int(red), Int(green), Int(blue))) }
        return UInt8(truncatingIfNeeded: nearest[key])
    }

    private func search(_ red: Int, _ green: Int, _ blue: Int) -> Int {
        var (best, least) = (0, Int.max)
        for (index, color) in colors.enumerated() {
            let (r, g, b) = (red - Int(color.red), green - Int(color.green), blue - Int(color.blue))
            // Green counts most for the eye, blue least.
            let distance = 3 * r * r + 6 * g * g + 2 * b * b
            if distance < least { (best, least) = (index, distance) }
        }
        return best
    }
}

/// Colours that share an entry so far.
private struct Box {
    struct Entry {
        let channels: [Double]
        let weight: Double
    }

    let entries: [Entry]
    let mean: [Double]
    /// The weighted sum of squared distances from the mean, along each channel.
    private let spread: [Double]

    private static let importance = [3.0, 6.0, 2.0]

    init(_ entries: [Entry]) {
        let weight = entries.reduce(0) { $0 + $1.weight }
        let mean = (0..<3).map { channel in
            entries.reduce(0) { $0 + $1.weight * $1.channels[channel] } / max(weight, 1e-9)
        }
        self.entries = entries
        self.mean = mean
        spread = (0..<3).map { channel in
            Self.importance[channel]
                * entries.reduce(0) { sum, entry in
                    let distance = entry.channels[channel] - mean[channel]
                    return sum + entry.weight * distance * distance
                }
        }
    }

    var error: Double { spread.reduce(0, +) }

    /// At the mean of the channel that is spread most; nil when all colours are one.
    func divided() -> (Box, Box)? {
        guard entries.count > 1, let channel = (0..<3).max(by: { spread[$0] < spread[$1] }) else { return nil }
        let low = entries.filter { $0.channels[channel] <= mean[channel] }
        let high = entries.filter { $0.channels[channel] > mean[channel] }
        return low.isEmpty || high.isEmpty ? nil : (Box(low), Box(high))
    }
}
