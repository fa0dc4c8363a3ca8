import Foundation
import HTTPServer
import HTTPTypes
import Logging
import Synchronization
import TestSupport
import Testing

/// A service that takes tokens of an OpenID Connect provider.
struct IssuerTests {
    private let directory: TemporaryDirectory
    private let settings = [
        "CINEGRAD_SERVER_TLS_IN_FRONT": "true", "CINEGRAD_JWT_ISSUER": TestIssuer.name,
        "CINEGRAD_JWT_AUDIENCE": TestIssuer.audience,
    ]

    init() throws { directory = try TemporaryDirectory() }

    private func bearer(_ token: String) -> [String] { ["-H", "Authorization: Bearer \(token)"] }

    private func claims(_ scopes: String) -> String {
        TestIssuer.claims(["scope": "\"\(scopes)\""], at: Int(Date().timeIntervalSince1970))
    }

    /// Without a token of its own: the issuer's are enough to start with.
    @Test func keysOfAFileAreEnoughToStart() async throws {
        let file = directory.url.appending(path: "keys.json")
        let key = try await SigningKey.es256("a")
        try SigningKey.published([key]).write(to: file)
        let service = try await ServiceProcess.start(
            in: directory,
            environment: settings.merging([
                "CINEGRAD_JWT_KEYS_FILE": file.path, "CINEGRAD_JWT_SCOPE_READ": "clinician",
                "CINEGRAD_LOG_LEVEL": "trace",
            ]) { $1 })
        let token = try key.token(claims("clinician"))
        try await service.curl("/v1/videos", bearer(token), expecting: 200)
        try await service.curl("/v1/videos", bearer(token) + ["-F", "video=@/dev/null"], expecting: 403)
        try await service.curl("/v1/videos", [], expecting: 401)
        let expired = try key.token(TestIssuer.claims([:], at: 1_700_000_000))
        let refused = try await service.curl("/v1/videos", bearer(expired), expecting: 401)
        #expect(refused.headers["www-authenticate"]?.contains(#"error="invalid_token", error_description="#) == true)
        #expect(await service.stop() == .exit(0))
        for part in [token, expired].flatMap({ $0.split(separator: ".") }) {
            #expect(!service.logText.contains(part))
        }
    }

    /// Tokens and keys that another implementation made, by every algorithm.
    @Test func tokensOfOthersAreTaken() async throws {
        let errors = directory.url.appending(path: "errors")
        let child = try ChildProcess(
            "bash",
            [
                ProjectFile.url("Tests/Issuer/run.sh").path, directory.url.path, TestIssuer.name, TestIssuer.audience,
            ], environment: ["HOME": directory.url.path], output: .pipe, errors: errors)
        let ending = await child.ending()
        // 77: there is no way to the package index. The other tests make tokens of their own.
        if ending == .exit(77) { return }
        #expect(ending == .exit(0), "\((try? String(contentsOf: errors, encoding: .utf8)) ?? "")")
        let tokens = try JSONDecoder().decode(
            [String: String].self, from: Data(contentsOf: directory.url.appending(path: "tokens.json")))
        #expect(tokens.count == 9)
        let service = try await ServiceProcess.start(
            in: directory,
            environment: settings.merging([
                "CINEGRAD_JWT_KEYS_FILE": directory.url.appending(path: "keys.json").path
            ]) { $1 })
        for (algorithm, token) in tokens {
            try await service.curl("/v1/videos", bearer(token), expecting: 200)
            let parts = token.split(separator: ".")
            let others = tokens.filter { $0.key != algorithm }.values.map { $0.split(separator: ".") }
            // The signature of another token of the same claims.
            let mixed = "\(parts[0]).\(parts[1]).\(try #require(others.first)[2])"
            try await service.curl("/v1/videos", bearer(mixed), expecting: 401)
        }
        #expect(await service.stop() == .exit(0))
    }

    @Test func keysOfAnAddressComeAndChange() async throws {
        let (old, new) = (try await SigningKey.es256("old"), try await SigningKey.eddsa("new"))
        // The provider is down at first.
        let published = Mutex<Data?>(nil)
        let listener = Listener(
            configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: ServerLimits()),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            responder: { _ in
                guard let keys = published.withLock({ $0 }) else {
                    return Response(status: .serviceUnavailable, headers: [:], body: .empty)
                }
                return Response(status: .ok, headers: [:], body: .bytes(Array(keys)))
            }, refusal: { Response(status: $0.status, headers: [:], body: .empty) })
        let address = try await listener.start()
        let service = try await ServiceProcess.start(
            in: directory,
            environment: settings.merging(["CINEGRAD_JWT_KEYS_URL": "http://127.0.0.1:\(address.port)/certs"]) { $1 })
        let token = try old.token(claims("cinegrad:read"))
        let early = try await service.curl("/v1/videos", bearer(token), expecting: 503)
        #expect(early.headers["retry-after"] != nil && early.text.contains("access.jwt-keys-unavailable"))
        try await service.curl("/readyz", [], expecting: 200)
        let (first, second) = (try SigningKey.published([old]), try SigningKey.published([new]))
        published.withLock { $0 = first }
        try await service.curl("/v1/videos", bearer(token), expecting: 200)
        published.withLock { $0 = second }
        try await service.curl("/v1/videos", bearer(try new.token(claims("cinegrad:read"))), expecting: 200)
        try await service.curl("/v1/videos", bearer(token), expecting: 401)
        await listener.shutdown(within: .seconds(10))
        #expect(await service.stop() == .exit(0))
        #expect(service.logText.contains("the issuer's keys could not be read"))
    }

    /// A hospital's own authority, which no system knows.
    @Test func anAddressIsTrustedByItsCertificate() async throws {
        func path(_ name: String) -> String { directory.url.appending(path: name).path }
        let (status, output) = try ForeignProgram.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            "-subj", "/CN=login", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path("key.pem"), "-out",
            path("cert.pem"),
        ])
        #expect(status == 0, "\(output)")
        let key = try await SigningKey.es256("a")
        try SigningKey.published([key]).write(to: directory.url.appending(path: "certs"))
        let server = try ChildProcess(
            "python3", ["-c", Self.serveOverTLS, directory.url.path], environment: [:], output: .pipe,
            errors: directory.url.appending(path: "errors"))
        let port = await server.output.text(through: "\n").trimmingCharacters(in: .newlines)
        let settings = settings.merging(["CINEGRAD_JWT_KEYS_URL": "https://127.0.0.1:\(port)/certs"]) { $1 }
        let token = try key.token(claims("cinegrad:read"))

        let stranger = try await ServiceProcess.start(in: directory, environment: settings)
        try await stranger.curl("/v1/videos", bearer(token), expecting: 503)
        #expect(await stranger.stop() == .exit(0))
        #expect(stranger.logText.contains("the address cannot be reached: the connection is not safe"))
        let service = try await ServiceProcess.start(
            in: directory, environment: settings.merging(["CINEGRAD_JWT_CERTIFICATES": path("cert.pem")]) { $1 })
        try await service.curl("/v1/videos", bearer(token), expecting: 200)
        #expect(await service.stop() == .exit(0))
    }

    private static let serveOverTLS = """
        import http.server, os, ssl, sys
        os.chdir(sys.argv[1])
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("cert.pem", "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    @Test func aFileWithoutKeysKeepsItFromStarting() async throws {
        let file = directory.url.appending(path: "keys.json")
        for (text, reason) in [
            (nil, "the file cannot be read"), ("{}", "it is no JSON Web Key Set"), (#"{"keys":[]}"#, "it has no key"),
        ] {
            if let text { try Data(text.utf8).write(to: file) }
            let (ending, _, errors) = try await BuiltBinary.end(
                ["serve", "--port", "0"],
                environment: settings.merging(["CINEGRAD_JWT_KEYS_FILE": file.path]) { $1 }, in: directory)
            #expect(ending == .exit(1))
            #expect(
                errors.hasPrefix("Error: tokens of an issuer are taken (jwt.issuer), but \(file.path)"), "\(errors)")
            #expect(errors.contains(reason), "\(errors)")
        }
    }
}
