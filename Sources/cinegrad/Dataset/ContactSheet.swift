import Cine

/// Pictures beside and above one another, at most a hundred.
struct ContactSheet {
    private let side, columns, count: Int
    private var shown = 0
    private(set) var image: RGBImage

    init(side: Int, count: Int) {
        self.side = side
        self.count = min(count, 100)
        columns = min(self.count, 10)
        let (width, height) = (columns * (side + 1), (self.count + columns - 1) / columns * (side + 1))
        image = RGBImage(width: width, height: height, pixels: Array(repeating: 64, count: 3 * width * height))
    }

    mutating func append(_ picture: RGBImage) {
        guard shown < count else { return }
        let (row, column) = shown.quotientAndRemainder(dividingBy: columns)
        for line in 0..<side {
            let to = 3 * ((row * (side + 1) + line) * image.width + column * (side + 1))
            let from = 3 * line * side
            image.pixels.replaceSubrange(to..<to + 3 * side, with: picture.pixels[from..<from + 3 * side])
        }
        shown += 1
    }
}
