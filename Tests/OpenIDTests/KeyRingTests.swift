import Foundation
import OpenID
import TestSupport
import Testing

/// Keys that change, and keys that are not there.
struct KeyRingTests {
    private let start = ContinuousClock.now

    @Test func keysAreChangedWithoutARestart() async throws {
        let (old, new) = (try await SigningKey.es256("old"), try await SigningKey.es256("new"))
        let issuer = try TestIssuer([old])
        #expect(try await issuer.refusal(old.token(TestIssuer.claims())) == nil)
        #expect(try await issuer.refusal(new.token(TestIssuer.claims())) == .unknownKey)
        try issuer.publish([old, new])
        for key in [new, old] { #expect(try await issuer.refusal(key.token(TestIssuer.claims())) == nil) }
        // One that is taken away is forgotten with the next reading.
        try issuer.publish([new])
        let other = try await SigningKey.es256("other")
        #expect(try await issuer.refusal(other.token(TestIssuer.claims())) == .unknownKey)
        #expect(try await issuer.refusal(old.token(TestIssuer.claims())) == .unknownKey)
        #expect(try await issuer.refusal(new.token(TestIssuer.claims())) == nil)
    }

    @Test func unknownNamesHaveThemReadSixTimesAMinute() async throws {
        let key = try await SigningKey.es256("a")
        let issuer = try TestIssuer([key])
        for number in 0..<20 { #expect(try await issuer.keys.keys(named: "\(number)", at: start) == nil) }
        #expect(issuer.readings == LoadAllowance.perMinute)
        #expect(try await issuer.keys.keys(named: "a", at: start) != nil)
        #expect(try await issuer.keys.keys(named: "b", at: start + .seconds(60)) == nil)
        #expect(issuer.readings == LoadAllowance.perMinute + 1)
    }

    @Test func manyWaitForOneReading() async throws {
        let key = try await SigningKey.es256("a")
        let issuer = try TestIssuer([key])
        let token = try key.token(TestIssuer.claims())
        try await withThrowingTaskGroup(of: TokenRefusal?.self) { group in
            for _ in 0..<50 { group.addTask { try await issuer.refusal(token) } }
            for try await refusal in group { #expect(refusal == nil) }
        }
        #expect(issuer.readings == 1)
    }

    @Test func oldKeysAreReadAnewWhileNobodyWaits() async throws {
        let (old, new) = (try await SigningKey.es256("old"), try await SigningKey.es256("new"))
        let issuer = try TestIssuer([old])
        #expect(try await issuer.keys.keys(named: "old", at: start) != nil)
        try issuer.publish([new])
        #expect(try await issuer.keys.keys(named: "old", at: start + .seconds(3599)) != nil)
        #expect(issuer.readings == 1)
        #expect(try await issuer.keys.keys(named: "old", at: start + .seconds(3600)) != nil)
        for _ in 0..<2 { _ = await issuer.log.line(containing: "were read") }
        #expect(try await issuer.keys.keys(named: "new", at: start + .seconds(3601)) != nil)
        #expect(try await issuer.keys.keys(named: "old", at: start + .seconds(3601)) == nil)
    }

    @Test(arguments: ["", "{}", #"{"keys":[]}"#, #"{"keys":[{"kty":"EC","kid":"a","crv":"P-256","x":"a","y":"b"}]}"#])
    func keysThatCannotBeReadAnewAreTrustedForADay(_ text: String) async throws {
        let key = try await SigningKey.es256("a")
        let issuer = try TestIssuer([key])
        #expect(try await issuer.keys.keys(named: "a", at: start) != nil)
        try issuer.publish(text: Data(text.utf8))
        let day = KeyRing.longestTrust
        #expect(try await issuer.keys.keys(named: "b", at: start + .seconds(3600)) == nil)
        #expect(try await issuer.keys.keys(named: "a", at: start + day - .seconds(1)) != nil)
        await #expect(throws: KeysUnavailable.self) { try await issuer.keys.keys(named: "a", at: start + day) }
        #expect(issuer.log.all.contains { $0.hasPrefix("warning the issuer's keys could not be read") })
        try issuer.publish([key])
        #expect(try await issuer.keys.keys(named: "a", at: start + day + .seconds(1)) != nil)
    }

    @Test func withoutKeysNothingCanBeTold() async throws {
        let key = try await SigningKey.es256("a")
        let issuer = try TestIssuer([key])
        try issuer.publish(text: Data())
        let token = try key.token(TestIssuer.claims())
        for number in 1...9 {
            let seconds = number < LoadAllowance.perMinute ? 1 : 60
            await #expect(throws: KeysUnavailable(seconds: seconds)) {
                try await issuer.keys.keys(named: "a", at: start)
            }
        }
        await #expect(throws: KeysUnavailable.self) { try await issuer.refusal(token) }
        // What is wrong with a token by itself is told all the same.
        #expect(try await issuer.refusal("a.b.c") == .malformed)
        #expect(issuer.log.all.allSatisfy { !$0.contains(token.suffix(20)) })
        await #expect(throws: KeySetError.malformed) { try await issuer.keys.require() }
    }

    @Test func theAllowanceIsOfEachMinute() {
        var allowance = LoadAllowance()
        let taken = (0..<180).map { allowance.takes(at: start + .seconds($0)) }
        #expect(taken.indices.filter { taken[$0] } == [0, 60, 120].flatMap { Array($0..<$0 + 6) })
        #expect(allowance.wait(at: start + .seconds(150)) == 30)
        #expect(allowance.wait(at: start + .milliseconds(150_001)) == 30)
        #expect(LoadAllowance().wait(at: start) == 1)
    }
}
