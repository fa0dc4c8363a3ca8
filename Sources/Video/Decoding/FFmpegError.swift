import CFFmpeg

enum FFmpeg {
    /// The library's text for an error number.
    static func reason(_ status: Int32) -> String {
        var text = [CChar](repeating: 0, count: Int(AV_ERROR_MAX_STRING_SIZE))
        av_strerror(status, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Stops the library from writing about the contents of files to the process's standard error. Idempotent.
    static func silence() { _ = silenced }

    private static let silenced: Void = av_log_set_level(AV_LOG_QUIET)
}
