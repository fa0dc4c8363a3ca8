package import Foundation

/// What the service prints when it is ready: where it is, and commands that work when they are pasted.
package struct Greeting: Hashable, Sendable {
    package let text: String

    /// - Parameter host: as it was asked for; a wildcard address is reached by the loopback one.
    package init(host: String, port: Int, dataDirectory: URL) {
        let name =
            switch host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            default: host.contains(":") ? "[\(host)]" : host
            }
        let url = "http://\(name):\(port)"
        text = """
            Cinegrad is ready at \(url)
            Data directory: \(dataDirectory.path)

            To try it, fetch a clip, have it explained, and fetch a picture of the result:

            curl -s \(url)/sample.mp4 -o sample.mp4

            curl -s -F video=@sample.mp4 -F 'request={"model":"moving-shapes-sides","samples":20}' \\
              '\(url)/v1/explanations?wait=120' -o explanation.json

            curl -s "\(url)$(sed 's/.*"map_error":"\\([^"]*\\)".*/\\1/' explanation.json)?format=png" -o error.png


            """
    }

    /// A reader that has gone away is no reason not to serve.
    func print() {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
