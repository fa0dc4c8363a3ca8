import HTTPServer

/// The ending by which an address asks for a form: `/v1/explanations/{id}/maps/flow.mp4` is `/v1/explanations/{id}/maps/flow` as `video/mp4`.
struct AddressForm {
    /// The name of the parameter in which a request carries it on; no `{name}` of a route has a space.
    static let parameter = "address form"

    /// The path's segments without the ending.
    let segments: [String]
    /// Nil when the address has none.
    let format: String?

    /// Endings count below explanations alone, whose ids, kinds and numbers have no dot.
    init(_ request: Request) {
        guard request.segments.count > 2, request.segments.prefix(2) == ["v1", "explanations"],
            let last = request.segments.last, let dot = last.lastIndex(of: "."), dot != last.startIndex,
            let type = MediaType.allCases.first(where: { $0.format == last[last.index(after: dot)...] })
        else {
            segments = request.segments
            format = nil
            return
        }
        segments = request.segments.dropLast() + [String(last[..<dot])]
        format = type.format
    }
}
