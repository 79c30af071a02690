export const SCHEMA_VERSION = 1

/** The journal's tables. `seq` is the order of acceptance. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (epoch INTEGER NOT NULL);
  INSERT INTO meta SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM meta);

  CREATE TABLE IF NOT EXISTS writes (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    role TEXT NOT NULL,
    payload TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    blobs TEXT NOT NULL,
    state TEXT NOT NULL,
    receipt TEXT,
    parked_because TEXT,
    UNIQUE (site, kind, key)
  ) STRICT;
  DROP INDEX IF EXISTS open_writes;
  CREATE INDEX IF NOT EXISTS open_writes_by_role ON writes (site, role, seq) WHERE state IN ('accepted', 'applied');
  CREATE INDEX IF NOT EXISTS parked_writes ON writes (site, seq) WHERE state = 'parked';

  CREATE TABLE IF NOT EXISTS blobs (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS blob_needs (write TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (write, hash)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS blob_needs_by_hash ON blob_needs (hash);

  CREATE TABLE IF NOT EXISTS effects (
    seq INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    performed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (site, id)
  ) STRICT;

  CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`
