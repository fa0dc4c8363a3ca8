/// What a job yields besides maps, as JSON text. It is written last, so it may tell how long it took to store what comes with it.
package struct JobResult: Sendable, ExpressibleByStringLiteral {
    let text: @Sendable (_ storing: Duration) throws -> String

    package init(_ text: @escaping @Sendable (_ storing: Duration) throws -> String) { self.text = text }

    package init(stringLiteral value: String) { text = { _ in value } }
}
