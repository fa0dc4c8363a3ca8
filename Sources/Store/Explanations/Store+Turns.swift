import GRDB

/// The order of the queue: higher priorities first; of equal ones each owner has a turn, whoever was served longest ago; within an owner, who came first.
extension Store {
    /// The explanation that is next.
    static func next(in database: Database) throws -> (id: String, owner: String, priority: Int)? {
        // The first of each owner, which the index has at hand.
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT explanations.id, explanations.owner, explanations.priority
                FROM (SELECT priority, owner, min(position) AS position FROM explanations INDEXED BY explanations_waiting
                      WHERE state = 'queued'
                          AND priority = (SELECT priority FROM explanations INDEXED BY explanations_waiting
                                          WHERE state = 'queued' ORDER BY priority DESC LIMIT 1)
                      GROUP BY owner) AS first
                JOIN explanations INDEXED BY explanations_waiting
                    ON explanations.state = 'queued' AND explanations.priority = first.priority
                        AND explanations.owner = first.owner AND explanations.position = first.position
                LEFT JOIN turns ON turns.owner = explanations.owner AND turns.priority = explanations.priority
                ORDER BY coalesce(turns.turn, 0), first.position LIMIT 1
                """)
        return try row.map {
            (try $0.decode(forColumn: "id"), try $0.decode(forColumn: "owner"), try $0.decode(forColumn: "priority"))
        }
    }

    /// Puts an owner behind the others of a priority.
    static func endTurn(of owner: String, priority: Int, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO turns (priority, owner, turn)
                VALUES (:priority, :owner, (SELECT coalesce(max(turn), 0) + 1 FROM turns WHERE priority = :priority))
                ON CONFLICT (priority, owner) DO UPDATE SET turn = excluded.turn
                """, arguments: ["owner": owner, "priority": priority])
    }

    /// How many explanations are taken before this one if no other comes; nil unless it waits itself.
    package func queuePosition(explanation id: String) throws -> Int? {
        try read { database in
            try Int.fetchOne(
                database,
                // Of its owner's jobs of its priority it is the number `round`: each other owner has had as many turns by then, and one more if it is
                // that one's before.
                sql: """
                    WITH me AS (
                        SELECT priority, owner, coalesce((SELECT turn FROM turns
                                      WHERE turns.owner = e.owner AND turns.priority = e.priority), 0) AS turn,
                            (SELECT count(*) FROM explanations AS own
                             WHERE own.state = 'queued' AND own.priority = e.priority AND own.owner = e.owner
                                 AND own.position < e.position) AS round,
                            (SELECT min(position) FROM explanations AS own
                             WHERE own.state = 'queued' AND own.priority = e.priority AND own.owner = e.owner) AS first
                        FROM explanations AS e WHERE id = :id AND state = 'queued'),
                    others AS (
                        SELECT count(*) AS jobs, min(position) AS first,
                            coalesce((SELECT turn FROM turns WHERE turns.owner = explanations.owner
                                          AND turns.priority = me.priority), 0) AS turn
                        FROM explanations, me
                        WHERE state = 'queued' AND explanations.priority = me.priority AND explanations.owner != me.owner
                        GROUP BY explanations.owner)
                    SELECT (SELECT count(*) FROM explanations WHERE state = 'queued' AND priority > me.priority)
                        + me.round
                        + (SELECT coalesce(sum(min(jobs, me.round)
                               + (jobs > me.round AND (turn, first) < (me.turn, me.first))), 0) FROM others)
                    FROM me
                    """, arguments: ["id": id])
        }
    }

    /// Seconds until a place in the queue is free, from how long the last explanations took and how many run. 10 when none has ended.
    static func secondsUntilPlace(in database: Database) throws -> Int {
        let seconds = try Double.fetchOne(
            database,
            sql: """
                SELECT avg(finished_at - started_at) / 1000.0
                    / max(1, (SELECT count(*) FROM explanations WHERE state = 'running'))
                FROM (SELECT finished_at, started_at FROM explanations WHERE state = 'succeeded'
                      ORDER BY sequence DESC LIMIT 20)
                """)
        return min(max(Int((seconds ?? 10).rounded(.up)), 1), 3600)
    }
}
