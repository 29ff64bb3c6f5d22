//! Keeping what the server holds: backup, restore, and moving between the engines.
//!
//! All three stand on `store::copy`, which knows the rows, and on the blob store, which knows the bytes of files. Here
//! is the form of a backup file, its encryption, and the order of steps: nothing is replaced before everything that
//! replaces it was read, counted and hashed. A backup is bytes from outside and is read as such.

pub(crate) mod backup;
mod crypt;
mod files;
mod format;
pub(crate) mod moving;
pub(crate) mod restore;
pub(crate) mod schedule;
mod walk;

#[cfg(test)]
mod hostile_tests;

use crate::dice::SystemRng;
use portico_types::{Error, Result, Rng};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// The first frame: what this is.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Head {
    /// Version of the portico that wrote it.
    portico: String,
    /// Of the database.
    schema: i64,
    /// Unix milliseconds of the snapshot.
    at: i64,
}

/// Rows of a table follow.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableHead {
    tenant: i64,
    table: String,
    columns: Vec<String>,
}

/// Bytes of a file follow.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileHead {
    tenant: i64,
    sha256: String,
    size: u64,
}

/// The last frame: what there must have been.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// The first frame again, which has no hash of its own.
    head: Head,
    sections: Vec<Counted>,
    /// One hash of all rows.
    database: String,
    files: u64,
    bytes: u64,
    /// One hash of all files.
    contents: String,
    /// Files that rows name and the store did not have: `tenant/sha256`.
    missing: Vec<String>,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Counted {
    tenant: i64,
    table: String,
    rows: u64,
    sha256: String,
}

impl Manifest {
    fn of(head: &Head, contents: &portico_store::copy::Contents, files: &files::Seen) -> Self {
        let sections = contents.0.iter().map(|s| Counted {
            tenant: s.tenant,
            table: s.table.clone(),
            rows: s.rows,
            sha256: hex(&s.sha256),
        });
        Self {
            head: head.clone(),
            sections: sections.collect(),
            database: hex(&contents.sha256()),
            files: files.count,
            bytes: files.bytes,
            contents: hex(&files.sha256()),
            missing: files.missing.iter().map(|(tenant, sha)| format!("{tenant}/{}", hex(sha))).collect(),
        }
    }

    fn rows_of(&self, table: &str) -> u64 {
        self.sections.iter().filter(|s| s.table == table).map(|s| s.rows).sum()
    }

    /// One line for people.
    fn describe(&self) -> String {
        format!(
            "{} organizations, {} people, {} messages, {} events, {} rows in all, {} files ({} bytes)",
            self.rows_of("tenant"),
            self.rows_of("member"),
            self.rows_of("message"),
            self.rows_of("event"),
            self.sections.iter().map(|s| s.rows).sum::<u64>(),
            self.files,
            self.bytes
        )
    }
}

/// The name of a new life of the logs.
fn new_epoch() -> i64 {
    i64::from_be_bytes(SystemRng.next_u64().to_be_bytes()).unsigned_abs().clamp(1, i64::MAX as u64) as i64
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        // Writing into a String cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn unhex(text: &str) -> Result<[u8; 32]> {
    let wrong = || Error::invalid("backup", "a hash in the backup is none");
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Err(wrong());
    }
    let mut out = [0; 32];
    for (slot, pair) in out.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
        *slot = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
    }
    Ok(out)
}

/// Something about the backup file that a person must hear.
fn refuse(message: impl Into<String>) -> Error {
    Error::invalid("backup", message.into())
}
