import GRDB

/// Where a listing goes on: the sequence number of the last row that was given out. Lists are newest first, so rows that arrive meanwhile
/// shift nothing.
enum Cursor {
    /// The sequence number below which a listing starts.
    static func sequence(_ cursor: String?) throws -> Int64 {
        guard let cursor else { return .max }
        // As they were given out: a sign or leading zeros are somebody else's.
        guard let sequence = Int64(cursor), sequence > 0, String(sequence) == cursor else {
            throw StoreError.invalidCursor
        }
        return sequence
    }

    /// Splits `limit + 1` fetched rows into the page and the cursor of the next one.
    static func page(_ rows: [Row], limit: Int) throws -> (rows: ArraySlice<Row>, next: String?) {
        let page = rows.prefix(limit)
        guard rows.count > limit, let last = page.last else { return (page, nil) }
        return (page, String(try last.decode(Int64.self, forColumn: "sequence")))
    }
}
