//! The bucket cannot be reached, or refuses: a node starts and serves all but files, says which part it is and why, and
//! takes files again when the bucket does.

use crate::{
    certificates::Certificates,
    nats::free_port,
    s3::S3,
    speaking::{Node, portico, refuses},
};

const KEYS: (&str, &str) = ("KEYOFTHEBUCKET", "sesame-of-the-bucket");

fn there() -> bool {
    let there = std::env::var_os("PORTICO_S3_SERVER").is_some();
    if !there {
        eprintln!("PORTICO_S3_SERVER is not set: not run");
    }
    there
}

fn address(scheme: &str, port: u16) -> String {
    format!("s3://portico/files?endpoint={scheme}://127.0.0.1:{port}&region=us-east-1")
}

fn named(scheme: &str, port: u16) -> String {
    format!("the bucket s3://portico/files at {scheme}://127.0.0.1:{port}")
}

/// A node that was started, and that refuses files with this sentence and does all else.
struct Without<'a> {
    node: &'a Node,
    token: &'a str,
    room: &'a str,
}

impl Without<'_> {
    fn goes_on(&self, round: &str, sentence: &str) {
        self.node.waits("files", "down");
        self.node.says(sentence);
        let (status, answer) = self.node.server.upload("plan.txt", self.token, round);
        assert_eq!(status, 503, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(
            message, "files cannot be reached just now; nothing was kept. try again in a moment",
            "{answer}"
        );
        assert_eq!(self.node.post(self.room, self.token, round).0, 201);
    }

    fn is_whole(&self, round: &str) {
        self.node.waits("files", "ok");
        let (status, file) = self.node.server.upload("plan.txt", self.token, round);
        assert_eq!(status, 201, "{file}");
        let path = format!("/files/{}", file["id"].as_str().unwrap());
        assert_eq!(self.node.server.fetch(&path, self.token), (200, round.to_owned()));
    }
}

fn doctor(files: &str, authority: &std::path::Path, sentence: &str) {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["doctor", "--data", data.path().to_str().unwrap(), "--files", files];
    refuses(&mut portico(&arguments, authority, KEYS), &format!("bad   files: {sentence}"), &[KEYS.1]);
}

#[test]
fn a_bucket_that_is_away_does_not_let_us_in_or_does_not_exist() {
    if !there() {
        return;
    }
    let certificates = Certificates::make();
    let authority = certificates.authority.as_path();
    let port = free_port();
    let (files, bucket) = (address("http", port), named("http", port));
    let node = Node::start(&["--files", &files], authority, KEYS);
    let (token, room) = node.server.set_up();
    let without = Without { node: &node, token: &token, room: &room };
    let away = format!("{bucket} does not answer");
    without.goes_on("away", &away);
    doctor(&files, authority, &away);
    let s3 = S3::start(port, None);
    without.is_whole("come");
    // From here on it wants keys it knows, and it knows none.
    let refused = format!(
        "{bucket} refuses the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or they may not read, write, list and delete"
    );
    s3.ask("POST", "/moto-api/reset-auth", "0");
    without.goes_on("refused", &refused);
    doctor(&files, authority, &refused);
    s3.ask("POST", "/moto-api/reset-auth", "inf");
    without.is_whole("forgiven");
    // Emptied and removed, as somebody might by mistake.
    s3.ask("POST", "/moto-api/reset", "");
    let missing =
        format!("there is no bucket s3://portico/files at http://127.0.0.1:{port}; make it, or see --files");
    without.goes_on("missing", &missing);
    doctor(&files, authority, &missing);
    s3.ask("PUT", "/portico", "");
    without.is_whole("made");
    node.kept(&[KEYS.1]);
}

#[test]
fn a_bucket_with_a_certificate_that_is_not_accepted() {
    if !there() {
        return;
    }
    let certificates = Certificates::make();
    let authority = certificates.authority.as_path();
    let port = free_port();
    let (files, bucket) = (address("https", port), named("https", port));
    let expired = format!(
        "the certificate of {bucket} has expired; renew it there, or set the clock of this machine right"
    );
    let strange = format!(
        "the certificate of {bucket} is of an authority this machine does not know; put that authority's own certificate among those of this machine, or into a file that SSL_CERT_FILE names"
    );
    let plain = format!(
        "{bucket} offers no TLS there; turn it on, or write the address without it where the network is your own"
    );
    let mut s3 = S3::start(port, Some(&certificates.expired));
    let node = Node::start(&["--files", &files], authority, KEYS);
    let (token, room) = node.server.set_up();
    let without = Without { node: &node, token: &token, room: &room };
    without.goes_on("expired", &expired);
    doctor(&files, authority, &expired);
    for (round, pair, sentence) in
        [("strange", Some(&certificates.strange), &strange), ("plain", None, &plain)]
    {
        drop(s3);
        s3 = S3::start(port, Some(&certificates.good));
        without.is_whole(&format!("good-before-{round}"));
        drop(s3);
        s3 = S3::start(port, pair);
        without.goes_on(round, sentence);
        doctor(&files, authority, sentence);
    }
    drop(s3);
    let _s3 = S3::start(port, Some(&certificates.good));
    without.is_whole("good-at-last");
    node.kept(&[KEYS.1]);
}
