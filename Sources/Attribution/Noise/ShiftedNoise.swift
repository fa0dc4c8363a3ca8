/// The noise of later samples: sample k is sample `offset + k` of another source.
package struct ShiftedNoise: NoiseSource {
    private let source: any NoiseSource
    private let offset: Int

    package init(_ source: any NoiseSource, by offset: Int) {
        self.source = source
        self.offset = offset
    }

    package func fill(
        _ destination: UnsafeMutableBufferPointer<Float>, component: NoiseComponent, sample: Int, range: Range<Int>
    ) {
        source.fill(destination, component: component, sample: offset + sample, range: range)
    }
}
