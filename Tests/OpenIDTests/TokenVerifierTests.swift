import Foundation
import OpenID
import TestSupport
import Testing

/// Which tokens are taken.
struct TokenVerifierTests {
    @Test func everyAlgorithmIsTakenFromItsKey() async throws {
        let pem = try SigningKey.rsaKey(bits: 2048)
        var keys = [try await SigningKey.es256("e2"), try await .es384("e3"), try await .eddsa("ed")]
        for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
            keys.append(try await .rsa("r-\(algorithm)", algorithm, pem: pem))
        }
        let issuer = try TestIssuer(keys)
        for key in keys {
            let account = try await issuer.account(of: key.token(TestIssuer.claims()))
            #expect(account.shownName == "f3a1" && account.granted == ["openid", "cinegrad:read"], "\(key.algorithm)")
        }
    }

    @Test func noSymmetricAlgorithmIsTaken() async throws {
        let pem = try SigningKey.rsaKey(bits: 2048)
        let key = try await SigningKey.rsa("a", "RS256", pem: pem)
        let issuer = try TestIssuer([key])
        let modulus = try #require(key.published["n"])
        let publicPEM = try ForeignProgram.run(
            ["bash", "-c", "openssl rsa -pubout 2>/dev/null <<< \"$0\"", pem]
        ).output
        #expect(publicPEM.hasPrefix("-----BEGIN PUBLIC KEY-----"))
        // What is public, taken for the secret of HMAC (RFC 8725, section 2.1).
        let set = String(decoding: try SigningKey.published([key]), as: UTF8.self)
        for secret in [publicPEM, publicPEM.trimmingCharacters(in: .newlines), modulus, set, ""] {
            let forger = try await SigningKey.hs256("a", secret: secret)
            for algorithm in ["HS256", "HS384", "HS512", "hs256"] {
                let token = try forger.token(header: #"{"alg":"\#(algorithm)","kid":"a"}"#, claims: TestIssuer.claims())
                #expect(try await issuer.refusal(token) == .algorithm)
            }
            // The algorithm of the key, and a code of HMAC for a signature.
            let token = try forger.token(header: #"{"alg":"RS256","kid":"a"}"#, claims: TestIssuer.claims())
            #expect(try await issuer.refusal(token) == .signature)
        }
        let unsigned = SigningKey.text(Data(TestIssuer.claims().utf8))
        for algorithm in ["none", "None", "NONE", "nOnE", "", "RSA-OAEP", "ES512", "ES256K", "MLDSA65"] {
            let header = SigningKey.text(Data(#"{"alg":"\#(algorithm)","kid":"a"}"#.utf8))
            #expect(try await issuer.refusal("\(header).\(unsigned).") == .algorithm, "\(algorithm)")
            // Signed with the key of the issuer all the same.
            let token = try key.token(header: #"{"alg":"\#(algorithm)","kid":"a"}"#, claims: TestIssuer.claims())
            #expect(try await issuer.refusal(token) == .algorithm, "\(algorithm)")
        }
    }

    @Test func theKeySaysByWhichAlgorithmItIsUsed() async throws {
        let pem = try SigningKey.rsaKey(bits: 2048)
        let rsa = try await SigningKey.rsa("a", "RS256", pem: pem)
        let pss = try await SigningKey.rsa("a", "PS256", pem: pem)
        let issuer = try TestIssuer([])
        // A key that names none is for all of its kind, in any order.
        try issuer.publish([rsa])
        for key in [pss, rsa, pss, rsa] { #expect(try await issuer.refusal(key.token(TestIssuer.claims())) == nil) }
        let one = try TestIssuer([])
        let named = rsa.published.merging(["alg": "RS256", "use": "sig"]) { $1 }
        try one.publish(text: JSONEncoder().encode(["keys": [named]]))
        #expect(try await one.refusal(rsa.token(TestIssuer.claims())) == nil)
        #expect(try await one.refusal(pss.token(TestIssuer.claims())) == .algorithm)
        let elliptic = try await SigningKey.es256("a")
        #expect(try await one.refusal(elliptic.token(TestIssuer.claims())) == .algorithm)
    }

    @Test func whatWasChangedOrForgedIsRefused() async throws {
        let (key, other) = (try await SigningKey.es256("a"), try await SigningKey.es256("a"))
        let issuer = try TestIssuer([key])
        let token = try key.token(TestIssuer.claims())
        #expect(try await issuer.refusal(token) == nil)
        #expect(try await issuer.refusal(other.token(TestIssuer.claims())) == .signature)
        let parts = token.split(separator: ".").map(String.init)
        let more = SigningKey.text(Data(TestIssuer.claims(["scope": "\"cinegrad:manage\""]).utf8))
        #expect(try await issuer.refusal("\(parts[0]).\(more).\(parts[2])") == .signature)
        let header = SigningKey.text(Data(#"{"alg":"ES256","kid":"a"}"#.utf8))
        #expect(try await issuer.refusal("\(header).\(parts[1]).\(parts[2])") == .signature)
        for signature in [
            "", "AAAA", String(parts[2].dropLast(4)), parts[2] + "AAAA", String(repeating: "A", count: 86),
        ] {
            #expect(try await issuer.refusal("\(parts[0]).\(parts[1]).\(signature)") == .signature, "\(signature)")
        }
        // Keys that a token brings itself are not looked at.
        let published = String(decoding: try JSONEncoder().encode(other.published), as: UTF8.self)
        let brought = try other.token(
            header: #"{"alg":"ES256","kid":"a","jwk":\#(published),"jku":"https://evil.example/"}"#,
            claims: TestIssuer.claims())
        #expect(try await issuer.refusal(brought) == .signature)
    }

    @Test func anUnknownKeyIsRefused() async throws {
        let (key, other) = (try await SigningKey.es256("a"), try await SigningKey.es256("b"))
        let issuer = try TestIssuer([key])
        #expect(try await issuer.refusal(other.token(TestIssuer.claims())) == .unknownKey)
        let unnamed = try key.token(header: #"{"alg":"ES256"}"#, claims: TestIssuer.claims())
        #expect(try await issuer.refusal(unnamed) == .unknownKey)
    }

    @Test(
        arguments: [
            (["exp": "1799999940"], TokenRefusal.expired), (["exp": "1799999940.5"], nil), (["exp": "0"], .expired),
            (["exp": "-1e300"], .expired), (["exp": "1e300"], nil), (["exp": nil], .noExpiry),
            (["exp": "null"], .noExpiry),
            (["exp": "\"1800000300\""], .malformed), (["exp": "true"], .malformed), (["exp": "1e999"], .malformed),
            (["nbf": "1800000060"], nil), (["nbf": "1800000061"], .notYetValid), (["nbf": nil], nil),
            (["nbf": "[]"], .malformed),
            (["iss": "\"https://login.example.org/realms/hospital/\""], .issuer), (["iss": nil], .issuer),
            (["iss": "[\"https://login.example.org/realms/hospital\"]"], .malformed),
            (["aud": "\"account\""], .audience), (["aud": nil], .audience), (["aud": "[]"], .audience),
            (["aud": "\"cinegrad-admin\""], .audience), (["aud": "\"account cinegrad\""], .audience),
            (["aud": "[\"account\",\"cinegrad\"]"], nil), (["aud": "{}"], .malformed), (["aud": "[1]"], .malformed),
            (["sub": nil], .noSubject), (["sub": "\"\""], .noSubject), (["sub": "7"], .malformed),
            (["scope": nil], nil), (["scope": "7"], .malformed),
        ] as [([String: String?], TokenRefusal?)])
    func claimsAreHeldAgainstTheSettings(_ changes: [String: String?], _ refusal: TokenRefusal?) async throws {
        let key = try await SigningKey.eddsa("a")
        let issuer = try TestIssuer([key])
        #expect(try await issuer.refusal(key.token(TestIssuer.claims(changes))) == refusal)
    }

    @Test func otherTextsAreNoTokens() async throws {
        let key = try await SigningKey.eddsa("a")
        let issuer = try TestIssuer([key])
        let token = try key.token(TestIssuer.claims())
        let parts = token.split(separator: ".").map(String.init)
        for text in [
            "", ".", "..", "a.b.c", "\(token).", ".\(token)", "\(parts[0]).\(parts[1])",
            "\(parts[0])=.\(parts[1]).\(parts[2])",
            "\(parts[0]).\(parts[1])\n.\(parts[2])", "\(parts[0]).\(parts[1]).\(parts[2])=",
            "\(parts[0])..\(parts[2])é",
            "\(token).\(parts[0]).\(parts[1])",
        ] { #expect(try await issuer.refusal(text) == .malformed, "\(text)") }
        for header in [
            "", "[]", "7", "{}", #"{"alg":7,"kid":"a"}"#, #"{"alg":"EdDSA","kid":7}"#, #"{"alg":"EdDSA","kid":"a"#,
            #"{"alg":"EdDSA","kid":"a","crit":["b64"],"b64":false}"#, #"{"alg":"EdDSA","kid":"a","crit":null}"#,
            #"{"alg":"EdDSA","kid":"a","typ":"logout+jwt"}"#, #"{"alg":"EdDSA","kid":"a","typ":7}"#,
            String(repeating: "[", count: 4000),
        ] {
            let text = try key.token(header: header, claims: TestIssuer.claims())
            #expect(try await issuer.refusal(text) == .malformed, "\(header)")
        }
        for header in [
            #"{"alg":"EdDSA","kid":"a"}"#, #"{"alg":"EdDSA","kid":"a","typ":"at+JWT"}"#,
            #"{"alg":"EdDSA","kid":"a","typ":"application/at+jwt","x":1e300,"y":[[{}]]}"#,
        ] {
            let text = try key.token(header: header, claims: TestIssuer.claims())
            #expect(try await issuer.refusal(text) == nil, "\(header)")
        }
        for claims in ["", "[]", "7", "null", "\"\"", "{", String(repeating: "{\"a\":", count: 1000)] {
            #expect(try await issuer.refusal(key.token(claims)) == .malformed, "\(claims)")
        }
    }

    @Test func longTokensAreNotRead() async throws {
        let key = try await SigningKey.eddsa("a")
        let issuer = try TestIssuer([key])
        func token(_ count: Int) throws -> String {
            try key.token(TestIssuer.claims(["padding": "\"\(String(repeating: "x", count: count))\""]))
        }
        // Four characters for three bytes.
        let room = try (8192 - token(0).utf8.count) / 4 * 3
        #expect(try (8189...8192).contains(token(room).utf8.count))
        #expect(try await issuer.refusal(token(room)) == nil)
        #expect(try await issuer.refusal(token(room + 3)) == .tooLong)
        #expect(try await issuer.refusal(String(repeating: ".", count: 8193)) == .tooLong)
    }

    @Test(
        arguments: [
            (#""openid cinegrad:read""#, ["openid", "cinegrad:read"]), (#"["a","b c"]"#, ["a", "b", "c"]),
            (#""""#, []), ("[]", []), ("null", []),
        ] as [(String, Set<String>)])
    func scopesAreATextOrAList(_ value: String, _ granted: Set<String>) async throws {
        let key = try await SigningKey.eddsa("a")
        let issuer = try TestIssuer([key], scopes: "https://example.org/roles")
        let token = try key.token(TestIssuer.claims(["https://example.org/roles": value]))
        #expect(try await issuer.account(of: token).granted == granted)
    }

    @Test func accountsAreKnownByIssuerAndSubject() async throws {
        let key = try await SigningKey.eddsa("a")
        let issuer = try TestIssuer([key])
        func account(_ subject: String) async throws -> Account {
            let token = try key.token(TestIssuer.claims(["sub": "\"\(subject)\"", "jti": "\"\(UUID())\""]))
            return try await issuer.account(of: token)
        }
        let one = try await account("f3a1")
        #expect(try await account("f3a1") == one)
        #expect(try await account("f3a2").id != one.id)
        #expect(one.id.wholeMatch(of: /jwt:[0-9a-f]{32}/) != nil)
        #expect(try await account("auth0|5f7").shownName == "auth0|5f7")
        // What could be taken for something else in a log is not shown.
        for subject in [#"a\" outcome=\"done"#, "a b", "a\\nb", "Müller", String(repeating: "a", count: 129)] {
            let account = try await account(subject)
            #expect(account.shownName == nil && account.id != one.id, "\(subject)")
        }
        let token = try key.token(TestIssuer.claims(["sub": "\"\(String(repeating: "a", count: 256))\""]))
        #expect(try await issuer.refusal(token) == .noSubject)
    }

    @Test func textsFitIntoTheirField() {
        for refusal in TokenRefusal.allCases {
            let fits = refusal.description.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
            #expect(fits, "\(refusal)")
        }
        #expect(Set(TokenRefusal.allCases.map(\.code)).count == TokenRefusal.allCases.count)
    }
}
