//! `portico backup`: everything into one file, while the server runs.

use super::{
    FileHead, Head, Manifest, TableHead,
    crypt::{self, Out},
    files::{Named, Seen, Store},
    format::{self, Kind},
    hex, refuse,
};
use crate::{clock::SystemClock, config::Config, files, say::say, serve};
use clap::Args;
use portico_blobs::Blobs;
use portico_store::{
    Engine, SCHEMA_VERSION,
    copy::{Field, Sink, Source, Table, Tally, encode},
};
use portico_types::{Clock, Error, Result};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// What to back up to.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Encrypt to this public key, age1…; give it again for more keys, any one of which opens the backup.
    #[arg(long, value_name = "KEY", required_unless_present = "plain")]
    to: Vec<String>,
    /// Do not encrypt. Whoever reads the file then reads every message.
    #[arg(long, conflicts_with = "to")]
    plain: bool,
    /// The file to write. One that is there is not overwritten.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Rows gathered before they are written, in bytes.
const GATHERED: usize = 256 << 10;

/// Backs up as the settings say where from.
pub(crate) async fn run(config: Config, options: Options) -> Result<()> {
    let engine = serve::engine(&config)?;
    let blobs = files::open(&config).await?;
    let done = tokio::task::spawn_blocking(move || {
        let done = into_file(&engine, blobs, &options.to, &options.file)?;
        Ok::<_, Error>((done, options.file))
    });
    let ((manifest, lost), file) = done.await.map_err(Error::internal)??;
    say(format_args!("{}: {}", file.display(), manifest.describe()));
    say(format_args!("rows sha256 {}\nfiles sha256 {}", manifest.database, manifest.contents));
    if lost > 0 {
        say(format_args!(
            "warning: {lost} files that messages name are missing or damaged in the file store"
        ));
    }
    Ok(())
}

/// Writes a backup into a new file, which has its name only when all of it is there; encrypted where keys are named. Blocking.
/// Says what it holds, and how many files that rows name are missing.
pub(super) fn into_file(
    engine: &Engine,
    blobs: Blobs,
    keys: &[String],
    file: &Path,
) -> Result<(Manifest, usize)> {
    let to = keys.iter().map(|key| crypt::recipient(key)).collect::<Result<Vec<_>>>()?;
    if file.exists() {
        return Err(Error::invalid(
            "file",
            format!("{} is there already; name another file", file.display()),
        ));
    }
    let part = part_of(file);
    let out = crypt::private(&part)?;
    let written =
        Out::new(out, &to).and_then(|out| write(engine, &Store::new(blobs), out)).and_then(|done| {
            put_in_place(&part, file)?;
            Ok(done)
        });
    if written.is_err() {
        let _half = std::fs::remove_file(&part);
    }
    written
}

/// Makes a key pair for backups.
pub(crate) fn new_key(path: &Path) -> Result<()> {
    let public = crypt::new_key(path)?;
    say(format_args!(
        "The secret key is in {}. Keep it away from this machine: it opens the backups.",
        path.display()
    ));
    say(format_args!("portico backup --to {public}"));
    Ok(())
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn put_in_place(part: &Path, file: &Path) -> Result<()> {
    let dir = file.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::rename(part, file)
        .and_then(|()| std::fs::File::open(dir)?.sync_all())
        .map_err(|e| Error::internal(format!("cannot put {} in place: {e}", file.display())))
}

/// Writes everything, and says what it was and how many files the rows name but the store does not have.
pub(super) fn write(engine: &Engine, files: &Store, mut out: Out) -> Result<(Manifest, usize)> {
    let mut source = Source::open(engine)?;
    let head =
        Head { portico: env!("CARGO_PKG_VERSION").into(), schema: SCHEMA_VERSION, at: SystemClock.now().0 };
    out.write_all(format::FIRST_LINE).map_err(|e| refuse(format!("the backup cannot be written: {e}")))?;
    format::write(&mut out, Kind::Head, &serde_json::to_vec(&head).map_err(Error::internal)?)?;
    let mut rows = Rows { out: &mut out, gathered: Vec::new() };
    let mut named = Named::new(&mut rows);
    let contents = source.read(&mut named)?;
    let names = named.names;
    rows.flush()?;
    // The snapshot holds back the database's housekeeping, and files need none of it.
    drop(source);
    let mut seen = Seen::default();
    for name in names {
        let Some(size) = files.sound(&name)? else {
            seen.missing.insert(name);
            continue;
        };
        let head = FileHead { tenant: name.0, sha256: hex(&name.1), size };
        format::write(&mut out, Kind::File, &serde_json::to_vec(&head).map_err(Error::internal)?)?;
        let read = files.read(&name, &mut |bytes| format::write(&mut out, Kind::Data, bytes))?;
        if read != Some(size) {
            return Err(refuse(format!("file {} changed while it was read", hex(&name.1))));
        }
        seen.add(&name, size);
    }
    let manifest = Manifest::of(&head, &contents, &seen);
    format::write(&mut out, Kind::Manifest, &serde_json::to_vec(&manifest).map_err(Error::internal)?)?;
    out.finish().map_err(|e| refuse(format!("the backup cannot be written: {e}")))?;
    Ok((manifest, lost(engine, &seen)?))
}

/// How many of the missing files rows still name: the others were deleted by people while the backup ran.
fn lost(engine: &Engine, seen: &Seen) -> Result<usize> {
    if seen.missing.is_empty() {
        return Ok(0);
    }
    let mut nowhere = Tally::default();
    let mut named = Named::new(&mut nowhere);
    Source::open(engine)?.read(&mut named)?;
    Ok(named.names.intersection(&seen.missing).count())
}

/// Rows into frames.
struct Rows<'a> {
    out: &'a mut Out,
    gathered: Vec<u8>,
}

impl Rows<'_> {
    fn flush(&mut self) -> Result<()> {
        if !self.gathered.is_empty() {
            format::write(self.out, Kind::Rows, &self.gathered)?;
            self.gathered.clear();
        }
        Ok(())
    }
}

impl Sink for Rows<'_> {
    fn begin(&mut self, tenant: i64, table: &Table) -> Result<()> {
        self.flush()?;
        let columns = table.columns.iter().map(|c| c.name.clone()).collect();
        let head = TableHead { tenant, table: table.name.clone(), columns };
        format::write(self.out, Kind::Table, &serde_json::to_vec(&head).map_err(Error::internal)?)
    }

    fn row(&mut self, row: &[Field]) -> Result<()> {
        encode(row, &mut self.gathered);
        if self.gathered.len() < GATHERED { Ok(()) } else { self.flush() }
    }
}
