//! The database cannot be reached, or refuses: at the start, and under a server that runs.

use crate::{
    certificates::Certificates,
    nats::free_port,
    postgres::Postgres,
    server::{BIN, Server},
    speaking::{Node, portico, refuses},
};
use serde_json::json;
use std::process::Command;

const PASSWORD: &str = "sesame-of-the-database";
const GUESS: &str = "guess-of-the-database";
const OTHER: &str = "barley-of-the-database";
const EXPIRED: &str =
    "the certificate of PostgreSQL has expired; renew it there, or set the clock of this machine right";
const STRANGE: &str = "the certificate of PostgreSQL is of an authority this machine does not know; name that authority's own certificate: sslrootcert=FILE in --database";
const NO_TLS: &str = "PostgreSQL offers no TLS, and sslmode in --database asks for it; set ssl = on there, or write sslmode=disable where the network is your own";
const WRONG_PASSWORD: &str = "PostgreSQL refuses the user or password in --database: password authentication failed for user \"keeper\"";

/// What spoils something, or mends it.
type Act<'a> = &'a dyn Fn();

/// A PostgreSQL with a user and a database for the server.
fn prepared() -> Option<Postgres> {
    if std::env::var_os("PORTICO_TEST_POSTGRES").is_none() {
        eprintln!("PORTICO_TEST_POSTGRES is not set: not run");
        return None;
    }
    let postgres = Postgres::start();
    postgres.run(&format!("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD '{PASSWORD}'"));
    postgres.run("CREATE DATABASE house OWNER keeper");
    Some(postgres)
}

fn url(place: &str, password: &str, database: &str, query: &str) -> String {
    format!("postgres://keeper:{password}@{place}/{database}{query}")
}

#[test]
fn every_command_says_why_it_cannot_use_the_database_and_keeps_the_password() {
    let Some(postgres) = prepared() else { return };
    let certificates = Certificates::make();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (data, authority) = (data.to_str().unwrap(), certificates.authority.as_path());
    let place = postgres.place();
    let nowhere = format!("127.0.0.1:{}", free_port());
    let never = directory.path().join("never");
    let never = never.to_str().unwrap();
    // Something to restore and to move.
    let (old, backup) = (directory.path().join("old"), directory.path().join("backup"));
    let (old, backup) = (old.to_str().unwrap(), backup.to_str().unwrap());
    Server::start(old.as_ref()).set_up();
    let made = Command::new(BIN).args(["backup", "--plain", "--data", old, backup]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let from = format!("sqlite://{old}");
    let all = |url: &str, sentence: &str| {
        for arguments in [
            &["serve", "--listen", "127.0.0.1:0", "--data", data, "--database", url][..],
            &["doctor", "--data", data, "--database", url],
            &["backup", "--plain", "--data", data, "--database", url, never],
            &["restore", "--data", data, "--database", url, backup],
            &["move", "--from", &from, "--to", url],
            &["move", "--from", url, "--to", &from],
        ] {
            let name = arguments[0];
            let mut command = portico(arguments, authority, ("key", "secret"));
            let line = if name == "doctor" { "bad   database" } else { "portico" };
            refuses(&mut command, &format!("{line}: {sentence}"), &[PASSWORD, GUESS]);
        }
    };
    let gone = "cannot reach PostgreSQL at 127.0.0.1 (Connection refused (os error 111)); check --database and that it runs";
    all(&url(&nowhere, PASSWORD, "house", ""), gone);
    // The system takes the connection for a program that never looks.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = url(&silent.local_addr().unwrap().to_string(), PASSWORD, "house", "");
    let mute = "portico: PostgreSQL at 127.0.0.1 is silent; look whether it is PostgreSQL that takes connections there, and whether it lives";
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--database", &address];
    refuses(&mut portico(&arguments, authority, ("key", "secret")), mute, &[PASSWORD]);
    all(&url(place, GUESS, "house", ""), WRONG_PASSWORD);
    let missing = "PostgreSQL refuses: database \"nowhere\" does not exist; create it, or correct the name in --database";
    all(&url(place, PASSWORD, "nowhere", ""), missing);
    all(&url(place, PASSWORD, "house", "?sslmode=verify-full"), NO_TLS);
    let only_start = |query: &str, sentence: &str| {
        let url = url(place, PASSWORD, "house", query);
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--database", &url];
        let mut command = portico(&arguments, authority, ("key", "secret"));
        refuses(&mut command, &format!("portico: {sentence}"), &[PASSWORD]);
    };
    postgres.offer(Some(&certificates.expired));
    only_start("?sslmode=verify-full", EXPIRED);
    only_start("?sslmode=verify-ca", EXPIRED);
    postgres.offer(Some(&certificates.strange));
    all(&url(place, PASSWORD, "house", "?sslmode=verify-full"), STRANGE);
    only_start("?sslmode=verify-ca", STRANGE);
    postgres.offer(Some(&certificates.misnamed));
    let misnamed =
        "the certificate of PostgreSQL is for another name than the one it is asked by; use a name it is for";
    only_start("?sslmode=verify-full", misnamed);
    only_start(
        "?sslmode=verify-full&sslrootcert=/nowhere.pem",
        "sslrootcert in --database: cannot read certificates from /nowhere.pem",
    );
    only_start(
        "?sslmode=sometimes",
        "sslmode in --database is not known; write disable, prefer, require, verify-ca or verify-full",
    );

    // What is good enough for each word lets the server start, encrypted.
    let trusting = format!("?sslmode=require&sslrootcert={}", authority.display());
    for query in ["", "?sslmode=require", "?sslmode=verify-ca", &trusting] {
        let url = url(place, PASSWORD, "house", query);
        let node = Node::start(&["--database", &url], authority, ("key", "secret"));
        node.waits("database", "ok");
        let plain = postgres.run("SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'keeper' AND NOT s.ssl");
        assert_eq!(plain.as_deref(), Some("0"), "{query}");
        node.kept(&[PASSWORD]);
    }

    // An address that is none is not repeated.
    for wrong in [
        "mysql://keeper:sesame-of-the-database@db/house",
        "postgres://keeper:sesame-of-the-database@db:port/house",
    ] {
        let arguments = ["serve", "--data", data, "--database", wrong];
        let mut command = portico(&arguments, authority, ("key", "secret"));
        let sentence = "portico: --database cannot be read; write postgres://user:password@host/name";
        refuses(&mut command, sentence, &[PASSWORD]);
    }
}

#[test]
fn a_running_server_says_why_the_database_is_gone_loses_nothing_and_recovers() {
    let Some(postgres) = prepared() else { return };
    let certificates = Certificates::make();
    let authority = certificates.authority.as_path();
    postgres.offer(Some(&certificates.good));
    let query = format!("?sslmode=verify-full&sslrootcert={}", authority.display());
    let node = Node::start(
        &["--database", &url(postgres.place(), PASSWORD, "house", &query)],
        authority,
        ("key", "secret"),
    );
    let (token, room) = node.server.set_up();
    let mut said = Vec::new();
    let renamed =
        "PostgreSQL refuses: database \"house\" does not exist; create it, or correct the name in --database";
    let away = "PostgreSQL at 127.0.0.1";
    let stop = || drop(postgres.script("stop"));
    let start = || drop(postgres.script("start"));
    let password = |is: &str| drop(postgres.run(&format!("ALTER ROLE keeper PASSWORD '{is}'")));
    let name = |from: &str, to: &str| {
        // Whoever comes back between the two statements is in the way of the second.
        postgres.run(&format!("ALTER DATABASE {from} ALLOW_CONNECTIONS false"));
        postgres.run(&format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{from}'"
        ));
        postgres.run(&format!("ALTER DATABASE {from} RENAME TO {to}"));
        postgres.run(&format!("ALTER DATABASE {to} ALLOW_CONNECTIONS true"));
    };
    let troubles: [(&str, Act<'_>, Act<'_>); 6] = [
        (EXPIRED, &|| postgres.offer(Some(&certificates.expired)), &|| {
            postgres.offer(Some(&certificates.good));
        }),
        (STRANGE, &|| postgres.offer(Some(&certificates.strange)), &|| {
            postgres.offer(Some(&certificates.good));
        }),
        (NO_TLS, &|| postgres.offer(None), &|| postgres.offer(Some(&certificates.good))),
        (WRONG_PASSWORD, &|| password(OTHER), &|| password(PASSWORD)),
        (renamed, &|| name("house", "shed"), &|| name("shed", "house")),
        (away, &stop, &start),
    ];
    for (round, (sentence, spoil, mend)) in troubles.into_iter().enumerate() {
        let before = format!("before-{round}");
        assert_eq!(node.post(&room, &token, &before).0, 201);
        said.push(before);
        spoil();
        if sentence != away {
            postgres.end("keeper");
        }
        node.waits("database", "down");
        node.says(sentence);
        let text = format!("during-{round}");
        let path = format!("/api/portico/v1/rooms/{room}/messages");
        let body = json!({"body": text}).to_string();
        let (head, answer) = node
            .server
            .whole(
                "POST",
                path.trim_start_matches("/api/portico/v1"),
                &token,
                "application/json",
                &body,
                &text,
            )
            .unwrap();
        assert!(head.starts_with("http/1.1 503"), "{head} {answer}");
        assert!(head.contains("retry-after: 5"), "{head}");
        assert!(
            answer.contains("the database cannot be reached just now")
                || answer.contains("the server reconnects"),
            "{answer}"
        );
        mend();
        node.waits("database", "ok");
        // The same with the same key, as clients do, until it is taken.
        while node.post(&room, &token, &text).0 != 201 {
            std::thread::yield_now();
        }
        assert_eq!(node.post(&room, &token, &text).0, 201);
        said.push(text);
    }
    // Each reader learns by a query of its own that its connection was lost; whoever asked asks again.
    let path = format!("/rooms/{room}/messages?after=0&limit=200");
    let page = loop {
        match node.server.ask("GET", &path, &token, None, "").unwrap() {
            (503, _) => {}
            (status, page) => {
                assert_eq!(status, 200, "{page}");
                break page;
            }
        }
    };
    let messages = page["items"].as_array().unwrap();
    let found: Vec<&str> = messages.iter().filter_map(|m| m["body"]["text"].as_str()).collect();
    assert_eq!(found, said, "in order, once");
    node.kept(&[PASSWORD, OTHER]);
}
