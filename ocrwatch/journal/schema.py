"""The journal's schema by numbered migrations; `PRAGMA user_version` says how many were made.

A migration that has been released is never changed: add another.
"""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE documents (
        key        INTEGER PRIMARY KEY AUTOINCREMENT,
        inbox      TEXT NOT NULL,     -- the watched folder
        book       TEXT NOT NULL,     -- ledger and sheet
        path                NOT NULL, -- where the scan lies now; a BLOB where the name is no UTF-8
        folder     TEXT NOT NULL,     -- subfolder of a recursive inbox
        size_bytes INTEGER NOT NULL,
        mtime_ns   INTEGER NOT NULL,
        inode      TEXT NOT NULL,     -- unsigned 64 bits: more than an INTEGER holds
        digest     TEXT NOT NULL,     -- SHA-256 of the bytes, hex
        pages      INTEGER NOT NULL,
        arrived_at REAL NOT NULL,     -- seconds since the epoch, as all times here
        attempts   INTEGER NOT NULL,
        not_before REAL NOT NULL,
        trouble    TEXT,              -- a message, as JSON
        station    TEXT NOT NULL,     -- the stage's name; for Filed, its outcome: done, failed, duplicate, gone
        stage      TEXT NOT NULL,     -- what the stage knows, as JSON
        in_place   INTEGER NOT NULL,  -- the scan lies where it arrived: still on the line, or kept there
        changed_at REAL NOT NULL
    );
    CREATE INDEX documents_by_station ON documents (station, not_before);
    CREATE INDEX documents_by_digest ON documents (digest, book);
    CREATE INDEX documents_in_place ON documents (inbox) WHERE in_place;

    CREATE TABLE answers (
        request     TEXT PRIMARY KEY, -- SHA-256 of the request's body, hex
        digest      TEXT NOT NULL,    -- the document it was asked for
        answer      TEXT NOT NULL,
        tokens      INTEGER NOT NULL,
        received_at REAL NOT NULL,
        retired     INTEGER NOT NULL DEFAULT 0  -- a person asked for another reading: kept, not used
    ) WITHOUT ROWID;
    CREATE INDEX answers_by_digest ON answers (digest);

    CREATE TABLE folders (
        folder           TEXT PRIMARY KEY,
        first_watched_at REAL NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE sightings (          -- files that lie in an inbox and are not to be taken
        inbox      TEXT NOT NULL,
        path                NOT NULL,
        size_bytes INTEGER NOT NULL,
        mtime_ns   INTEGER NOT NULL,
        inode      TEXT NOT NULL,
        verdict    TEXT NOT NULL,     -- held, skipped, kept
        PRIMARY KEY (inbox, path)
    ) WITHOUT ROWID;

    CREATE TABLE date_orders (        -- by document: one that is read again after a crash counts once
        inbox      TEXT NOT NULL,
        digest     TEXT NOT NULL,
        date_order TEXT NOT NULL,     -- DMY, MDY, YMD
        PRIMARY KEY (inbox, digest)
    ) WITHOUT ROWID;

    CREATE TABLE orders (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        verb     TEXT NOT NULL,
        argument TEXT NOT NULL,
        given_at REAL NOT NULL
    );

    CREATE TABLE line (               -- one row: what outlives the process of the line as a whole
        id     INTEGER PRIMARY KEY CHECK (id = 1),
        pause  TEXT,                  -- a pause, as JSON
        status TEXT,                  -- the last published status, as JSON
        recovering INTEGER NOT NULL DEFAULT 0
    );
    INSERT INTO line (id) VALUES (1);
    """,
    """
    ALTER TABLE documents ADD COLUMN recorded_at REAL;  -- when its rows were written
    UPDATE documents SET recorded_at = changed_at WHERE station IN ('recorded', 'done', 'gone');

    CREATE TABLE corrections (        -- cells that a person changed in the workbook
        book       TEXT NOT NULL,
        row        TEXT NOT NULL,     -- the row's id
        heading    TEXT NOT NULL,
        written    TEXT NOT NULL,     -- a value, as JSON
        found      TEXT NOT NULL,     -- a value, as JSON
        noticed_at REAL NOT NULL,
        PRIMARY KEY (book, row, heading)
    ) WITHOUT ROWID;

    CREATE TABLE marks (              -- by which two documents are known to be the same invoice
        book TEXT NOT NULL,
        mark TEXT NOT NULL,
        row  TEXT NOT NULL,           -- the row's id
        key  INTEGER NOT NULL,        -- its document
        PRIMARY KEY (book, mark, row)
    ) WITHOUT ROWID;
    CREATE INDEX marks_by_document ON marks (key);

    CREATE TABLE marking (            -- by which rule the rows of a book were marked
        book TEXT PRIMARY KEY,
        rule TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE absences (           -- rows that were written and are not in the workbook any more
        book       TEXT NOT NULL,
        row        TEXT NOT NULL,
        cause      TEXT NOT NULL,     -- deleted, lost, unclear: as it was when it was first noticed
        noticed_at REAL NOT NULL,
        PRIMARY KEY (book, row)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE openings (           -- when other programs had a workbook open, by what was seen of their locks
        workbook   NOT NULL,          -- its real path
        sign       TEXT NOT NULL,     -- which lock
        program    TEXT NOT NULL,
        began_at   REAL NOT NULL,
        ended_at   REAL,
        cleared    INTEGER NOT NULL,  -- the lock was taken away on a person's word: no sign of an end
        PRIMARY KEY (workbook, sign)
    ) WITHOUT ROWID;

    CREATE TABLE looks (              -- how workbooks looked when nothing was left to be noticed in them
        book TEXT PRIMARY KEY,
        sign TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE links (              -- pictures that were fetched, and where from
        digest     TEXT PRIMARY KEY,  -- SHA-256 of the picture's bytes, hex
        url        TEXT NOT NULL,
        fetched_at REAL NOT NULL
    ) WITHOUT ROWID;
    """,
)
