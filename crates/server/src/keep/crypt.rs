//! Encryption of backups by age, to public keys: who backs up need not be able to read it.

use super::{format, refuse};
use age::{
    Decryptor, Encryptor, Identity, IdentityFile, Recipient,
    secrecy::ExposeSecret,
    stream::{StreamReader, StreamWriter},
    x25519,
};
use portico_types::{Error, Result};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write},
    path::Path,
};

/// How an age file begins.
const AGE: &[u8] = b"age-encryption.org/v1\n";
/// Bytes within which an age header must end. Each recipient takes about a hundred.
const HEADER: u64 = 64 << 10;
/// Bytes of an identity file at most.
const IDENTITY: u64 = 64 << 10;

/// Where a backup goes.
pub(super) enum Out {
    Plain(BufWriter<File>),
    Sealed(Box<StreamWriter<BufWriter<File>>>),
}

impl Out {
    /// Encrypts to `recipients`; without any, writes as it is.
    pub(super) fn new(file: File, recipients: &[x25519::Recipient]) -> Result<Self> {
        let file = BufWriter::with_capacity(256 << 10, file);
        if recipients.is_empty() {
            return Ok(Self::Plain(file));
        }
        let to = recipients.iter().map(|r| r as &dyn Recipient);
        let writer = Encryptor::with_recipients(to).map_err(Error::internal)?.wrap_output(file);
        Ok(Self::Sealed(Box::new(writer.map_err(|e| refuse(format!("the backup cannot be written: {e}")))?)))
    }

    /// Writes the end, through to the disk.
    pub(super) fn finish(self) -> io::Result<()> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Sealed(writer) => writer.finish()?,
        };
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Sealed(writer) => writer.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Sealed(writer) => writer.flush(),
        }
    }
}

/// A backup being read.
pub(super) enum In {
    Plain(BufReader<File>),
    Sealed(Box<StreamReader<BufReader<File>>>),
}

impl In {
    /// Opens a backup and decrypts it where it is encrypted.
    pub(super) fn open(path: &Path, identity: Option<&Path>) -> Result<Self> {
        let file = File::open(path).map_err(|e| refuse(format!("cannot open {}: {e}", path.display())))?;
        let mut file = BufReader::with_capacity(256 << 10, file);
        let begins = file.fill_buf().map_err(|e| refuse(format!("cannot read {}: {e}", path.display())))?;
        if !begins.starts_with(AGE) {
            if !begins.starts_with(format::FIRST_LINE) {
                return Err(refuse(format!("{} is no backup of portico", path.display())));
            }
            return Ok(Self::Plain(file));
        }
        let Some(identity) = identity else {
            return Err(refuse("this backup is encrypted; name the file with its secret key by --identity"));
        };
        let identities = identities(identity)?;
        header_ends(&mut file)?;
        let decryptor =
            Decryptor::new_buffered(file).map_err(|e| refuse(format!("the backup is damaged: {e}")))?;
        let keys = identities.iter().map(|i| &**i as &dyn Identity);
        let reader = decryptor.decrypt(keys).map_err(|e| match e {
            age::DecryptError::NoMatchingKeys => {
                refuse("the key of --identity does not open this backup; it is encrypted to another one")
            }
            e => refuse(format!("the backup is damaged: {e}")),
        })?;
        Ok(Self::Sealed(Box::new(reader)))
    }
}

impl Read for In {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(bytes),
            Self::Sealed(reader) => reader.read(bytes),
        }
    }
}

/// A header without an end would be read into memory without one.
fn header_ends(file: &mut BufReader<File>) -> Result<()> {
    let mut head = Vec::new();
    let read = file.by_ref().take(HEADER).read_to_end(&mut head).and_then(|_| file.rewind());
    read.map_err(|e| refuse(format!("the backup cannot be read: {e}")))?;
    if head.windows(5).any(|w| w == b"\n--- ") {
        Ok(())
    } else {
        Err(refuse("the backup is damaged: the header of its encryption has no end"))
    }
}

fn identities(path: &Path) -> Result<Vec<Box<dyn Identity + Send + Sync>>> {
    let wrong = |what: String| Error::invalid("identity", format!("{}: {what}", path.display()));
    let file = File::open(path).map_err(|e| wrong(e.to_string()))?;
    let found = IdentityFile::from_buffer(BufReader::new(file.take(IDENTITY)))
        .map_err(|_| wrong("this is no file with a secret key of age".into()))?
        .into_identities()
        .map_err(|e| wrong(e.to_string()))?;
    if found.is_empty() { Err(wrong("there is no secret key in it".into())) } else { Ok(found) }
}

/// A public key as it is written on the command line.
pub(super) fn recipient(text: &str) -> Result<x25519::Recipient> {
    text.parse().map_err(|_| {
        Error::invalid(
            "to",
            format!("{text:?} is no public key; write age1…, as portico backup-key prints it"),
        )
    })
}

/// Makes a key pair: the secret one into a new file for its owner only, the public one as the answer.
pub(super) fn new_key(path: &Path) -> Result<String> {
    let identity = x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let mut file = private(path)?;
    let text = format!("# public key: {public}\n{}\n", identity.to_string().expose_secret());
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| Error::internal(format!("cannot write {}: {e}", path.display())))?;
    Ok(public)
}

/// A new file that only its owner reads. One that is there is never overwritten.
pub(super) fn private(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::invalid("file", format!("{} is there already; name another file", path.display()))
        }
        _ => Error::internal(format!("cannot write {}: {e}", path.display())),
    })
}
