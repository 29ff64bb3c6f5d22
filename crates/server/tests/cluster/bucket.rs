//! Files in a bucket: any node gives out what any node took in, and chat goes on when the bucket is gone.

use crate::{
    nats::free_port,
    s3::S3,
    server::{BIN, Server},
    world::world,
};
use serde_json::{Value, json};
use std::process::Command;

fn files_are(node: &Server, state: &str) {
    while node.get("/readyz", "")["files"] != state {
        std::thread::yield_now();
    }
}

#[test]
fn what_one_node_took_in_another_gives_out_and_chat_goes_on_without() {
    if std::env::var_os("PORTICO_S3_SERVER").is_none() {
        eprintln!("PORTICO_S3_SERVER is not set: not run");
        return;
    }
    let Some(mut world) = world(0) else { return };
    let s3 = S3::start(free_port(), None);
    let port = s3.port;
    world.files = Some(format!("s3://portico/files?endpoint=http://127.0.0.1:{port}&region=us-east-1"));
    world.begin(2);
    let [a, b] = &world.nodes[..] else { unreachable!() };
    let upload = |node: &Server, what: &Value| node.post("/files?name=plan.json", &world.token, what);
    let plan = json!({"plan": "lamps for everyone"});
    let (status, file) = upload(a, &plan);
    assert_eq!(status, 201, "{file}");
    let path = format!("/files/{}", file["id"].as_str().unwrap());
    assert_eq!(b.get(&path, &world.token), plan);

    // A backup holds what is in the bucket: restored where there is none, the file is there.
    let place = tempfile::tempdir().unwrap();
    let (backup, data) = (place.path().join("backup"), place.path().join("data"));
    world.operate("backup", &["--plain", backup.to_str().unwrap()]);
    let restored = Command::new(BIN).args(["restore", "--data"]).arg(&data).arg(&backup).output().unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    assert_eq!(Server::start(&data).get(&path, &world.token), plan);

    drop(s3);
    for node in [a, b] {
        let (status, answer) = upload(node, &json!({"other": "bytes"}));
        assert_eq!(status, 503, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("files cannot be reached"), "{answer}");
        let (status, answer) = node.ask("GET", &path, &world.token, None, "").unwrap();
        assert_eq!(status, 503, "{answer}");
    }
    world.say(0, &world.token, "we can still talk");
    files_are(a, "down");

    // Back, though this one forgets: what is asked for is not there, which is another answer.
    let _s3 = S3::start(port, None);
    files_are(a, "ok");
    assert_eq!(upload(a, &plan).0, 201);
    assert_eq!(b.get(&path, &world.token), plan);
}
