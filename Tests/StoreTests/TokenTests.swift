import Foundation
import Store
import TestSupport
import Testing

/// Tokens as they are kept.
struct TokenTests {
    private static let tomorrow = Date() + 86_400

    @Test func aTokenIsKnownByItselfAlone() throws {
        let store = try StoreFixture().store
        let (record, token) = try store.createToken(name: "viewer", scopes: [.read, .submit], expiresAt: Self.tomorrow)
        let (_, other) = try store.createToken(name: "viewer", scopes: [.manage], expiresAt: Self.tomorrow)
        #expect(token.hasPrefix(record.id + "_") && token.count == 26 + 1 + 44)
        let found = try #require(try store.token(token))
        #expect(found == record && found.scopes == [.read, .submit] && found.name == "viewer")
        let swapped = record.id + other.dropFirst(26)
        let changed = token.dropLast() + (token.last == "a" ? "b" : "a")
        for wrong in [
            swapped, String(changed), String(token.dropLast()), token + "a", record.id, record.id + "_", "", "_",
            "tok_",
            " " + token, String(repeating: "a", count: 1 << 20),
        ] {
            #expect(try store.token(wrong) == nil, "\(wrong.prefix(80))")
        }
    }

    @Test func theTokenItselfIsNowhereOnTheDisk() throws {
        let fixture = try StoreFixture()
        let (record, token) = try fixture.store.createToken(name: "a", scopes: [.read], expiresAt: Self.tomorrow)
        _ = try fixture.store.token(token)
        let secret = Data(token.suffix(44).utf8)
        var files = 0
        let paths = try FileManager.default.subpathsOfDirectory(atPath: fixture.directory.url.path)
        for path in paths where path.hasPrefix("cinegrad.sqlite") {
            let bytes = try Data(contentsOf: fixture.directory.url.appending(path: path))
            #expect(bytes.range(of: secret) == nil, "\(path)")
            if bytes.range(of: Data(record.id.utf8)) != nil { files += 1 }
        }
        #expect(files > 0)
        // That of 32 bytes is there.
        let lengths: [Int] = try fixture.query("SELECT length(hash) FROM tokens")
        #expect(lengths == [32])
    }

    @Test func tokensEnd() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let (record, token) = try store.createToken(name: "a", scopes: [.read], expiresAt: Self.tomorrow)
        let (_, expired) = try store.createToken(name: "b", scopes: [.read], expiresAt: Date() - 1)
        #expect(try store.token(expired) == nil)
        #expect(try store.revokeToken(id: record.id)?.revokedAt != nil)
        #expect(try store.token(token) == nil)
        #expect(try store.revokeToken(id: "tok_none") == nil)
        let first = try #require(try store.tokens().last)
        #expect(try store.revokeToken(id: record.id) == first)
        #expect(try store.tokens().map(\.name) == ["b", "a"])
        #expect(try store.tokens().allSatisfy { !$0.isUsable(at: Date()) })
    }

    @Test func manageHoldsTheOthers() throws {
        let store = try StoreFixture().store
        for scope in TokenScope.allCases {
            let record = try store.createToken(name: "a", scopes: [scope], expiresAt: Self.tomorrow).record
            for other in TokenScope.allCases {
                #expect(record.scopes.allow(other) == (scope == other || scope == .manage))
            }
        }
    }
}
