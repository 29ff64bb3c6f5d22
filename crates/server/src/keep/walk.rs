//! Reading a backup from its first byte to its last. Whatever is done with it, every row and every file is counted and
//! hashed on the way, and the end fails unless all of it is what the manifest says.

use super::{
    FileHead, Head, Manifest, TableHead,
    files::{Name, Named, Seen},
    format::{self, Kind},
    refuse, unhex,
};
use portico_store::{
    SCHEMA_VERSION,
    copy::{Field, Shape, Sink, Table, Tally, decode},
};
use portico_types::Result;
use sha2::{Digest, Sha256};
use std::io::Read;

/// Whoever takes what is in a backup.
pub(super) trait Taker: Sink {
    /// The bytes of a file follow.
    fn file(&mut self, name: Name, size: u64) -> Result<()>;
    /// Some of its bytes.
    fn data(&mut self, bytes: &[u8]) -> Result<()>;
    /// All of them came, and they are what its name says.
    fn end(&mut self) -> Result<()>;
}

/// Takes nothing: for looking whether a backup is sound.
pub(super) struct Nobody;

impl Sink for Nobody {
    fn begin(&mut self, _: i64, _: &Table) -> Result<()> {
        Ok(())
    }
    fn row(&mut self, _: &[Field]) -> Result<()> {
        Ok(())
    }
}

impl Taker for Nobody {
    fn file(&mut self, _: Name, _: u64) -> Result<()> {
        Ok(())
    }
    fn data(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// A file in the middle of its bytes.
struct Open {
    name: Name,
    left: u64,
    hash: Sha256,
}

/// Where in the order of a backup we are.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum At {
    Table(i64, usize),
    File(Name),
}

/// Reads all of `input`, and gives it to `taker`.
pub(super) fn walk(input: &mut impl Read, shape: &Shape, taker: &mut dyn Taker) -> Result<Manifest> {
    format::first_line(input)?;
    let mut payload = Vec::new();
    if format::read(input, &mut payload)? != Some(Kind::Head) {
        return Err(refuse("the backup is damaged: it does not say what it is"));
    }
    let head: Head = json(&payload)?;
    if head.schema != SCHEMA_VERSION {
        return Err(refuse(format!(
            "this backup has schema {}, this portico has {SCHEMA_VERSION}; restore it with portico {} and upgrade then",
            head.schema,
            head.portico.chars().filter(char::is_ascii_graphic).take(40).collect::<String>()
        )));
    }
    let (mut tally, mut seen) = (Tally::default(), Seen::default());
    let mut names = std::collections::BTreeSet::new();
    let (mut at, mut table, mut open) = (None, None, None::<Open>);
    loop {
        let kind = format::read(input, &mut payload)?.ok_or_else(format::cut_off)?;
        if open.is_some() && kind != Kind::Data {
            return Err(refuse("the backup is damaged: a file in it ends too soon"));
        }
        match kind {
            Kind::Table => {
                let (tenant, found) = begun(&payload, shape)?;
                step(&mut at, At::Table(tenant, shape.position(&found.name).unwrap_or(usize::MAX)))?;
                tally.begin(tenant, found);
                taker.begin(tenant, found)?;
                table = Some((tenant, found));
            }
            Kind::Rows => {
                let Some((tenant, table)) = table else {
                    return Err(refuse("the backup is damaged: rows come before their table"));
                };
                let mut through = Through { taker: &mut *taker, tally: &mut tally };
                let mut named = Named::new(&mut through);
                // Tells it what the rows are of; the taker has heard it above.
                named.resume(tenant, table);
                let mut rest = &payload[..];
                while !rest.is_empty() {
                    named.row(&decode(&mut rest, &table.columns)?)?;
                }
                names.append(&mut named.names);
            }
            Kind::File => {
                let file: FileHead = json(&payload)?;
                let name = (file.tenant, unhex(&file.sha256)?);
                step(&mut at, At::File(name))?;
                if !names.remove(&name) {
                    return Err(refuse("the backup is damaged: it has a file that no row names"));
                }
                seen.add(&name, file.size);
                taker.file(name, file.size)?;
                open = Some(Open { name, left: file.size, hash: Sha256::new() });
                open = ended(open, taker)?;
            }
            Kind::Data => {
                let Some(file) = &mut open else {
                    return Err(refuse("the backup is damaged: it has bytes of no file"));
                };
                file.left =
                    file.left.checked_sub(payload.len() as u64).filter(|_| !payload.is_empty()).ok_or_else(
                        || refuse("the backup is damaged: a file in it has another size than it says"),
                    )?;
                file.hash.update(&payload);
                taker.data(&payload)?;
                open = ended(open, taker)?;
            }
            Kind::Manifest => {
                let manifest: Manifest = json(&payload)?;
                seen.missing = names;
                if Manifest::of(&head, &tally.finish(), &seen) != manifest {
                    return Err(refuse("the backup is damaged: what is in it is not what its manifest says"));
                }
                if format::read(input, &mut payload)?.is_some() {
                    return Err(refuse("the backup is damaged: something follows its end"));
                }
                return Ok(manifest);
            }
            Kind::Head => return Err(refuse("the backup is damaged: it begins twice")),
        }
    }
}

fn ended(open: Option<Open>, taker: &mut dyn Taker) -> Result<Option<Open>> {
    match open {
        Some(Open { name, left: 0, hash }) => {
            if <[u8; 32]>::from(hash.finalize()) != name.1 {
                return Err(refuse("the backup is damaged: a file in it has other bytes than its name says"));
            }
            taker.end()?;
            Ok(None)
        }
        open => Ok(open),
    }
}

/// Everything stands in one order, so nothing is there twice.
fn step(at: &mut Option<At>, next: At) -> Result<()> {
    if at.is_some_and(|at| at >= next) {
        return Err(refuse("the backup is damaged: its parts are out of order"));
    }
    *at = Some(next);
    Ok(())
}

fn begun<'s>(payload: &[u8], shape: &'s Shape) -> Result<(i64, &'s Table)> {
    let head: TableHead = json(payload)?;
    let found = shape.tables().iter().find(|t| t.name == head.table);
    let fits = |t: &&Table| {
        t.columns.iter().map(|c| &c.name).eq(head.columns.iter()) && (head.tenant > 0) == t.tenant.is_some()
    };
    let table =
        found.filter(fits).ok_or_else(|| refuse("the backup is damaged: it has a table that is not ours"))?;
    Ok((head.tenant, table))
}

fn json<T: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<T> {
    serde_json::from_slice(payload).map_err(|e| refuse(format!("the backup is damaged: {e}")))
}

/// Counts a row and hands it on.
struct Through<'a> {
    taker: &'a mut dyn Taker,
    tally: &'a mut Tally,
}

impl Sink for Through<'_> {
    fn begin(&mut self, _: i64, _: &Table) -> Result<()> {
        Ok(())
    }
    fn row(&mut self, row: &[Field]) -> Result<()> {
        self.tally.row(row);
        self.taker.row(row)
    }
}
