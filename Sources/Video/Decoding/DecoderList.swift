/// The decoders that untrusted files may reach: codecs of which videos are in use, the older ones for archives.
enum DecoderList {
    /// FFmpeg's names of decoders.
    static let names = [
        // Delivery.
        "h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "mpeg1video", "mpeg2video", "h263", "flv",
        "msmpeg4", "msmpeg4v2", "wmv1", "wmv2", "gif",
        // Frame by frame, and without loss: what ultrasound machines and laboratory software write.
        "mjpeg", "rawvideo", "png", "ffv1", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "lagarith", "prores", "dnxhd",
        "dvvideo", "qtrle", "msrle", "msvideo1", "cinepak", "jpeg2000", "bmp", "v210", "zlib",
    ]

    static let option = names.joined(separator: ",")
}
