//! Backup while people write, restore elsewhere, moving between the engines; and what is refused on the way.

use crate::{
    command_line::portico,
    server::{BIN, Server},
    stream::Stream,
};
use portico_store::Engine;
use serde_json::json;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// A place for a server: a data directory, and maybe a PostgreSQL database.
struct Home {
    dir: tempfile::TempDir,
    database: Option<portico_testkit::Place>,
}

impl Home {
    fn lite() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), database: None }
    }

    fn postgres() -> Option<Self> {
        Some(Self { dir: tempfile::tempdir().unwrap(), database: Some(portico_testkit::postgres()?) })
    }

    fn url(&self) -> Option<String> {
        match self.database.as_ref()?.engine() {
            Engine::Postgres(url) => Some(url),
            Engine::Sqlite(_) => None,
        }
    }

    /// As `portico move` names it.
    fn name(&self) -> String {
        self.url().unwrap_or_else(|| format!("sqlite://{}", self.dir.path().display()))
    }

    fn settings(&self) -> Vec<String> {
        let mut all = vec!["--data".to_owned(), self.dir.path().display().to_string()];
        if let Some(url) = self.url() {
            all.extend(["--database".to_owned(), url]);
        }
        all
    }

    fn serve(&self) -> Server {
        Server::run(Command::new(BIN).arg("serve").args(self.settings()))
    }

    fn run(&self, command: &str, more: &[&str]) -> Result<String, String> {
        let settings = self.settings();
        let mut args = vec![command, "--log", "error"];
        args.extend(settings.iter().map(String::as_str));
        args.extend(more);
        said(portico(&args, ""))
    }

    /// The hash of all rows, by a backup of it.
    fn hash(&self) -> String {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("b");
        hash_in(&self.run("backup", &["--plain", file.to_str().unwrap()]).unwrap())
    }
}

fn said(output: std::process::Output) -> Result<String, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn hash_in(said: &str) -> String {
    let at = said.find("rows sha256 ").expect("a hash is printed") + 12;
    said[at..at + 64].to_owned()
}

fn key(dir: &Path) -> (PathBuf, String) {
    let file = dir.join("key");
    let out = said(portico(&["backup-key", file.to_str().unwrap()], "")).unwrap();
    let at = out.find("age1").unwrap();
    (file, out[at..].trim().to_owned())
}

const PICTURE: &str = "not really a picture, but bytes to be kept";

#[test]
fn a_backup_made_under_load_is_the_same_elsewhere_and_holds_what_was_acknowledged() {
    let pairs = [
        Some((Home::lite(), Home::lite())),
        Home::postgres().map(|pg| (Home::lite(), pg)),
        Home::postgres().map(|pg| (pg, Home::lite())),
        Home::postgres().and_then(|pg| Some((pg, Home::postgres()?))),
    ];
    for (from, to) in pairs.into_iter().flatten() {
        eprintln!("{} to {}", from.name(), to.name());
        drill(&from, &to);
    }
}

fn drill(from: &Home, to: &Home) {
    let work = tempfile::tempdir().unwrap();
    let (identity, public) = key(work.path());
    let backup = work.path().join("backup");
    let (backup, identity) = (backup.to_str().unwrap(), identity.to_str().unwrap());
    let server = from.serve();
    let (token, room) = server.set_up();
    let path = format!("/rooms/{room}/messages");
    let (status, file) = server.upload("notes.txt", &token, PICTURE);
    assert_eq!(status, 201, "{file}");
    let with_file = json!({"body": "see https://example.org/lamp", "file_ids": [file["id"]]});
    assert_eq!(server.post(&path, &token, &with_file).0, 201);
    let acknowledged: Mutex<HashMap<String, i64>> = Mutex::default();
    let done = AtomicBool::new(false);
    let before = std::thread::scope(|scope| {
        for writer in 0..3 {
            let (server, token, path, acknowledged, done) = (&server, &token, &path, &acknowledged, &done);
            scope.spawn(move || {
                for n in 0.. {
                    let body = format!("lamp {writer} {n}");
                    let (status, m) = server.post(path, token, &json!({"body": body}));
                    assert_eq!(status, 201, "{m}");
                    acknowledged.lock().unwrap().insert(body, m["number"].as_i64().unwrap());
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        while acknowledged.lock().unwrap().len() < 100 {
            std::thread::yield_now();
        }
        let before = acknowledged.lock().unwrap().clone();
        let made = from.run("backup", &["--to", &public, backup]);
        done.store(true, Ordering::SeqCst);
        made.unwrap();
        before
    });
    drop(server);
    let restored = to.run("restore", &["--identity", identity, backup]).unwrap();
    assert_eq!(to.hash(), hash_in(&restored), "what is there is what was backed up");
    let server = to.serve();
    assert!(server.code.is_none(), "nothing is left to set up");
    let found = server.timeline(&path, &token);
    for (body, number) in &before {
        assert_eq!(found.get(body), Some(number), "{body} was acknowledged before the backup began");
    }
    let (status, bytes) = server.fetch(&format!("/files/{}", file["id"].as_str().unwrap()), &token);
    assert_eq!((status, bytes.as_str()), (200, PICTURE));
    let hits = |query: &str| {
        let found = server.get(&format!("/search?q={query}&limit=100"), &token);
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(hits("lamp"), 100, "the index was made anew");
    assert_eq!((hits("has:file"), hits("has:link"), hits("%22lamp%200%201%22")), (1, 1, 1));
    let (status, m) = server.post(&path, &token, &json!({"body": "life goes on"}));
    assert_eq!((status, m["number"].as_i64()), (201, found.values().max().map(|last| last + 1)));
}

#[test]
fn what_is_there_is_not_replaced_unless_told_and_never_by_something_broken() {
    let work = tempfile::tempdir().unwrap();
    let (identity, public) = key(work.path());
    let from = Home::lite();
    let server = from.serve();
    let (token, room) = server.set_up();
    server.post(&format!("/rooms/{room}/messages"), &token, &json!({"body": "hello"}));
    let at = |name: &str| work.path().join(name).display().to_string();
    from.run("backup", &["--to", &public, &at("sealed")]).unwrap();
    let again = from.run("backup", &["--plain", &at("sealed")]).unwrap_err();
    assert!(again.contains("there already"), "{again}");
    assert!(from.run("backup", &[&at("neither")]).unwrap_err().contains("--to"));
    assert!(from.run("backup", &["--to", "age1nonsense", &at("x")]).unwrap_err().contains("backup-key"));
    from.run("backup", &["--plain", &at("plain")]).unwrap();
    let identity = identity.to_str().unwrap();
    for to in [Some(Home::lite()), Home::postgres()].into_iter().flatten() {
        eprintln!("{}", to.name());
        let server = to.serve();
        server.set_up();
        let running = to.run("restore", &["--replace", &at("plain")]).unwrap_err();
        assert!(running.contains("another portico"), "{running}");
        drop(server);
        let was = to.hash();
        let full = to.run("restore", &[&at("plain")]).unwrap_err();
        assert!(full.contains("--replace"), "{full}");
        assert!(to.run("restore", &["--replace", &at("sealed")]).unwrap_err().contains("--identity"));
        let bytes = std::fs::read(at("plain")).unwrap();
        for cut in [10, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(at("cut"), &bytes[..cut]).unwrap();
            to.run("restore", &["--replace", &at("cut")]).unwrap_err();
        }
        assert_eq!(to.hash(), was, "nothing that failed changed anything");
        let checked = to.run("restore", &["--check", "--identity", identity, &at("sealed")]).unwrap();
        assert_eq!(to.hash(), was, "looking changes nothing");
        to.run("restore", &["--replace", "--identity", identity, &at("sealed")]).unwrap();
        assert_eq!(to.hash(), hash_in(&checked));
        if to.database.is_none() {
            let names = std::fs::read_dir(to.dir.path()).unwrap().map(|e| e.unwrap().file_name());
            let old: Vec<_> =
                names.filter(|n| n.to_string_lossy().starts_with("portico.before-restore-")).collect();
            assert_eq!(old.len(), 1, "the old database is kept, whole, in one file: {old:?}");
        }
        let server = to.serve();
        let page = server.get(&format!("/rooms/{room}/messages?limit=10"), &token);
        assert!(page.to_string().contains("hello"), "{page}");
    }
}

#[test]
fn a_restore_that_was_cut_off_is_said_and_not_served_as_new() {
    let home = Home::lite();
    std::fs::write(home.dir.path().join("portico.restoring.db"), b"half").unwrap();
    let e = home.run("serve", &["--listen", "127.0.0.1:0"]).unwrap_err();
    assert!(e.contains("cut off"), "{e}");
}

#[test]
fn a_page_that_saw_what_a_restore_undid_fetches_anew() {
    for home in [Some(Home::lite()), Home::postgres()].into_iter().flatten() {
        eprintln!("{}", home.name());
        let work = tempfile::tempdir().unwrap();
        let backup = work.path().join("backup").display().to_string();
        let server = home.serve();
        let (token, room) = server.set_up();
        let path = format!("/rooms/{room}/messages");
        let say = |server: &Server, text: String| {
            assert_eq!(server.post(&path, &token, &json!({"body": text})).0, 201);
        };
        home.run("backup", &["--plain", &backup]).unwrap();
        let mut page = Stream::open(&server.address, &token, None);
        for n in 0..5 {
            say(&server, format!("lost {n}"));
            assert_eq!(page.next_text(), format!("lost {n}"));
        }
        drop(server);
        home.run("restore", &["--replace", &backup]).unwrap();
        let server = home.serve();
        // As much is written again as was lost, and more: the number alone would be one of the new log's.
        for n in 0..9 {
            say(&server, format!("instead {n}"));
        }
        let mut again = Stream::open(&server.address, &token, Some(&page.cursor));
        assert!(!again.resumed, "it would go on in the middle of another history");
        // What it fetches anew, it goes on from.
        let boot = server.get("/boot", &token)["cursor"].as_str().unwrap().to_owned();
        assert_eq!(boot, again.cursor);
        say(&server, "more".into());
        assert_eq!(again.next_text(), "more");
        let mut third = Stream::open(&server.address, &token, Some(&boot));
        assert!(third.resumed);
        assert_eq!(third.next_text(), "more");
        drop(server);
        let server = home.serve();
        assert!(
            Stream::open(&server.address, &token, Some(&again.cursor)).resumed,
            "a restart begins no new history"
        );
    }
}

#[test]
fn moving_to_the_other_engine_and_back_changes_nothing() {
    let Some(there) = Home::postgres() else { return };
    let (here, back) = (Home::lite(), Home::lite());
    let server = here.serve();
    let (token, room) = server.set_up();
    let path = format!("/rooms/{room}/messages");
    let (_, file) = server.upload("notes.txt", &token, PICTURE);
    server.post(&path, &token, &json!({"body": "lämp 灯具", "file_ids": [file["id"]]}));
    for n in 0..300 {
        assert_eq!(server.post(&path, &token, &json!({"body": format!("number {n}")})).0, 201);
    }
    let data = there.dir.path().display().to_string();
    let go = |from: &Home, to: &Home, more: &[&str]| {
        let (from, to) = (from.name(), to.name());
        let args = [&["move", "--from", &from, "--to", &to, "--data", &data], more].concat();
        said(portico(&args, ""))
    };
    let running = go(&here, &there, &[]).unwrap_err();
    assert!(running.contains("another portico"), "{running}");
    drop(server);
    let hash = here.hash();
    let moved = go(&here, &there, &[]).unwrap();
    assert_eq!((hash_in(&moved), there.hash()), (hash.clone(), hash.clone()));
    assert_eq!(here.hash(), hash, "the source is as it was");
    assert!(go(&here, &there, &[]).unwrap_err().contains("--replace"));
    let server = there.serve();
    assert!(go(&there, &back, &[]).unwrap_err().contains("another portico"));
    assert_eq!(server.fetch(&format!("/files/{}", file["id"].as_str().unwrap()), &token).1, PICTURE);
    let found = server.get("/search?q=%E7%81%AF%E5%85%B7", &token);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(server.post(&path, &token, &json!({"body": "from over here"})).0, 201);
    drop(server);
    let hash = there.hash();
    assert_eq!(hash_in(&go(&there, &back, &[]).unwrap()), hash);
    let server = back.serve();
    let page = server.get(&format!("{path}?limit=5"), &token);
    assert!(page.to_string().contains("from over here"), "{page}");
    assert_eq!(server.fetch(&format!("/files/{}", file["id"].as_str().unwrap()), &token).1, PICTURE);
    let wrong = said(portico(&["move", "--from", "mysql://x", "--to", "sqlite:///tmp/x"], "")).unwrap_err();
    assert!(wrong.contains("sqlite:///"), "{wrong}");
}
