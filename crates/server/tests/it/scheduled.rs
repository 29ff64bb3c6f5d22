//! `[backup]` of the settings, by the real binary: it makes one by itself, which is sound, and says so to the operator.

use crate::{
    command_line::portico,
    server::{BIN, Server},
};
use serde_json::json;
use std::process::Command;

#[test]
fn a_server_backs_itself_up_and_doctor_tells_of_it() {
    for database in [None, portico_testkit::Database::new()].into_iter().enumerate().filter_map(|(n, d)| {
        // The embedded one always, the other where there is one.
        (n == 0 || d.is_some()).then_some(d)
    }) {
        let work = tempfile::tempdir().unwrap();
        let at = |name: &str| work.path().join(name).display().to_string();
        let made = portico(&["backup-key", &at("key")], "");
        let made = String::from_utf8(made.stdout).unwrap();
        let public = made[made.find("age1").unwrap()..].trim();
        let shelf = work.path().join("shelf");
        let settings =
            format!("data = {:?}\n[backup]\ndirectory = {shelf:?}\nto = [{public:?}]\n", at("data"));
        std::fs::write(at("portico.toml"), settings).unwrap();
        let command = |word: &str| {
            let mut command = Command::new(BIN);
            command.args([word, "--config", &at("portico.toml")]);
            if let Some(database) = &database {
                command.args(["--database", &database.url()]);
            }
            command
        };
        let refused = command("serve").args(["--listen", "127.0.0.1:0"]).output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("backup.directory"), "{said}");
        std::fs::create_dir(&shelf).unwrap();
        let log = std::fs::File::create(at("log")).unwrap();
        let server = Server::speaking(&mut command("serve"), "warn,portico=info", log.into());
        let (token, room) = server.set_up();
        assert_eq!(server.post(&format!("/rooms/{room}/messages"), &token, &json!({"body": "hi"})).0, 201);
        let file = loop {
            let mut names = std::fs::read_dir(&shelf).unwrap().map(|e| e.unwrap().path());
            if let Some(whole) = names.find(|p| p.extension().is_some_and(|e| e == "backup")) {
                break whole.display().to_string();
            }
            std::thread::yield_now();
        };
        // It is known as good a moment after it is there.
        while !std::fs::read_to_string(at("log")).unwrap().contains("a scheduled backup is made") {
            std::thread::yield_now();
        }
        let status = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        server.ended();
        let checked = portico(&["restore", "--check", "--identity", &at("key"), &file], "");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let said = command("doctor").args(["--log", "error"]).output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.contains("ok    backup: the last good one is portico-"), "{said}");
    }
}
