//! Backups made to mislead: cut, changed, and put together by hand. None may be called sound.

use super::{
    FileHead, Head, Manifest, TableHead,
    crypt::{self, In, Out},
    files::{Name, Named, Seen},
    format::{self, Kind},
    hex,
    walk::{Nobody, walk},
};
use portico_store::{
    SCHEMA_VERSION,
    copy::{Contents, Field, Shape, Sink, Table, Tally, encode},
};
use sha2::{Digest, Sha256};
use std::io::Write;

/// A backup put together part by part; the manifest tells of what was put in honestly.
struct Made {
    bytes: Vec<u8>,
    tally: Tally,
    seen: Seen,
}

fn head() -> Head {
    Head { portico: "0.1.0".into(), schema: SCHEMA_VERSION, at: 7 }
}

impl Made {
    fn new() -> Self {
        let mut made =
            Self { bytes: format::FIRST_LINE.to_vec(), tally: Tally::default(), seen: Seen::default() };
        made.part(Kind::Head, &head());
        made
    }

    fn part(&mut self, kind: Kind, json: &impl serde::Serialize) -> &mut Self {
        self.raw(kind, &serde_json::to_vec(json).unwrap())
    }

    fn raw(&mut self, kind: Kind, payload: &[u8]) -> &mut Self {
        format::write(&mut self.bytes, kind, payload).unwrap();
        self
    }

    fn table(&mut self, tenant: i64, table: &Table, rows: &[Vec<Field>]) -> &mut Self {
        let columns = table.columns.iter().map(|c| c.name.clone()).collect();
        self.part(Kind::Table, &TableHead { tenant, table: table.name.clone(), columns });
        self.tally.begin(tenant, table);
        let mut bytes = Vec::new();
        for row in rows {
            self.tally.row(row);
            encode(row, &mut bytes);
        }
        self.raw(Kind::Rows, &bytes)
    }

    fn file(&mut self, name: Name, bytes: &[u8]) -> &mut Self {
        let size = bytes.len() as u64;
        self.part(Kind::File, &FileHead { tenant: name.0, sha256: hex(&name.1), size });
        self.seen.add(&name, size);
        if bytes.is_empty() { self } else { self.raw(Kind::Data, bytes) }
    }

    fn end(&mut self) -> Vec<u8> {
        let contents = std::mem::take(&mut self.tally).finish();
        let manifest = Manifest::of(&head(), &contents, &self.seen);
        self.part(Kind::Manifest, &manifest);
        std::mem::take(&mut self.bytes)
    }
}

fn sha(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn table<'s>(shape: &'s Shape, name: &str) -> &'s Table {
    &shape.tables()[shape.position(name).unwrap()]
}

/// A row of the file table that names these bytes.
fn file_row(shape: &Shape, tenant: i64, bytes: &[u8]) -> Vec<Field> {
    let value = |name: &str| match name {
        "tenant_id" => Field::Int(tenant),
        "sha256" => Field::Bytes(sha(bytes).to_vec()),
        _ => Field::Null,
    };
    table(shape, "file").columns.iter().map(|c| value(&c.name)).collect()
}

fn setting() -> Vec<Field> {
    vec![Field::Text("key".into()), Field::Text("value".into())]
}

fn sound(shape: &Shape) -> Vec<u8> {
    let mut made = Made::new();
    made.table(0, table(shape, "instance_setting"), &[setting()]);
    made.table(1, table(shape, "file"), &[file_row(shape, 1, b"lamp")]);
    made.file((1, sha(b"lamp")), b"lamp").end()
}

fn refused(bytes: &[u8], shape: &Shape) -> String {
    walk(&mut &bytes[..], shape, &mut Nobody).map(|m| m.describe()).unwrap_err().message().to_owned()
}

#[test]
fn one_byte_less_or_another_byte_anywhere_is_noticed() {
    let shape = Shape::new().unwrap();
    let bytes = sound(&shape);
    let manifest = walk(&mut &bytes[..], &shape, &mut Nobody).unwrap();
    assert_eq!((manifest.files, manifest.bytes, manifest.sections.len()), (1, 4, 2));
    for cut in 0..bytes.len() {
        refused(&bytes[..cut], &shape);
    }
    for at in 0..bytes.len() {
        for bit in [1, 0x20, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            refused(&changed, &shape);
        }
    }
    let longer = [&bytes[..], b"M"].concat();
    refused(&longer, &shape);
}

#[test]
fn parts_that_do_not_belong_are_refused() {
    let shape = Shape::new().unwrap();
    let (settings, files) = (table(&shape, "instance_setting"), table(&shape, "file"));
    let unnamed = Made::new().file((1, sha(b"x")), b"x").end();
    assert!(refused(&unnamed, &shape).contains("no row names"));
    let row = file_row(&shape, 1, b"lamp");
    let lied = Made::new().table(1, files, std::slice::from_ref(&row)).file((1, sha(b"lamp")), b"oops").end();
    assert!(refused(&lied, &shape).contains("other bytes"));
    let elsewhere =
        Made::new().table(1, files, std::slice::from_ref(&row)).file((2, sha(b"lamp")), b"lamp").end();
    assert!(refused(&elsewhere, &shape).contains("no row names"));
    let twice = Made::new().table(0, settings, &[setting()]).table(0, settings, &[setting()]).end();
    assert!(refused(&twice, &shape).contains("out of order"));
    let stray = Made::new().table(5, settings, &[setting()]).end();
    assert!(refused(&stray, &shape).contains("not ours"));
    for name in ["sqlite_schema", "message_terms", "schema_step", "tenant; DROP TABLE tenant", "../tenant"] {
        let mut foreign = settings.clone();
        foreign.name = name.into();
        assert!(
            refused(&Made::new().table(0, &foreign, &[setting()]).end(), &shape).contains("not ours"),
            "{name}"
        );
    }
    for name in ["../../../../etc/passwd", "", "zz", &"A".repeat(64), &"../".repeat(22)[..64]] {
        let head = serde_json::json!({"tenant": 1, "sha256": name, "size": 4});
        let path = Made::new().table(1, files, std::slice::from_ref(&row)).part(Kind::File, &head).end();
        assert!(refused(&path, &shape).contains("hash"), "{name}");
    }
    let missing = Made::new().table(1, files, &[row]).end();
    assert!(refused(&missing, &shape).contains("manifest"));
    let other = Head { schema: SCHEMA_VERSION + 1, ..head() };
    let mut newer = format::FIRST_LINE.to_vec();
    format::write(&mut newer, Kind::Head, &serde_json::to_vec(&other).unwrap()).unwrap();
    assert!(refused(&newer, &shape).contains("schema"));
}

#[test]
fn sizes_are_believed_only_when_the_bytes_are_there() {
    let shape = Shape::new().unwrap();
    for kind in [b'H', b'T', b'R', b'F', b'D', b'M'] {
        let mut bytes = format::FIRST_LINE.to_vec();
        bytes.push(kind);
        bytes.extend_from_slice(&u32::MAX.to_be_bytes());
        assert!(refused(&bytes, &shape).contains("claims"));
    }
    let mut short = format::FIRST_LINE.to_vec();
    short.push(b'H');
    short.extend_from_slice(&60_000_u32.to_be_bytes());
    assert!(refused(&short, &shape).contains("cut off"));
}

#[test]
fn a_row_of_another_organization_names_no_file_of_ours() {
    let shape = Shape::new().unwrap();
    let mut nowhere = Tally::default();
    let mut named = Named::new(&mut nowhere);
    named.begin(1, table(&shape, "file")).unwrap();
    named.row(&file_row(&shape, 1, b"a")).unwrap();
    named.begin(1, table(&shape, "instance_setting")).unwrap();
    named.row(&setting()).unwrap();
    assert_eq!(named.names.into_iter().collect::<Vec<_>>(), [(1, sha(b"a"))]);
    assert_eq!(nowhere.finish().rows(), 2);
    assert_eq!(Contents::default().rows(), 0);
}

#[test]
fn an_encrypted_backup_opens_only_whole_and_only_with_its_key() {
    let shape = Shape::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let public = crypt::new_key(&at("key")).unwrap();
    let _other = crypt::new_key(&at("other")).unwrap();
    assert!(crypt::new_key(&at("key")).is_err(), "a key is never overwritten");
    let mut out =
        Out::new(crypt::private(&at("backup")).unwrap(), &[crypt::recipient(&public).unwrap()]).unwrap();
    out.write_all(&sound(&shape)).unwrap();
    out.finish().unwrap();
    let bytes = std::fs::read(at("backup")).unwrap();
    assert!(!bytes.windows(4).any(|w| w == b"lamp"), "it is not readable");
    let open = |bytes: &[u8], key: Option<&str>| {
        std::fs::write(at("tried"), bytes).unwrap();
        let key = key.map(at);
        In::open(&at("tried"), key.as_deref()).and_then(|mut input| walk(&mut input, &shape, &mut Nobody))
    };
    assert_eq!(open(&bytes, Some("key")).unwrap().files, 1);
    assert!(open(&bytes, Some("other")).unwrap_err().message().contains("another one"));
    assert!(open(&bytes, None).unwrap_err().message().contains("--identity"));
    assert!(open(&bytes, Some("backup")).unwrap_err().message().contains("no file with a secret key"));
    for at in 0..bytes.len() {
        assert!(open(&bytes[..at], Some("key")).is_err(), "cut at {at}");
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(open(&changed, Some("key")).is_err(), "changed at {at}");
    }
    let endless = [&b"age-encryption.org/v1\n"[..], &b"-> X25519 aaaa\n".repeat(10_000)].concat();
    assert!(open(&endless, Some("key")).unwrap_err().message().contains("no end"));
    assert!(crypt::recipient("AGE-SECRET-KEY-1").is_err());
}
