//! What access checks cost: the same messages, read in a report by its team, by a guest, by its reporter, by somebody whom
//! there is no such report for, and in a private channel.

use super::world::{Desk, LINES, PROGRAMS, able, apart, guests};
use crate::{
    Result,
    cost::Kind,
    crowd::secret,
    http::{self, Asker},
    report::Row,
    server::Server,
};

/// Messages of a report nobody has written to since it was answered, and of a channel.
const MESSAGES: usize = 5;

pub(super) fn measure(server: &Server, desk: &Desk, quick: bool, failures: &mut Vec<String>) -> Result<Row> {
    let channels = channels(server, desk)?;
    let times = if quick { 200 } else { 4_000 };
    // A page of so many is the same everywhere, however much was written meanwhile.
    let report = |n: usize| &desk.reports[n * 7 % desk.reports.len()];
    let page = |id: &str, token: &str| http::get(&format!("/rooms/{id}/messages?limit={MESSAGES}"), token);
    let tokens = &desk.people.tokens;
    let kinds = [
        Kind::new("a private channel", 1.0, |n| {
            page(&channels[n % PROGRAMS], &tokens[able(n % PROGRAMS).start])
        }),
        Kind::new("a report, by its team", 1.0, |n| {
            page(&report(n).id, &tokens[able(report(n).program).start])
        }),
        Kind::new("a report, by a guest", 1.0, |n| {
            page(&report(n).id, &tokens[guests(report(n).program).start])
        }),
        Kind::new("a report, refused to an admin", 1.0, |n| page(&report(n).id, &tokens[apart().start]))
            .hidden(),
        Kind::new("a report, refused to another team", 1.0, |n| {
            page(&report(n).id, &tokens[able((report(n).program + 1) % PROGRAMS).start])
        })
        .hidden(),
        Kind::new("all of it, by its reporter", 1.0, |n| {
            http::forwarded(&http::get("/reports/track", &report(n).tracking), &report(n).from)
        }),
        Kind::new("the list of reports, by a team", 1.0, |n| {
            http::get("/reports?limit=50", &tokens[able(n % PROGRAMS).start])
        }),
        Kind::new("their counts", 1.0, |n| http::get("/reports/counts", &tokens[able(n % PROGRAMS).start])),
    ];
    let mut costs = Vec::with_capacity(kinds.len());
    for kind in &kinds {
        costs.push((kind.name, kind.cost(server, times, failures)?));
    }
    let each: Vec<String> = costs.iter().map(|(name, cost)| format!("{name} {cost:.0}")).collect();
    let what = format!("Server CPU of {MESSAGES} messages of a report to its team ÷ of a private channel");
    let (channel, report) = (costs[0].1, costs[1].1);
    Ok(Row::note(&what, format!("{report:.0} µs"))
        .against(format!("{channel:.0} µs"), report / channel.max(1.0))
        .remark(&format!("µs: {}", each.join(", "))))
}

/// A private channel of each program's team with messages as its reports have.
fn channels(server: &Server, desk: &Desk) -> Result<Vec<String>> {
    let mut asker = Asker::connect(server.address)?;
    let mut channels = Vec::with_capacity(PROGRAMS);
    for program in 0..PROGRAMS {
        let token = &desk.people.tokens[able(program).start];
        let new = format!("{{\"name\":\"Team {program}\",\"kind\":\"private\"}}");
        let made = asker.expect(&http::send("POST", "/channels", token, &new))?;
        let id = made["id"].as_str().ok_or("a channel without an id")?;
        for n in 0..MESSAGES {
            let body = serde_json::json!({"body": format!("{} {LINES}", secret(program))}).to_string();
            asker.expect(&http::post(&format!("/rooms/{id}/messages"), token, &format!("c{n}"), &body))?;
        }
        channels.push(id.to_owned());
    }
    Ok(channels)
}
