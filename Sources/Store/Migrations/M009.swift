import GRDB

/// DICOM objects by the identifiers of their study, series and instance, and which of them explanations were made from.
enum M009 {
    @Sendable static func run(_ database: Database) throws {
        // One row for each object's bytes and owner. An object without frames, such as a report, is no video. Two objects may claim to be the same
        // instance, when one of them came as a video: the first counts.
        //
        // What an explanation was made from is written down when it is queued: it outlives its video, and must go with its study.
        try database.execute(
            sql: """
                CREATE TABLE instances (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    owner TEXT NOT NULL,
                    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
                    bytes INTEGER NOT NULL CHECK (bytes >= 0),
                    study_uid TEXT NOT NULL CHECK (length(study_uid) BETWEEN 1 AND 64),
                    series_uid TEXT NOT NULL CHECK (length(series_uid) BETWEEN 1 AND 64),
                    instance_uid TEXT NOT NULL CHECK (length(instance_uid) BETWEEN 1 AND 64),
                    sop_class TEXT NOT NULL CHECK (length(sop_class) BETWEEN 1 AND 64),
                    video_id TEXT UNIQUE REFERENCES videos (id) ON DELETE CASCADE,
                    facts TEXT NOT NULL CHECK (json_valid(facts)),
                    created_at INTEGER NOT NULL,
                    UNIQUE (sha256, owner)
                ) STRICT;

                CREATE INDEX instances_by_uid ON instances (instance_uid, sequence);
                CREATE INDEX instances_by_study ON instances (study_uid, series_uid, sequence);

                CREATE TABLE explanation_sources (
                    explanation_id TEXT NOT NULL PRIMARY KEY REFERENCES explanations (id) ON DELETE CASCADE,
                    study_uid TEXT NOT NULL,
                    series_uid TEXT NOT NULL,
                    instance_uid TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE INDEX explanation_sources_by_study ON explanation_sources (study_uid, series_uid, instance_uid);
                CREATE INDEX explanation_sources_by_instance ON explanation_sources (instance_uid);

                CREATE TRIGGER explanations_know_their_source AFTER INSERT ON explanations
                BEGIN
                    INSERT INTO explanation_sources
                    SELECT NEW.id, study_uid, series_uid, instance_uid FROM instances WHERE video_id = NEW.video_id;
                END;
                """)
        try database.execute(
            sql: """
                INSERT INTO instances
                    (owner, sha256, bytes, study_uid, series_uid, instance_uid, sop_class, video_id, facts, created_at)
                SELECT owner, sha256, bytes, facts ->> '$.dicom.study', facts ->> '$.dicom.series',
                    facts ->> '$.dicom.instance', facts ->> '$.dicom.sop_class', id, facts -> '$.dicom', created_at
                FROM videos
                WHERE facts ->> '$.dicom.study' IS NOT NULL AND facts ->> '$.dicom.series' IS NOT NULL
                    AND facts ->> '$.dicom.instance' IS NOT NULL AND facts ->> '$.dicom.sop_class' IS NOT NULL
                ORDER BY sequence;

                INSERT INTO explanation_sources
                SELECT explanations.id, study_uid, series_uid, instance_uid
                FROM explanations JOIN instances ON instances.video_id = explanations.video_id;
                """)
    }
}
