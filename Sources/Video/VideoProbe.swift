import CFFmpeg
package import Foundation
import Tensors

/// Finds out what a file is, how large its frames are and how many, before anybody asks for them.
package enum VideoProbe {
    /// Reads the whole file once. Decodes the first frame; the others only where the number of packets is not that of
    /// frames.
    /// - Throws: ``VideoError``.
    package static func probe(_ url: URL, limits: VideoLimits) throws -> VideoFacts {
        switch try ContentType.of(try VideoError.reading { try RandomAccessFile(url) }) {
        case .array: try ArrayVideo.open(url, limits: limits).facts
        case .container(let format):
            switch limits.containerReading {
            case .here: try probe(FrameDecoder(Container(url, format, limits: limits), limits: limits), limits: limits)
            case .process(let executable): try IsolatedVideo.probe(executable, url, limits: limits)
            }
        case .dicom:
            try DICOMVideo(url, framing: .region, counting: true, limits: limits).requirePixels().videoFacts
        }
    }

    private static func probe(_ decoder: FrameDecoder, limits: VideoLimits) throws -> VideoFacts {
        let container = decoder.container
        let countsPackets = container.hasOneFrameAPacket
        var (facts, packets): (VideoFacts?, Int) = (nil, 0)

        func takeFrames() throws {
            while try decoder.receive(), !decoder.isDrained {
                if facts == nil { facts = firstFacts(decoder) }
            }
        }
        func check(_ frames: Int) throws {
            guard frames <= limits.maximumFrames else {
                throw VideoError.tooLarge(what: "frames", limit: limits.maximumFrames)
            }
            if let facts, frames > limits.maximumPixelsInAll / (facts.width * facts.height) {
                throw VideoError.tooLarge(what: "pixels in all its frames", limit: limits.maximumPixelsInAll)
            }
        }

        while try container.readPacket() {
            if !container.packetIsDiscarded { packets += 1 }
            try check(countsPackets ? packets : decoder.decoded)
            if facts == nil || !countsPackets {
                try decoder.send(container.packet.pointer)
                try takeFrames()
            }
        }
        guard packets > 0 else { throw VideoError.noFrames }
        if facts == nil || !countsPackets {
            try decoder.send(nil)
            try takeFrames()
        }
        guard var facts else {
            throw VideoError.decodingFailed(frame: 0, reason: "no picture comes of the stream's data")
        }
        facts.frames = countsPackets ? packets : decoder.decoded
        try check(facts.frames)
        return facts
    }

    private static func firstFacts(_ decoder: FrameDecoder) -> VideoFacts {
        VideoFacts(
            format: decoder.container.format.format, codec: decoder.codecName, pixelFormat: decoder.pixelFormatName,
            width: decoder.size.width, height: decoder.size.height, frames: 0, frameRate: decoder.frameRate,
            rotation: decoder.orientation.degrees, pixelAspect: decoder.container.pixelAspect, arrayShape: nil,
            arrayElement: nil, dicom: nil)
    }
}

extension Container {
    /// Whether each packet is one frame that is shown, so that counting needs no decoding.
    ///
    /// Not so: VP8 (hidden reference frames), MPEG-4 (several frames packed in one), HEVC (leading pictures of a cut
    /// are dropped), H.264 by fields or in AVI.
    fileprivate var hasOneFrameAPacket: Bool {
        guard let parameters else { return false }
        switch parameters.codec_id {
        case AV_CODEC_ID_MJPEG, AV_CODEC_ID_RAWVIDEO, AV_CODEC_ID_PNG, AV_CODEC_ID_FFV1, AV_CODEC_ID_HUFFYUV,
            AV_CODEC_ID_FFVHUFF, AV_CODEC_ID_UTVIDEO, AV_CODEC_ID_MAGICYUV, AV_CODEC_ID_PRORES, AV_CODEC_ID_V210:
            return true
        case AV_CODEC_ID_H264:
            switch format {
            case .mp4, .matroska: return parameters.field_order == AV_FIELD_PROGRESSIVE
            case .avi, .gif, .transportStream, .programStream, .mpegVideo, .h264, .hevc: return false
            }
        case AV_CODEC_ID_VP9, AV_CODEC_ID_AV1: return true
        default: return false
        }
    }
}
