import GRDB

/// Explanations of DICOM objects as objects of their own, and their way back to the archive.
enum M010 {
    @Sendable static func run(_ database: Database) throws {
        // What was explained before is not stored in an archive that is configured later, unless it is asked for.
        // `attributes` is the DICOM JSON of everything but pixel data, `data` the file, whose pixel data begins at `pixel_offset`. Both name the patient, so they
        // go with the source as well as with the explanation.
        try database.execute(
            sql: """
                CREATE TABLE results (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    explanation_id TEXT NOT NULL REFERENCES explanations (id) ON DELETE CASCADE,
                    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
                    kind TEXT NOT NULL CHECK (kind IN ('cine', 'sr')),
                    study TEXT NOT NULL,
                    series TEXT NOT NULL,
                    instance TEXT NOT NULL UNIQUE,
                    attributes TEXT NOT NULL CHECK (json_valid(attributes)),
                    data BLOB NOT NULL,
                    pixel_offset INTEGER,
                    UNIQUE (explanation_id, kind)
                ) STRICT;

                CREATE INDEX results_by_study ON results (study, series);
                CREATE INDEX results_by_video ON results (video_id);

                CREATE TABLE exports (
                    explanation_id TEXT NOT NULL PRIMARY KEY REFERENCES explanations (id) ON DELETE CASCADE,
                    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
                    state TEXT NOT NULL CHECK (state IN ('waiting', 'kept', 'stored', 'failed')),
                    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
                    due_at INTEGER NOT NULL,
                    changed_at INTEGER NOT NULL,
                    error_code TEXT,
                    error_message TEXT,
                    CHECK ((error_code IS NULL) = (error_message IS NULL)),
                    CHECK (state != 'failed' OR error_code IS NOT NULL)
                ) STRICT;

                CREATE INDEX exports_by_due ON exports (due_at) WHERE state = 'waiting';
                CREATE INDEX exports_by_video ON exports (video_id);

                CREATE TRIGGER exports_of_explanations AFTER UPDATE OF state ON explanations WHEN NEW.state = 'succeeded'
                BEGIN
                    INSERT OR IGNORE INTO exports (explanation_id, video_id, state, due_at, changed_at)
                    SELECT NEW.id, videos.id, 'waiting', NEW.finished_at, NEW.finished_at FROM videos
                    WHERE videos.id = NEW.video_id AND json_extract(videos.facts, '$.dicom.study') IS NOT NULL
                        AND json_extract(videos.facts, '$.dicom.series') IS NOT NULL
                        AND json_extract(videos.facts, '$.dicom.instance') IS NOT NULL
                        AND json_extract(videos.facts, '$.dicom.sop_class') IS NOT NULL;
                END;

                INSERT INTO exports (explanation_id, video_id, state, due_at, changed_at)
                SELECT explanations.id, videos.id, 'kept', finished_at, finished_at
                FROM explanations JOIN videos ON videos.id = explanations.video_id
                WHERE state = 'succeeded' AND json_extract(videos.facts, '$.dicom.study') IS NOT NULL
                    AND json_extract(videos.facts, '$.dicom.series') IS NOT NULL
                    AND json_extract(videos.facts, '$.dicom.instance') IS NOT NULL
                    AND json_extract(videos.facts, '$.dicom.sop_class') IS NOT NULL;
                """)
    }
}
