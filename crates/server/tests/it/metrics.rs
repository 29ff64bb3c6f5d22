//! The page for Prometheus: well-formed to the letter, true, silent about people, and the metrics that the dashboard and
//! the alerts name are on it.

use crate::server::{BIN, Server};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
};

/// One value: its labels and what it is.
type Sample = (BTreeMap<String, String>, f64);

/// A page, read strictly: each metric is announced once, before its values, which are of its kind and there once.
struct Page {
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<String, Vec<Sample>>,
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Page {
    fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'));
        let mut page = Self { kinds: BTreeMap::new(), samples: BTreeMap::new() };
        let (mut helped, mut current) = (String::new(), String::new());
        let mut seen = HashSet::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a name and a sentence");
                assert!(is_name(name) && help.ends_with('.') && !help.contains('\\'), "{line}");
                name.clone_into(&mut helped);
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a name and a kind");
                assert_eq!(name, helped, "{line}");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(page.kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{line} comes twice");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                name.clone_into(&mut current);
            } else {
                let (series, value) = line.rsplit_once(' ').expect("a series and a value");
                assert!(seen.insert(series.to_owned()), "{series} comes twice");
                let value: f64 = value.parse().expect("a number");
                assert!(value >= 0.0 && value.is_finite(), "{line}");
                let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
                let mut read = BTreeMap::new();
                for pair in labels.strip_suffix('}').expect("closed").split(',').filter(|p| !p.is_empty()) {
                    let (label, text) = pair.split_once('=').expect("a label");
                    let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).expect("quoted");
                    assert!(is_name(label) && !text.contains(['"', '\\']), "{line}");
                    assert!(read.insert(label.to_owned(), text.to_owned()).is_none(), "{line}");
                }
                let stem = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
                let of = stem.filter(|stem| page.kinds.get(*stem).is_some_and(|kind| kind == "histogram"));
                assert_eq!(of.unwrap_or(name), current, "{line} is not where its metric is");
                assert_eq!(of.is_some(), page.kinds[&current] == "histogram", "{line}");
                page.samples.entry(name.to_owned()).or_default().push((read, value));
            }
        }
        page.histograms();
        page
    }

    /// Each histogram rises to its count.
    fn histograms(&self) {
        for name in self.kinds.iter().filter(|(_, kind)| *kind == "histogram").map(|(name, _)| name) {
            let mut series: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
            for (labels, value) in &self.samples[&format!("{name}_bucket")] {
                let mut rest = labels.clone();
                let bound = rest.remove("le").expect("a bound");
                let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().expect("a number") };
                series.entry(rest).or_default().push((bound, *value));
            }
            for (labels, buckets) in series {
                assert!(
                    buckets.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1),
                    "{name} {buckets:?}"
                );
                let last = buckets.last().expect("a bucket");
                let (_, count) = self.samples[&format!("{name}_count")]
                    .iter()
                    .find(|(of, _)| *of == labels)
                    .expect("a count");
                assert!(last.0.is_infinite() && (last.1 - count).abs() < 0.5, "{name} {buckets:?} {count}");
            }
        }
    }

    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let wanted: BTreeMap<String, String> =
            labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let found = self.samples.get(name).and_then(|all| all.iter().find(|(of, _)| *of == wanted));
        assert!(found.is_some(), "there is no {name} {labels:?}");
        found.map_or(0.0, |(_, value)| *value)
    }
}

fn ask(address: &str, path: &str) -> (String, String) {
    let mut io = TcpStream::connect(address).expect("the metrics' listener");
    write!(io, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    io.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    (head.to_lowercase(), body.to_owned())
}

/// A server, its metrics' address, and the directory it lives in.
fn start() -> (Server, String, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let metrics = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut command = Command::new(BIN);
    command.args(["serve", "--metrics", &metrics, "--data"]).arg(directory.path());
    (Server::run(&mut command), metrics, directory)
}

#[test]
fn the_page_counts_what_happens_and_names_nobody() {
    let (server, metrics, _directory) = start();
    let (token, room) = server.set_up();
    let before = Page::read(&ask(&metrics, "/metrics").1);
    for n in 0..20 {
        let body = json!({"body": format!("lantern number {n}")});
        assert_eq!(server.post(&format!("/rooms/{room}/messages"), &token, &body).0, 201);
    }
    let wrong = json!({"email": "ann@example.org", "password": "umbrella stand"});
    assert_eq!(server.post("/sessions", "", &wrong).0, 401);
    assert_eq!(server.upload("lantern-plan.txt", &token, "forty lanterns").0, 201);
    let (head, text) = ask(&metrics, "/metrics");
    assert!(head.starts_with("http/1.1 200") && head.contains("text/plain; version=0.0.4"), "{head}");
    let after = Page::read(&text);
    let grew = |name: &str, labels: &[(&str, &str)]| after.value(name, labels) - before.value(name, labels);
    let exactly =
        |found: f64, expected: f64| assert!((found - expected).abs() < 0.5, "{found}, not {expected}");
    exactly(grew("portico_http_requests_total", &[("route", "messages"), ("status", "2xx")]), 20.0);
    exactly(grew("portico_http_request_seconds_count", &[("route", "messages")]), 20.0);
    exactly(grew("portico_http_requests_total", &[("route", "sessions"), ("status", "4xx")]), 1.0);
    exactly(grew("portico_sign_ins_refused_total", &[]), 1.0);
    assert!(grew("portico_events_total", &[]) >= 20.0);
    assert!(grew("portico_write_commit_seconds_count", &[]) >= 1.0);
    assert!(grew("portico_write_batch_commands_sum", &[]) >= 20.0);
    exactly(after.value("portico_part_up", &[("part", "database")]), 1.0);
    exactly(after.value("portico_part_up", &[("part", "files")]), 1.0);
    exactly(after.value("portico_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    assert!(after.value("process_resident_memory_bytes", &[]) > 1e6);
    assert!(after.value("process_open_fds", &[]) > 3.0);
    for private in ["lantern", "Ann", "ann@", "Acme", "umbrella", &token, &room, server.address.as_str()] {
        assert!(!text.contains(private), "{private} is on the page");
    }
    // What is asked for and by whom never makes the page longer.
    for n in 0..50 {
        server.ask("GET", &format!("/made/up/{n}"), "", None, "");
    }
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&ask(&metrics, "/metrics").1), lines(&text));
    // Neither is where the other one is.
    assert!(ask(&metrics, "/api/portico/v1/healthz").0.starts_with("http/1.1 404"));
    assert_eq!(server.fetch("/metrics", "").0, 404);
}

/// The metrics that an expression of Prometheus names: those of this server, and of its process.
fn named(expression: &str, names: &mut BTreeSet<String>) {
    for word in expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        if word.starts_with("portico_") || word.starts_with("process_") {
            names.insert(word.to_owned());
        }
    }
}

fn expressions(of: &Value, names: &mut BTreeSet<String>) {
    match of {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "expr") {
                    Some(expression) => named(expression, names),
                    None => expressions(value, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, names)),
        _ => {}
    }
}

#[test]
fn what_the_dashboard_and_the_alerts_name_is_there() {
    let (_server, metrics, _directory) = start();
    let text = ask(&metrics, "/metrics").1;
    let page = Page::read(&text);
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/monitoring/");
    let dashboard = std::fs::read_to_string(format!("{place}grafana.json")).expect("a dashboard");
    let dashboard: Value = serde_json::from_str(&dashboard).expect("JSON");
    let mut names = BTreeSet::new();
    expressions(&dashboard, &mut names);
    assert!(names.len() > 15, "{names:?}");
    let alerts = std::fs::read_to_string(format!("{place}alerts.yml")).expect("alerts");
    let rules = alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let before = names.len();
    assert!(rules.clone().count() >= 8);
    rules.for_each(|rule| named(rule, &mut names));
    assert!(names.len() >= before);
    for name in names {
        assert!(page.samples.contains_key(&name), "{name} is named and not on the page");
    }
}
