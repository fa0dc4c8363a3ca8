import Tensors

enum Parallel {
    /// The images of all elements, in their order, found on several threads.
    static func map<Element: Sendable, Image: Sendable>(
        _ elements: [Element], _ parallelism: Parallelism, _ body: @Sendable (Element) -> Image
    ) -> [Image] {
        var images = [Image?](repeating: nil, count: elements.count)
        images.withUnsafeMutableBufferPointer { buffer in
            // Sound because each index writes its own element.
            nonisolated(unsafe) let images = buffer
            parallelism.forEach(elements.count) { images[$0] = body(elements[$0]) }
        }
        return images.compactMap { $0 }
    }
}
