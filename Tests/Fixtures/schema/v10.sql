CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;

CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;

CREATE TRIGGER explanations_know_their_source AFTER INSERT ON explanations
BEGIN
    INSERT INTO explanation_sources
    SELECT NEW.id, study_uid, series_uid, instance_uid FROM instances WHERE video_id = NEW.video_id;
END;

CREATE TRIGGER exports_of_explanations AFTER UPDATE OF state ON explanations WHEN NEW.state = 'succeeded'
BEGIN
    INSERT OR IGNORE INTO exports (explanation_id, video_id, state, due_at, changed_at)
    SELECT NEW.id, videos.id, 'waiting', NEW.finished_at, NEW.finished_at FROM videos
    WHERE videos.id = NEW.video_id AND json_extract(videos.facts, '$.dicom.study') IS NOT NULL
        AND json_extract(videos.facts, '$.dicom.series') IS NOT NULL
        AND json_extract(videos.facts, '$.dicom.instance') IS NOT NULL
        AND json_extract(videos.facts, '$.dicom.sop_class') IS NOT NULL;
END;

CREATE TABLE artefacts (
    explanation_id TEXT NOT NULL REFERENCES explanations (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (length(name) > 0),
    data BLOB NOT NULL,
    PRIMARY KEY (explanation_id, name)
) STRICT;

CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL CHECK (length(who) > 0),
    action TEXT NOT NULL CHECK (length(action) > 0),
    object_kind TEXT CHECK (length(object_kind) > 0),
    object_id TEXT CHECK (length(object_id) > 0),
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'denied', 'failed')),
    request_id TEXT CHECK (length(request_id) > 0),
    CHECK (object_kind IS NOT NULL OR object_id IS NULL)
) STRICT;

CREATE TABLE clip_frames (
    explanation_id TEXT NOT NULL REFERENCES clips (explanation_id) ON DELETE CASCADE,
    frame INTEGER NOT NULL CHECK (frame >= 0),
    data BLOB NOT NULL,
    PRIMARY KEY (explanation_id, frame)
) STRICT;

CREATE TABLE clips (
    explanation_id TEXT NOT NULL PRIMARY KEY REFERENCES explanations (id) ON DELETE CASCADE,
    frames INTEGER NOT NULL CHECK (frames >= 1),
    height INTEGER NOT NULL CHECK (height BETWEEN 1 AND 65535),
    width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 65535)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation_clips (
    evaluation_id TEXT NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
    subject INTEGER NOT NULL CHECK (subject >= 0),
    clip INTEGER NOT NULL CHECK (clip >= 0),
    findings TEXT NOT NULL CHECK (json_valid(findings)),
    PRIMARY KEY (evaluation_id, subject, clip)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluations (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'evl_?*'),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    plan TEXT NOT NULL CHECK (json_valid(plan)),
    total INTEGER NOT NULL CHECK (total > 0),
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    error_code TEXT,
    error_message TEXT, owner TEXT NOT NULL DEFAULT '',
    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'failed') = (error_code IS NOT NULL)),
    CHECK ((error_code IS NULL) = (error_message IS NULL))
) STRICT;

CREATE TABLE explanation_sources (
    explanation_id TEXT NOT NULL PRIMARY KEY REFERENCES explanations (id) ON DELETE CASCADE,
    study_uid TEXT NOT NULL,
    series_uid TEXT NOT NULL,
    instance_uid TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE explanations (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'exp_?*'),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    request TEXT NOT NULL CHECK (json_valid(request)),
    video_id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    completed INTEGER NOT NULL DEFAULT 0 CHECK (completed >= 0),
    total INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    stage TEXT,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    interruptions INTEGER NOT NULL DEFAULT 0 CHECK (interruptions >= 0),
    error_code TEXT,
    error_message TEXT,
    result TEXT CHECK (result IS NULL OR json_valid(result)),
    partial TEXT CHECK (partial IS NULL OR json_valid(partial)),
    position INTEGER NOT NULL,
    worker TEXT,
    lease_token TEXT UNIQUE,
    lease_until INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)), owner TEXT NOT NULL DEFAULT '', priority INTEGER NOT NULL DEFAULT 0 CHECK (priority IN (-1, 0, 1)),
    CHECK ((state = 'running') = (lease_token IS NOT NULL)),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((lease_token IS NULL) = (worker IS NULL)),
    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'succeeded') = (result IS NOT NULL)),
    CHECK ((state = 'failed') = (error_code IS NOT NULL)),
    CHECK ((error_code IS NULL) = (error_message IS NULL))
) STRICT;

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

CREATE TABLE "idempotency_keys" (
    owner TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    explanation_id TEXT NOT NULL REFERENCES explanations (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, idempotency_key)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE map_frames (
    explanation_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    frame INTEGER NOT NULL CHECK (frame >= 0),
    data BLOB NOT NULL,
    PRIMARY KEY (explanation_id, kind, frame),
    FOREIGN KEY (explanation_id, kind) REFERENCES maps (explanation_id, kind) ON DELETE CASCADE
) STRICT;

CREATE TABLE maps (
    explanation_id TEXT NOT NULL REFERENCES explanations (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (length(kind) > 0),
    components INTEGER NOT NULL CHECK (components BETWEEN 1 AND 65535),
    frames INTEGER NOT NULL CHECK (frames >= 0),
    height INTEGER NOT NULL CHECK (height BETWEEN 1 AND 65535),
    width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 65535),
    first_clip_frame INTEGER NOT NULL CHECK (first_clip_frame >= 0),
    scale REAL NOT NULL,
    statistics TEXT NOT NULL CHECK (json_valid(statistics)),
    PRIMARY KEY (explanation_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'mdl_?*'),
    name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    manifest TEXT NOT NULL CHECK (json_valid(manifest)),
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    created_at INTEGER NOT NULL
, owner TEXT NOT NULL DEFAULT '') STRICT;

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

CREATE TABLE tokens (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'tok_?*'),
    name TEXT NOT NULL CHECK (length(name) > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE turns (
    priority INTEGER NOT NULL,
    owner TEXT NOT NULL,
    turn INTEGER NOT NULL,
    PRIMARY KEY (priority, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE "videos" (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'vid_?*'),
    owner TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    created_at INTEGER NOT NULL,
    UNIQUE (sha256, owner)
) STRICT;

CREATE TABLE webhooks (
    explanation_id TEXT NOT NULL PRIMARY KEY REFERENCES explanations (id) ON DELETE CASCADE,
    url TEXT NOT NULL CHECK (length(url) > 0),
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX evaluations_by_owner ON evaluations (owner, sequence);

CREATE INDEX evaluations_by_state ON evaluations (state, sequence);

CREATE INDEX explanation_sources_by_instance ON explanation_sources (instance_uid);

CREATE INDEX explanation_sources_by_study ON explanation_sources (study_uid, series_uid, instance_uid);

CREATE INDEX explanations_by_model ON explanations (model_id, sequence);

CREATE INDEX explanations_by_owner ON explanations (owner, sequence);

CREATE INDEX explanations_by_state ON explanations (state, sequence);

CREATE INDEX explanations_by_video ON explanations (video_id, sequence);

CREATE INDEX explanations_unfinished ON explanations (position) WHERE state IN ('queued', 'running');

CREATE INDEX explanations_waiting ON explanations (priority, owner, position) WHERE state = 'queued';

CREATE INDEX exports_by_due ON exports (due_at) WHERE state = 'waiting';

CREATE INDEX exports_by_video ON exports (video_id);

CREATE INDEX idempotency_keys_by_explanation ON idempotency_keys (explanation_id);

CREATE INDEX instances_by_study ON instances (study_uid, series_uid, sequence);

CREATE INDEX instances_by_uid ON instances (instance_uid, sequence);

CREATE INDEX models_by_content ON models (sha256);

CREATE INDEX results_by_study ON results (study, series);

CREATE INDEX results_by_video ON results (video_id);

CREATE INDEX videos_by_owner ON videos (owner, sequence);

CREATE INDEX webhooks_pending ON webhooks (due_at) WHERE state = 'pending';
