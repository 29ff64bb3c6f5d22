//! Everything that differs between the engines, in one place.

use crate::late::Late;
use portico_types::Error;

/// `$n` is positional in PostgreSQL; in SQLite only `?n` is (`$n` there is a name, numbered by first use).
pub(crate) fn positional(sql: &str) -> String {
    sql.replace('$', "?")
}

/// A migration's text for one engine: types filled in, other engines' sections left out.
pub(crate) fn migration(text: &str, lite: bool) -> String {
    let (int, bytes) = if lite { ("INTEGER", "BLOB") } else { ("BIGINT", "BYTEA") };
    // A number of its own that stays put when the file is compacted: the full-text index points at it.
    let row_id = if lite { "INTEGER PRIMARY KEY" } else { "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY" };
    // Text that is compared or sorted sorts by bytes on both engines.
    let words = if lite { "TEXT" } else { "TEXT COLLATE \"C\"" };
    let mut out = String::with_capacity(text.len());
    let mut on = true;
    for line in text.lines() {
        match line.trim() {
            "-- all" => on = true,
            "-- only: sqlite" => on = lite,
            "-- only: postgres" => on = !lite,
            _ if on => {
                out.push_str(
                    &line
                        .replace("{int}", int)
                        .replace("{bytes}", bytes)
                        .replace("{text}", words)
                        .replace("{row_id}", row_id),
                );
                out.push('\n');
            }
            _ => {}
        }
    }
    out
}

/// What a SQLite error means to us.
pub(crate) fn lite_error(e: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as C;
    match e.sqlite_error_code() {
        Some(C::ConstraintViolation) => Error::conflict(None, "it clashes with what is there"),
        Some(C::DiskFull) => Error::unavailable("the disk is full; free some space, nothing was written"),
        Some(C::DatabaseBusy | C::DatabaseLocked) => Error::busy(),
        Some(C::ReadOnly) => Error::unavailable("the data directory is read-only; nothing was written"),
        Some(C::SystemIoFailure) => Error::unavailable("the disk reported an error; nothing was written"),
        _ => Error::internal(e),
    }
}

/// What a PostgreSQL error means to us.
pub(crate) fn pg_error(e: &tokio_postgres::Error) -> Error {
    let Some(db) = e.as_db_error() else {
        // Whether it was closed before or breaks in the middle: the next one gets a new connection.
        let broke = std::error::Error::source(e).and_then(|c| c.downcast_ref::<std::io::Error>()).is_some();
        return if e.is_closed() || broke {
            Error::unavailable("the connection to the database is lost; the server reconnects")
        } else {
            Error::internal(e)
        };
    };
    let code = db.code().code();
    match code {
        // The last one: a lock was not had in the time that was set for it.
        "40001" | "40P01" | "55P03" => Error::retry(db.message()),
        "53100" => Error::unavailable("the database's disk is full; nothing was written"),
        // It believed that this node was gone, and has rolled back.
        "25P03" => Error::unavailable("the connection to the database is lost; the server reconnects"),
        // It ends by itself what nobody waits for any more.
        "57014" => Error::unavailable("this took the database too long, and nothing was done"),
        "25006" => Error::unavailable("the database is read-only; nothing was written"),
        _ if code.starts_with("23") => Error::conflict(None, "it clashes with what is there"),
        _ if code.starts_with("53") || code.starts_with("57") => Error::busy(),
        _ => Error::internal(format!("{} {} {:?}", code, db.message(), db.detail())),
    }
}

/// Picks the text of the engine at hand, where one text cannot serve both.
pub(crate) struct Both {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl Both {
    pub(crate) fn of(&self, lite: bool) -> &'static str {
        if lite { self.sqlite } else { self.postgres }
    }
}

/// Puts a message into the search index on PostgreSQL. `$2` message, `$3` terms, `$4` tags, each as the engine takes them.
pub(crate) static INDEX_ON_POSTGRES: Late = Late {
    table: "message_terms",
    rank: 1,
    one: "INSERT INTO message_terms (tenant_id, message_id, terms, tags) VALUES ($1, $2, CAST(CAST($3 AS text) AS tsvector), CAST(CAST($4 AS text) AS tsvector))",
    many: "INSERT INTO message_terms (tenant_id, message_id, terms, tags) SELECT $1, n.id, CAST(n.terms AS tsvector), CAST(n.tags AS tsvector)
           FROM unnest($2::bytea[], $3::text[], $4::text[]) AS n (id, terms, tags)",
};

/// The same on SQLite, where the index knows a message by its row.
pub(crate) const INDEX_ON_SQLITE: &str = "INSERT INTO message_terms (rowid, terms, tags) SELECT m.row_id, $3, $4 FROM message m WHERE m.tenant_id = $1 AND m.id = $2";

/// A document as the engine's index takes it.
pub(crate) fn document(terms: &str, lite: bool) -> std::borrow::Cow<'_, str> {
    if lite { terms.into() } else { portico_text::search::tsvector(terms).into() }
}

/// Takes a message out of the search index. `$2` message.
pub(crate) const UNINDEX_MESSAGE: Both = Both {
    sqlite: "DELETE FROM message_terms WHERE rowid = (SELECT m.row_id FROM message m WHERE m.tenant_id = $1 AND m.id = $2)",
    postgres: "DELETE FROM message_terms WHERE tenant_id = $1 AND message_id = $2",
};

/// Claims one due job. `$1` now, `$2` locked until.
pub(crate) const CLAIM_JOB: Both = Both {
    sqlite: "/* instance: claim a due job */ UPDATE job SET state = 1, locked_until = $2, attempts = attempts + 1 WHERE id = (SELECT id FROM job WHERE (state = 0 AND run_at <= $1) OR (state = 1 AND locked_until < $1) ORDER BY run_at LIMIT 1) RETURNING id, tenant_id, kind, payload, attempts",
    postgres: "/* instance: claim a due job */ UPDATE job SET state = 1, locked_until = $2, attempts = attempts + 1 WHERE id = (SELECT id FROM job WHERE (state = 0 AND run_at <= $1) OR (state = 1 AND locked_until < $1) ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, tenant_id, kind, payload, attempts",
};
