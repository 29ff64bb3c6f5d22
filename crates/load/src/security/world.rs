//! Programs, their teams and ten thousand reports: all but the people are made over the API, because only that knows how
//! a report begins. What only a team may read carries the secret word of its program, notes the word of notes.

use crate::{
    Result,
    crowd::{Ask, Crowd, Knows, NOTE, QUIET, Standing, Who, secret},
    http,
    lane::world,
    make::{self, World},
    run::Place,
    server::Server,
};
use std::{collections::HashMap, ops::Range, path::PathBuf};

/// People of the organization.
const PEOPLE: usize = 500;
pub(super) const PROGRAMS: usize = 20;
/// People of a team who handle reports.
pub(super) const ABLE: usize = 8;
/// Guests of a team.
pub(super) const GUESTS: usize = 2;
/// All of a team: those, and one who comes and goes.
const TEAM: usize = ABLE + GUESTS + 1;
/// Admins, in no team.
pub(super) const ADMINS: usize = 20;
/// Reports of a page.
const PAGE: usize = 200;

/// Where all of it happens.
pub(super) struct Desk {
    pub(super) people: World,
    pub(super) owner: String,
    pub(super) reports: Vec<Report>,
}

/// A report, and how it is reached.
pub(super) struct Report {
    key: String,
    pub(super) id: String,
    pub(super) program: usize,
    /// The reporter's token, and where they come from.
    pub(super) tracking: String,
    pub(super) from: String,
    /// A message of it in the ring of the team.
    pub(super) note: String,
    /// Its place in the crowd.
    pub(super) room: usize,
}

/// Those of a program's team who handle reports, by their place in the world.
pub(super) fn able(program: usize) -> Range<usize> {
    program * TEAM..program * TEAM + ABLE
}

/// The guests of a program's team.
pub(super) fn guests(program: usize) -> Range<usize> {
    program * TEAM + ABLE..program * TEAM + ABLE + GUESTS
}

/// Who comes and goes.
pub(super) fn comer(program: usize) -> usize {
    program * TEAM + ABLE + GUESTS
}

/// Members in no team; the first are admins.
pub(super) fn apart() -> Range<usize> {
    PROGRAMS * TEAM..PEOPLE
}

/// The name in addresses.
pub(super) fn slug(program: usize) -> String {
    format!("product-{program}")
}

/// Makes the organization and starts its server behind a proxy of ours: reporters come from everywhere.
pub(super) fn start(place: &Place) -> Result<(PathBuf, World, Server)> {
    let (data, people) = world(place, "security", PEOPLE, 1)?;
    let db = make::open(&data)?;
    let role = |member: usize, role: i64| {
        db.execute(
            "UPDATE member SET role = ?2 WHERE id = ?1",
            rusqlite::params![people.members[member].0, role],
        )
    };
    for program in 0..PROGRAMS {
        for guest in guests(program) {
            role(guest, 0)?;
        }
    }
    for admin in apart().take(ADMINS) {
        role(admin, 2)?;
    }
    drop(db);
    let server = Server::start_with(&place.server, &data, &["--behind-proxy".to_owned()])?;
    Ok((data, people, server))
}

impl Desk {
    /// Publishes the programs and sends so many reports, each with an answer, a note and words of a guest.
    pub(super) fn open(server: &Server, people: World, crowd: &mut Crowd, count: usize) -> Result<Self> {
        let (mut asker, owner) = server.owner()?;
        for program in 0..PROGRAMS {
            let team: Vec<String> = (able(program).start..able(program).start + TEAM)
                .map(|m| people.members[m].to_string())
                .collect();
            let letters = [program / 10, program % 10].map(|d| char::from(b'A' + d as u8));
            let body = serde_json::json!({
                "name": format!("Product {program}"), "slug": slug(program), "prefix": String::from_iter(letters),
                "policy": "Tell us; we answer within three days.", "member_ids": team,
            });
            asker.expect(&http::send("POST", "/programs", &owner, &body.to_string()))?;
        }
        let mut desk = Self { people, owner, reports: Vec::with_capacity(count) };
        desk.send_reports(crowd, count)?;
        desk.list(crowd, |report, item| item["id"].as_str().unwrap_or_default().clone_into(&mut report.id))?;
        desk.answer_reports(crowd)?;
        let mut last = Vec::with_capacity(count);
        desk.list(crowd, |report, item| last.push((report.key.clone(), item["last_number"].as_u64())))?;
        let last: HashMap<String, Option<u64>> = last.into_iter().collect();
        for report in &mut desk.reports {
            let number =
                last.get(&report.key).copied().flatten().ok_or("a report is not in its team's list")?;
            report.room = crowd.add_room(&report.id, number);
        }
        Ok(desk)
    }

    fn send_reports(&mut self, crowd: &mut Crowd, count: usize) -> Result<()> {
        for n in 0..count {
            let program = n % PROGRAMS;
            let body = serde_json::json!({
                "title": format!("{} Anybody reads invoices", secret(program)),
                "description": format!("{} The number in the address is not checked. {LINES}{LINES}", secret(program)),
                "steps": format!("1. Sign in\n2. Change the number\n3. Read\n\n{LINES}"),
                "impact": "Names and addresses of all customers.",
                "name": format!("Reporter {n}"),
            });
            let request =
                http::send("POST", &format!("/programs/{}/reports", slug(program)), "", &body.to_string());
            ask(crowd, http::forwarded(&request, &from(n)), n);
        }
        for (n, receipt) in answers(crowd, count)?.iter().enumerate() {
            let text = |name: &str| receipt[name].as_str().ok_or("a receipt without key or link");
            self.reports.push(Report {
                key: text("key")?.to_owned(),
                id: String::new(),
                program: n % PROGRAMS,
                tracking: text("tracking_url")?.rsplit('/').next().unwrap_or_default().to_owned(),
                from: from(n),
                note: String::new(),
                room: 0,
            });
        }
        Ok(())
    }

    /// An answer of the team, a note, and words of a guest: in this order, so that all can be waited for.
    fn answer_reports(&mut self, crowd: &mut Crowd) -> Result<()> {
        for ring in ["everyone", "team", "guests"] {
            for (n, report) in self.reports.iter().enumerate() {
                let who = if ring == "guests" { guests(report.program) } else { able(report.program) };
                let token = &self.people.tokens[who.start + n / PROGRAMS % who.len()];
                let request = says(report, token, &format!("{ring}-{n}"), ring, LINES);
                ask(crowd, request, n);
            }
            let said = answers(crowd, self.reports.len())?;
            if ring == "team" {
                for (report, note) in self.reports.iter_mut().zip(&said) {
                    note["id"].as_str().ok_or("a note without an id")?.clone_into(&mut report.note);
                }
            }
        }
        Ok(())
    }

    /// Goes through the reports as their teams list them.
    fn list(
        &mut self,
        crowd: &mut Crowd,
        mut each: impl FnMut(&mut Report, &serde_json::Value),
    ) -> Result<()> {
        let mine: HashMap<String, usize> =
            self.reports.iter().enumerate().map(|(n, r)| (r.key.clone(), n)).collect();
        for program in 0..PROGRAMS {
            let mut next = String::new();
            loop {
                let path = format!("/reports?state=all&limit={PAGE}{next}");
                ask(crowd, http::get(&path, &self.people.tokens[able(program).start]), 0);
                let page = answers(crowd, 1)?.pop().ok_or("no page of reports")?;
                for item in page["items"].as_array().ok_or("a page without items")? {
                    let key = item["key"].as_str().and_then(|key| mine.get(key));
                    each(&mut self.reports[*key.ok_or("a report that nobody has sent")?], item);
                }
                match page["next"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Makes everybody a reader and opens their sockets. Says which are those who come and go, by program.
    pub(super) fn seat(&self, crowd: &mut Crowd) -> Result<Vec<usize>> {
        let mut comers = Vec::with_capacity(PROGRAMS);
        let mut count = 0;
        for (program, rooms) in self.rooms().iter().enumerate() {
            let group = Some(program);
            let team = able(program).map(|m| (m, Standing::Member, true));
            let guests = guests(program).map(|m| (m, Standing::Guest, false));
            let id = self.people.members[comer(program)].to_string();
            let comer = (comer(program), Standing::comer(id), true);
            for (member, standing, notes) in team.chain(guests).chain([comer]) {
                let knows = Some(Knows { group, notes });
                let who = Who::member(&self.people.tokens[member]);
                count = crowd.add_reader_as(who, rooms, standing, knows) + 1;
            }
            comers.push(count - 1);
        }
        let apart = apart().map(|m| &self.people.tokens[m]).chain([&self.owner]);
        for token in apart {
            count =
                crowd.add_reader_as(Who::member(token), &[], Standing::Member, Some(Knows::default())) + 1;
        }
        crowd.open(0..count)?;
        Ok(comers)
    }

    /// Places of the reports in the crowd, by program.
    fn rooms(&self) -> Vec<Vec<usize>> {
        let mut rooms = vec![Vec::new(); PROGRAMS];
        for report in &self.reports {
            rooms[report.program].push(report.room);
        }
        rooms
    }
}

/// Half a screen of text.
pub(super) const LINES: &str = "The request goes through as it is, whoever is signed in, and the answer holds what belongs to \
                     somebody else; a second account sees the same after the next sign-in.\n";

/// What is said in a report to a ring: its program's secret, and the word of notes where it is one.
pub(super) fn says(report: &Report, token: &str, key: &str, ring: &str, words: &str) -> String {
    let note = if ring == "team" { NOTE } else { "" };
    let body =
        serde_json::json!({"body": format!("{} {note} {words}", secret(report.program)), "ring": ring});
    http::post(&format!("/rooms/{}/messages", report.id), token, key, &body.to_string())
}

/// Where reporter `n` comes from, in a network that nobody uses.
fn from(n: usize) -> String {
    format!("198.18.{}.{}", n / 250, n % 250 + 1)
}

fn ask(crowd: &mut Crowd, request: String, tag: usize) {
    let due = crowd.now();
    crowd.ask(Ask::new(QUIET, due, request).keep(tag as u64));
}

/// Waits for so many answers, and gives them in the order of what was asked.
fn answers(crowd: &mut Crowd, count: usize) -> Result<Vec<serde_json::Value>> {
    crowd.drain()?;
    let mut answers = crowd.take_answers();
    if answers.len() != count {
        let said = crowd.failures("security").join("; ");
        return Err(format!("{} of {count} things were not done: {said}", count - answers.len()).into());
    }
    answers.sort_by_key(|a| a.tag);
    answers.iter().map(|a| Ok(serde_json::from_slice(&a.body)?)).collect()
}
