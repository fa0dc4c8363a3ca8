import GRDB
import Store
import Testing

/// The log of who did what.
struct AuditTests {
    private static let entries = [
        AuditEntry(
            who: "local", action: "POST /v1/videos",
            object: AuditEntry.Object(kind: "video", id: "vid_4cqUXkVdNzVhyTtWaBn8Jg"), outcome: .done,
            requestID: "req_1"),
        AuditEntry(who: "unknown", action: "POST /v1/models", object: nil, outcome: .denied, requestID: "req_2"),
        AuditEntry(
            who: "operator", action: "cinegrad models add", object: AuditEntry.Object(kind: "model", id: nil),
            outcome: .failed, requestID: nil),
    ]

    @Test func entriesAreReadAsTheyWereWrittenNewestFirst() throws {
        let fixture = try StoreFixture()
        for entry in Self.entries { try fixture.store.audit(entry) }
        let first = try fixture.store.auditLog(after: nil, limit: 2)
        #expect(first.records.map(\.entry) == [Self.entries[2], Self.entries[1]])
        #expect(first.records.map(\.sequence) == [3, 2])
        let second = try fixture.store.auditLog(after: first.next, limit: 2)
        #expect(second.records.map(\.entry) == [Self.entries[0]])
        #expect(second.next == nil)
        #expect(throws: StoreError.invalidCursor) { try fixture.store.auditLog(after: "-1", limit: 1) }
    }

    @Test(arguments: [
        "UPDATE audit SET who = 'nobody'", "UPDATE audit SET at = 0 WHERE sequence = 1", "DELETE FROM audit",
        "DELETE FROM audit WHERE sequence = 2",
        "INSERT OR REPLACE INTO audit (sequence, at, who, action, outcome) VALUES (1, 0, 'nobody', 'none', 'done')",
    ])
    func whatStandsThereStays(sql: String) throws {
        let fixture = try StoreFixture()
        for entry in Self.entries { try fixture.store.audit(entry) }
        #expect {
            try fixture.tamper(sql)
        } throws: {
            ($0 as? DatabaseError)?.message == "the audit log is only added to"
        }
        #expect(try fixture.store.auditLog(after: nil, limit: 9).records.map(\.entry) == Self.entries.reversed())
    }

    @Test(arguments: [
        ("vid_4cqUXkVdNzVhyTtWaBn8Jg", true), ("exp_8mVTKdZyQ3ZpDkWuPq1fSb", true), ("vid_", false),
        ("vid_4cqUXkVdNzVhyTtWaBn8J", false), ("vid_4cqUXkVdNzVhyTtWaBn8Jgg", false),
        ("vid_4cqUXkVdNzVhyTtWaBn8J0", false), ("Mueller^Eva", false), ("vid_Mueller^Eva__________", false),
        ("pat_4cqUXkVdNzVhyTtWaBn8Jg", false),
    ])
    func idsOfStoredThingsHaveOneForm(text: String, isWellFormed: Bool) {
        #expect(Identifier.isWellFormed(text) == isWellFormed)
    }
}
