import Cine
import Foundation
import TestSupport
import Tensors
import Testing
import Video

/// Arrays of floating point, which reach the model unchanged.
@Suite struct FloatArrayTests {
    private let tensor: Tensor = {
        let shape: Shape = [3, 5, 4, 6]
        return Tensor(uninitialized: shape) { values in
            for index in values.indices { values[index] = Float(index) * 0.013 - 1.5 }
        }
    }()

    private func read(_ bytes: [UInt8], _ sampling: ClipSampling, channels: ClipChannels, size: ClipSize) throws
        -> SampledClip
    {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "array.npy")
            try Data(bytes).write(to: url)
            return try ClipReader.read(
                url, sampling: sampling, size: size, channels: channels, framing: .region, limits: VideoLimits())
        }
    }

    private let size = ClipSize(height: 4, width: 6)

    @Test func theModelsShapeIsUsedAsItIs() throws {
        let bytes = NumPy.encode(tensor, shape: tensor.shape)
        // Start and period have nothing to choose from.
        let sampling = ClipSampling(start: 2, frames: 5, period: 3, padding: .refuse)
        for channels in [ClipChannels.rgb, .bgr] {
            let sampled = try read(bytes, sampling, channels: channels, size: size)
            expectClose(sampled.clip.intensities, tensor, relative: 0, absolute: 0)
            #expect(sampled.sourceFrames == [0, 1, 2, 3, 4])
            #expect(!sampled.resized && sampled.clip.frameRate == nil)
        }
    }

    @Test func moreFramesAreSampled() throws {
        let sampled = try read(
            NumPy.encode(tensor, shape: tensor.shape), ClipSampling(start: 1, frames: 2, period: 2, padding: .refuse),
            channels: .rgb, size: size)
        #expect(sampled.sourceFrames == [1, 3])
        #expect(sampled.clip.intensities.shape == [3, 2, 4, 6])
        #expect(sampled.clip.intensities[2, 1, 3, 5] == tensor[2, 3, 3, 5])
        let padded = try read(
            NumPy.encode(tensor, shape: tensor.shape), ClipSampling(start: 3, frames: 3, period: 1, padding: .black),
            channels: .rgb, size: size)
        #expect(padded.sourceFrames == [3, 4, -1])
        #expect(padded.clip.intensities[1, 2, 2, 2] == 0)
    }

    @Test func anotherSizeOrNumberOfChannelsIsRefusedWithBothShapes() {
        let sampling = ClipSampling(start: 0, frames: 2, period: 1, padding: .refuse)
        let bytes = NumPy.encode(tensor, shape: tensor.shape)
        #expect(throws: VideoError.arrayShape(found: [3, 5, 4, 6], expected: [3, 2, 4, 7])) {
            try read(bytes, sampling, channels: .rgb, size: ClipSize(height: 4, width: 7))
        }
        #expect(throws: VideoError.arrayShape(found: [3, 5, 4, 6], expected: [1, 2, 4, 6])) {
            try read(bytes, sampling, channels: .luma, size: size)
        }
        #expect(throws: VideoError.tooShort(available: 5, needed: 7, start: 0, period: 1)) {
            try read(
                bytes, ClipSampling(start: 0, frames: 7, period: 1, padding: .refuse), channels: .rgb, size: size)
        }
    }

    @Test func aValueThatIsNoNumberIsNamed() throws {
        var broken = tensor
        broken[1, 2, 3, 4] = .nan
        let sampling = ClipSampling(start: 0, frames: 5, period: 1, padding: .refuse)
        let error = #expect(throws: VideoError.self) {
            try read(NumPy.encode(broken, shape: broken.shape), sampling, channels: .rgb, size: size)
        }
        #expect(error?.description.contains("[1, 2, 3, 4]") == true)
    }

    @Test func theProbeTellsTheArray() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "array.mp4")
            try Data(NumPy.encode(tensor, shape: tensor.shape)).write(to: url)
            let floats = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(
                floats
                    == VideoFacts(
                        format: .npy, codec: "array", pixelFormat: "float", width: 6, height: 4, frames: 5,
                        frameRate: nil, rotation: 0, pixelAspect: nil, arrayShape: [3, 5, 4, 6], arrayElement: "<f4",
                        dicom: nil))
            try Data(npy("|u1", "(2, 3, 4, 3)", [UInt8](repeating: 9, count: 72))).write(to: url)
            let bytes = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(bytes.frames == 2 && bytes.height == 3 && bytes.width == 4)
            #expect(bytes.pixelFormat == "rgb24" && bytes.arrayElement == "|u1")
        }
    }

    @Test func framesAreShownWithinTheRange() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "array.npy")
            let values: [Float] = [-1, 0.5, 1, 2] + [0, 0, 0, 0] + [1, 1, 1, 1]
            try Data(NumPy.encode(try Tensor(shape: [3, 1, 2, 2], values: values), shape: [3, 1, 2, 2])).write(to: url)
            let image = try FrameReader.image(of: url, frame: 0, limits: VideoLimits())
            #expect(image.pixels == [0, 0, 255, 128, 0, 255, 255, 0, 255, 255, 0, 255])
        }
    }

    @Test(arguments: [
        ("|u1", "(2, 2, 2)", 8), ("|u1", "(1, 2, 2, 2)", 8), ("|u1", "(0, 2, 2, 3)", 0), ("<f4", "(2, 2)", 16),
        ("<i4", "(1, 1, 2, 2)", 16), ("<f4", "(3, 1, 2, 2)", 8),
    ])
    func arraysThatAreNoVideoAreMalformed(descr: String, shape: String, bytes: Int) throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "array.npy")
            try Data(npy(descr, shape, [UInt8](repeating: 0, count: bytes))).write(to: url)
            let error = #expect(throws: VideoError.self) { try VideoProbe.probe(url, limits: VideoLimits()) }
            #expect(error?.code == "video.malformed-array")
        }
    }
}
