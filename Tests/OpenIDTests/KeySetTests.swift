import Foundation
import OpenID
import TestSupport
import Testing

/// What an issuer publishes, as it is and as it should not be.
struct KeySetTests {
    private func error(_ json: String) async throws -> KeySetError? {
        await #expect(throws: KeySetError.self) { try await KeySet(json: Data(json.utf8)) }
    }

    /// One key with other values for some of its fields.
    private func key(_ changes: [String: String], of key: SigningKey) throws -> String {
        let fields = key.published.merging(changes) { $1 }.filter { !$0.value.isEmpty }
        return String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
    }

    @Test(arguments: [
        "", "{}", "[]", "null", #"{"keys":{}}"#, #"{"keys":[1]}"#, #"{"keys":[{}]}"#, #"{"keys":[{"kty":7}]}"#,
        #"{"keys":[{"kty":"RSA","n":1}]}"#, "\u{FEFF}x", "<html></html>",
    ])
    func otherTextsAreRefused(_ json: String) async throws {
        #expect(try await error(json) == .malformed)
    }

    @Test func whatIsForSomethingElseIsPassedOver() async throws {
        let good = try await SigningKey.es256("a")
        let others = try [
            key(["use": "enc", "kid": "b"], of: good), key(["alg": "ECDH-ES", "kid": "c"], of: good),
            key(["crv": "secp256k1", "kid": "d"], of: good), key(["kty": "EC2", "kid": "e"], of: good),
            key(["kid": ""], of: good), #"{"kty":"oct","kid":"f","k":"AAAA"}"#,
            #"{"kty":"EC","kid":"g","crv":"P-256","key_ops":["deriveKey"],"future":[{"x":1e400}]}"#,
        ]
        for other in others { #expect(try await error(#"{"keys":[\#(other)]}"#) == .empty, "\(other)") }
        let all = try #"{"keys":[\#((others + [key([:], of: good)]).joined(separator: ","))]}"#
        #expect(try await KeySet(json: Data(all.utf8)).count == 1)
        #expect(try await error(#"{"keys":[]}"#) == .empty)
    }

    @Test func brokenKeysAreNamedByTheirPlaceAndTheOthersTrusted() async throws {
        let good = try await SigningKey.es256("a")
        let whole = try key(["kid": "first"], of: good)
        let broken = try [
            key(["x": "AAAA"], of: good), key(["y": "not base64!"], of: good), key(["y": ""], of: good),
            key(["crv": "P-384"], of: good), #"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"AAAA"}"#,
            #"{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}"#, #"{"kty":"RSA","kid":"a"}"#,
        ]
        for broken in broken {
            let set = try await KeySet(json: Data(#"{"keys":[\#(whole),\#(broken)]}"#.utf8))
            #expect(set.count == 1 && set.passedOver == [.unusable(number: 2)], "\(broken)")
            #expect(try await error(#"{"keys":[\#(broken)]}"#) == .unusable(number: 1), "\(broken)")
        }
        let secret = try key(["d": "AAAA"], of: good)
        let set = try await KeySet(json: Data(#"{"keys":[\#(secret),\#(whole),\#(whole)]}"#.utf8))
        #expect(set.count == 1 && set.passedOver == [.privateKey(number: 1), .repeated(number: 3)])
        #expect(try await error(#"{"keys":[\#(secret)]}"#) == .privateKey(number: 1))
    }

    @Test func keysOfFewBitsAreNone() async throws {
        let output = try ForeignProgram.run(
            ["bash", "-c", "openssl genrsa 1024 2>/dev/null | openssl rsa -noout -modulus"]
        ).output
        let digits = try #require(output.firstMatch(of: /Modulus=([0-9A-F]+)/)).1
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(digits.dropFirst($0).prefix(2), radix: 16)
        }
        #expect(bytes.count == 128)
        let key = #"{"kty":"RSA","kid":"a","e":"AQAB","n":"\#(SigningKey.text(Data(bytes)))"}"#
        #expect(try await error(#"{"keys":[\#(key)]}"#) == .unusable(number: 1))
    }

    @Test func thereAreNotTooMany() async throws {
        let keys = Array(repeating: #"{"kty":"oct"}"#, count: 101).joined(separator: ",")
        #expect(try await error(#"{"keys":[\#(keys)]}"#) == .tooLarge)
        #expect(try await error(#"{"keys":[]}"# + String(repeating: " ", count: 1 << 20)) == .tooLarge)
    }

    @Test func errorsSayWhatIsWrong() {
        let errors: [KeySetError] = [
            .tooLarge, .malformed, .privateKey(number: 3), .repeated(number: 3), .unusable(number: 3), .empty,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(KeySetError.unusable(number: 3).description.contains("its key 3"))
    }
}
