//! What answers must hold, and people who are let in and out of teams meanwhile: who was sent away gets nothing from the
//! moment that was acknowledged.

use super::{
    deeds::{Deeds, kind},
    world::{Report, able, comer, slug},
};
use crate::{
    Result,
    crowd::{Ask, Crowd, Knows},
    http,
};

/// What the answer to a question must hold.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// Something of a program, and nothing of another.
    Of(Knows),
    /// Nothing of any program.
    Nothing,
    /// The same, and an empty list.
    NoItems,
    /// Somebody was sent away from this program.
    Left(usize),
    /// Nothing for somebody who was sent away.
    Out(usize),
    /// They were let in again.
    Back(usize),
    /// Something for them, as before.
    In(usize),
}

/// Where somebody who comes and goes is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stay {
    Inside,
    /// Something they asked for, or that was asked for them, is not answered: so many things.
    Waiting(u8),
    /// Everything they tried was refused; they stay away for a while.
    Away,
}

/// Between two who are sent away, ns.
const EVERY: u64 = 50_000_000;
/// How long somebody stays away, ns.
const AWAY: u64 = 250_000_000;

/// See the module.
pub(super) struct Checks {
    stays: Vec<Stay>,
    /// Who they are in the crowd, and when it was acknowledged that they were sent away.
    comers: Vec<(usize, u64)>,
    due: u64,
    next: usize,
    /// Answers that were searched, and how often somebody was sent away and let in again.
    pub(super) searched: u64,
    pub(super) rounds: u64,
}

impl Checks {
    /// With those of the crowd who come and go, by program.
    pub(super) fn new(comers: &[usize]) -> Self {
        let (stays, comers) = (vec![Stay::Inside; comers.len()], comers.iter().map(|c| (*c, 0)).collect());
        Self { stays, comers, due: 0, next: 0, searched: 0, rounds: 0 }
    }

    /// Looks at what was answered, and lets people in and out.
    pub(super) fn act(&mut self, crowd: &mut Crowd, deeds: &mut Deeds<'_>, now: u64) -> u64 {
        self.look(crowd, deeds);
        while self.due <= now {
            let program = self.next % self.stays.len();
            self.next += 1;
            self.due = self.due.max(now.saturating_sub(EVERY)) + EVERY;
            if self.stays[program] == Stay::Inside {
                self.stays[program] = Stay::Waiting(1);
                change(crowd, deeds, "DELETE", program, Check::Left(program));
            }
        }
        for program in 0..self.stays.len() {
            let (comer, since) = self.comers[program];
            if self.stays[program] == Stay::Away && now >= since + AWAY {
                self.stays[program] = Stay::Waiting(1);
                crowd.was_away(comer, since, crowd.now());
                change(crowd, deeds, "PUT", program, Check::Back(program));
            }
        }
        self.due
    }

    /// Looks at what was answered.
    pub(super) fn look(&mut self, crowd: &mut Crowd, deeds: &mut Deeds<'_>) {
        for answer in crowd.take_answers() {
            self.searched += 1;
            let check = deeds.checks[answer.tag as usize];
            if let Err(what) = holds(check, &answer.body) {
                let text: String = String::from_utf8_lossy(&answer.body).chars().take(300).collect();
                crowd.fail(format!("an answer {what}: {text}"));
            }
            self.go_on(crowd, deeds, check);
        }
    }

    /// The next step of somebody who comes and goes.
    fn go_on(&mut self, crowd: &mut Crowd, deeds: &mut Deeds<'_>, check: Check) {
        let now = crowd.now();
        match check {
            Check::Left(program) => {
                self.comers[program].1 = now;
                let requests = theirs(deeds, program);
                self.stays[program] = Stay::Waiting(requests.len() as u8);
                for request in requests {
                    deeds.attempt(crowd, now, request, Check::Out(program));
                }
            }
            Check::Out(program) => {
                if self.is_over(program) {
                    self.stays[program] = Stay::Away;
                }
            }
            Check::Back(program) => {
                let requests = theirs(deeds, program);
                self.stays[program] = Stay::Waiting(requests.len() as u8);
                for request in requests {
                    deeds.check(crowd, Ask::new(kind("open a report"), now, request), Check::In(program));
                }
            }
            Check::In(program) => {
                if self.is_over(program) {
                    self.stays[program] = Stay::Inside;
                    self.rounds += 1;
                }
            }
            Check::Of(_) | Check::Nothing | Check::NoItems => {}
        }
    }

    /// One thing less to wait for; whether that was the last.
    fn is_over(&mut self, program: usize) -> bool {
        match &mut self.stays[program] {
            Stay::Waiting(1) | Stay::Inside | Stay::Away => true,
            Stay::Waiting(left) => {
                *left -= 1;
                false
            }
        }
    }
}

/// The team sends somebody away or lets them in.
fn change(crowd: &mut Crowd, deeds: &mut Deeds<'_>, method: &str, program: usize, check: Check) {
    let people = &deeds.desk.people;
    let path = format!("/programs/{}/members/{}", slug(program), people.members[comer(program)]);
    let request = http::send(method, &path, &people.tokens[able(program).start], "");
    let ask = Ask::new(kind("let in or out"), crowd.now(), request);
    deeds.check(crowd, ask, check);
}

/// What somebody who comes and goes asks for: a report, its messages, a note.
fn theirs(deeds: &Deeds<'_>, program: usize) -> Vec<String> {
    let token = &deeds.desk.people.tokens[comer(program)];
    // The reports of a program follow each other in steps of how many programs there are.
    let report = |n: usize| -> &Report { &deeds.desk.reports[program + n * super::world::PROGRAMS] };
    vec![
        http::get(&format!("/reports/{}", report(0).id), token),
        http::get(&format!("/rooms/{}/messages", report(1).id), token),
        http::get(&format!("/messages/{}", report(2).note), token),
    ]
}

/// Says what is wrong with an answer.
fn holds(check: Check, body: &[u8]) -> Result<()> {
    match check {
        Check::Of(knows) => {
            if knows.look(body)? == 0 {
                return Err("holds nothing of a program whose team asked".into());
            }
        }
        Check::In(program) => {
            if (Knows { group: Some(program), notes: true }).look(body)? == 0 {
                return Err("holds nothing for somebody who was let in again".into());
            }
        }
        Check::Nothing | Check::Out(_) => drop(Knows::default().look(body)?),
        Check::NoItems => {
            Knows::default().look(body)?;
            let json: serde_json::Value = serde_json::from_slice(body)?;
            if json["items"].as_array().is_none_or(|items| !items.is_empty()) {
                return Err("is not an empty list".into());
            }
        }
        Check::Left(_) | Check::Back(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crowd::{NOTE, secret};

    #[test]
    fn an_answer_holds_what_is_theirs_and_nothing_else() {
        let body = format!("{{\"items\":[{{\"title\":\"{} x {NOTE}\"}}]}}", secret(3));
        let team = Knows { group: Some(3), notes: true };
        assert!(holds(Check::Of(team), body.as_bytes()).is_ok());
        assert!(holds(Check::In(3), body.as_bytes()).is_ok());
        let wrong = [
            Check::Of(Knows { notes: false, ..team }),
            Check::Of(Knows { group: Some(4), ..team }),
            Check::In(4),
            Check::Nothing,
            Check::Out(3),
            Check::NoItems,
        ];
        assert!(wrong.iter().all(|check| holds(*check, body.as_bytes()).is_err()));
        assert!(holds(Check::Of(team), b"{\"items\":[]}").is_err(), "nothing at all is not enough");
        assert!(holds(Check::NoItems, b"{\"items\":[]}").is_ok());
        assert!(holds(Check::NoItems, b"{\"items\":[1]}").is_err());
    }
}
