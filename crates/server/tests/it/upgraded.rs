//! A node whose database was raised by a newer one to a schema that no longer serves it.

use crate::server::{BIN, Server};
use portico_store::Engine;
use serde_json::json;
use std::process::Command;

#[test]
fn a_node_left_behind_says_so_and_writes_no_more() {
    let Some(place) = portico_testkit::postgres() else { return };
    let Engine::Postgres(url) = place.engine() else { unreachable!() };
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(BIN);
        command.args(["serve", "--database", &url, "--data"]).arg(dir.path());
        command
    };
    let server = Server::run(&mut start());
    let (token, room) = server.set_up();
    let path = format!("/rooms/{room}/messages");
    assert_eq!(server.post(&path, &token, &json!({"body": "before"})).0, 201);
    // While it is connected no portico takes such a step; while its connections are gone, one may.
    place.execute("INSERT INTO schema_step (version) VALUES (999)");
    place.accept(false);
    place.accept(true);
    let said = loop {
        let (status, said) = server.ask("GET", "/readyz", "", None, "").unwrap();
        assert_eq!(status, 503, "{said}");
        let said = said["error"]["message"].as_str().unwrap().to_owned();
        if said.contains("schema 999") {
            break said;
        }
    };
    assert!(said.contains("start the newer portico"), "{said}");
    let (status, said) = server.post(&path, &token, &json!({"body": "after"}));
    assert_eq!(status, 503, "{said}");
    assert_eq!(server.ask("GET", "/healthz", "", None, "").unwrap().0, 200);
    drop(server);
    let out = start().args(["--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(!out.status.success() && said.contains("start the newer portico"), "{said}");
}
