//! `portico restore`: a backup becomes the database and the files, or nothing changes.

use super::{
    Manifest,
    crypt::In,
    files::{Incoming, Name, Store},
    refuse,
    walk::{Nobody, Taker, walk},
};
use crate::{clock::SystemClock, config::Config, files, say::say, serve};
use clap::Args;
use portico_store::{
    Engine,
    copy::{Field, Kept, Shape, Sink, Table, Target},
};
use portico_types::{Clock, Error, Result};
use std::path::{Path, PathBuf};

/// What to restore.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// The backup.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file with the secret key that opens it.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Put it in the stead of an organization that is there.
    #[arg(long)]
    replace: bool,
    /// Only look whether the backup is sound and what is in it.
    #[arg(long)]
    check: bool,
}

/// Restores to where the settings say.
pub(crate) async fn run(config: Config, options: Options) -> Result<()> {
    let engine = serve::engine(&config)?;
    let (check, file) = (options.check, options.file.clone());
    let runtime = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || {
        let manifest = sound(&options.file, options.identity.as_deref())?;
        if options.check {
            return Ok((manifest, Kept::Nothing));
        }
        // The store is opened only now: a backup that is not sound must not even make a directory.
        let open = || Ok(Store::new(runtime.block_on(files::open(&config))?));
        let kept = into_place(&options, &engine, open, &manifest)?;
        Ok::<_, Error>((manifest, kept))
    });
    let (manifest, kept) = done.await.map_err(Error::internal)??;
    let what = if check { "is sound" } else { "is restored" };
    say(format_args!("{} {what}: {}", file.display(), manifest.describe()));
    say(format_args!("rows sha256 {}\nfiles sha256 {}", manifest.database, manifest.contents));
    say(format_args!(
        "made by portico {} with schema {}",
        manifest.head.portico.escape_debug(),
        manifest.head.schema
    ));
    if !manifest.missing.is_empty() {
        say(format_args!("warning: {} files were not in the store when it was made", manifest.missing.len()));
    }
    if let Kept::File(old) = kept {
        say(format_args!(
            "what was there before is in {}; remove it when you no longer need it",
            old.display()
        ));
    }
    Ok(())
}

/// Reads all of a backup and changes nothing.
fn sound(file: &Path, identity: Option<&Path>) -> Result<Manifest> {
    walk(&mut In::open(file, identity)?, &Shape::new()?, &mut Nobody)
}

fn into_place(
    options: &Options,
    engine: &Engine,
    open: impl FnOnce() -> Result<Store>,
    expected: &Manifest,
) -> Result<Kept> {
    let target = Target::open(engine, options.replace)?;
    let shape = target.shape().clone();
    let mut taking = Taking { target, files: open()?, incoming: None };
    let mut input = In::open(&options.file, options.identity.as_deref())?;
    let manifest = walk(&mut input, &shape, &mut taking)?;
    if manifest != *expected {
        return Err(refuse("the backup changed while it was restored; nothing was replaced"));
    }
    // Read back as the server would: what arrived is what was sent, on whichever engine.
    let contents = taking.target.contents()?;
    if super::hex(&contents.sha256()) != manifest.database {
        return Err(Error::internal("what was restored reads back as something else; nothing was replaced"));
    }
    taking.target.commit(&format!("before-restore-{}", SystemClock.now().0), super::new_epoch())
}

struct Taking {
    target: Target,
    files: Store,
    incoming: Option<Incoming>,
}

impl Sink for Taking {
    fn begin(&mut self, tenant: i64, table: &Table) -> Result<()> {
        self.target.begin(tenant, table)
    }
    fn row(&mut self, row: &[Field]) -> Result<()> {
        self.target.row(row)
    }
}

impl Taker for Taking {
    fn file(&mut self, name: Name, size: u64) -> Result<()> {
        self.incoming = Some(self.files.begin(name, size)?);
        Ok(())
    }
    fn data(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.incoming {
            Some(file) => self.files.write(file, bytes),
            None => Err(Error::internal("bytes of no file")),
        }
    }
    fn end(&mut self) -> Result<()> {
        self.incoming.take().map_or(Ok(()), |file| self.files.finish(file))
    }
}
