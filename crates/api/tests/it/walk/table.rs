//! The table as text: one row a call, one column a caller.

use super::{calls::Call, cast::Who};
use portico_testkit::Answer;
use std::{fmt::Write, fs, path::PathBuf};

#[derive(Default)]
pub(super) struct Table {
    rows: Vec<(&'static str, &'static str, Vec<String>)>,
}

/// `ok`, or the status; a refused field is part of what was decided.
fn cell(answer: &Answer) -> String {
    match answer.status {
        status if status < 400 => "ok".to_owned(),
        status => status.to_string(),
    }
}

fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    cells.fold(String::new(), |mut out, cell| {
        let _ = write!(out, "{cell:>7}");
        out
    })
}

impl Table {
    pub(super) fn cell(&mut self, call: &Call, who: Who, answer: &Answer) {
        if who == Who::ALL[0].0 {
            self.rows.push((call.op, call.of, Vec::new()));
        }
        if let Some((.., cells)) = self.rows.last_mut() {
            cells.push(cell(answer));
        }
    }

    fn text(&self) -> String {
        let mut out = String::from(
            "# Who may call what: every operation (rows) by everybody (columns), at things of their own organization.\n\
             # At another organization's things nobody gets anything; that is asserted, not listed.\n\
             # owner, admin: of the organization, in no channel, inbox or program but those they made.\n\
             # member: in the public and the private channel and the direct message, whose things these are. guest: in the\n\
             # public channel. apart: in none. agent: of the inbox. secur: of the program. contct, reprtr: those whose things\n\
             # these are; cntct2, reprt2: others of the same inbox and program. t:…: tokens with one scope of an admin who is\n\
             # in everything but the direct message. suspnd: signed in when suspended. ended: signed out.\n\
             # Made by UPDATE_GOLDEN=1 cargo test -p portico-api --test it walk\n",
        );
        let width = 62;
        let mut last = "";
        for (i, (op, of, cells)) in self.rows.iter().enumerate() {
            if i % 40 == 0 {
                let names = row(Who::ALL.iter().map(|(_, name)| *name));
                let _ = writeln!(out, "\n{:width$}{names}", "");
            }
            let label = match (*op == last, of.is_empty()) {
                (_, true) => (*op).to_owned(),
                (true, false) => format!("{:>1$}", "", op.len() + 1) + of,
                (false, false) => format!("{op} {of}"),
            };
            last = op;
            let cells = row(cells.iter().map(String::as_str));
            let _ = writeln!(out, "{label:width$}{cells}");
        }
        out
    }

    /// Compares with the file, or writes it.
    pub(super) fn compare(&self) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/walk.golden.txt");
        let text = self.text();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, text).expect("the table can be written");
            return;
        }
        let known = fs::read_to_string(&path).unwrap_or_default();
        let changed: Vec<String> = known
            .lines()
            .map(|l| format!("- {l}"))
            .filter(|l| !text.lines().any(|t| t == &l[2..]))
            .chain(text.lines().filter(|t| !known.lines().any(|l| l == *t)).map(|l| format!("+ {l}")))
            .collect();
        assert!(
            known == text,
            "walk.golden.txt is not what happened (UPDATE_GOLDEN=1 writes it anew):\n{}",
            changed.join("\n")
        );
    }
}
