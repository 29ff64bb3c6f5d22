//! The table: each goal with its figure, its baseline of the same run, and a verdict.

use serde::Serialize;
use std::fmt::Write;

/// How a figure stands to its goal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// As good as we are here for.
    Aim,
    /// As good as it must be.
    Ok,
    /// Not good enough.
    Short,
    /// The run cannot tell.
    Noisy,
    /// No goal: worth knowing.
    Note,
}

/// A goal and what was measured for it.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) figure: String,
    pub(crate) baseline: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) must: String,
    pub(crate) aim: String,
    pub(crate) verdict: Verdict,
    /// Why it is noisy, or what else is worth knowing.
    pub(crate) note: String,
    /// Whether it depends on how fast the machine is and has no baseline that would show a change of that.
    #[serde(skip)]
    timed: bool,
}

impl Row {
    /// A row for a goal that is met when `must` or `aim` says so.
    pub(crate) fn goal(what: &str, figure: String, must: (&str, bool), aim: (&str, bool)) -> Self {
        let verdict = match (must.1, aim.1) {
            (true, true) => Verdict::Aim,
            (true, false) => Verdict::Ok,
            (false, _) => Verdict::Short,
        };
        Self {
            what: what.into(),
            figure,
            baseline: String::new(),
            ratio: None,
            must: must.0.into(),
            aim: aim.0.into(),
            verdict,
            note: String::new(),
            timed: false,
        }
    }

    /// A row without a goal.
    pub(crate) fn note(what: &str, figure: String) -> Self {
        Self { verdict: Verdict::Note, ..Self::goal(what, figure, ("", true), ("", true)) }
    }

    /// With the baseline it was compared to.
    pub(crate) fn against(mut self, baseline: String, ratio: f64) -> Self {
        self.baseline = baseline;
        self.ratio = Some(ratio);
        self
    }

    /// With a remark.
    pub(crate) fn remark(mut self, note: &str) -> Self {
        if !self.note.is_empty() && !note.is_empty() {
            self.note.push_str("; ");
        }
        self.note.push_str(note);
        self
    }

    /// Depends on how fast the machine is, which the run looks at before and after.
    pub(crate) fn timed(self) -> Self {
        Self { timed: true, ..self }
    }

    /// Without a verdict when it is short and the machine was not as fast after as before: a figure that is good
    /// enough on a machine that others use is good enough.
    pub(crate) fn on_machine(self, before: f64, after: f64) -> Self {
        if self.timed && self.verdict == Verdict::Short { self.steady(before, after) } else { self }
    }

    /// Without a verdict unless something was so.
    pub(crate) fn only_if(self, so: bool, else_why: &str) -> Self {
        if so { self } else { Self { verdict: Verdict::Noisy, ..self }.remark(else_why) }
    }

    /// Without a verdict when the baseline was not the same before and after.
    pub(crate) fn steady(self, before: f64, after: f64) -> Self {
        let change = (before - after).abs() / before.max(after).max(f64::MIN_POSITIVE);
        if change <= UNSTEADY {
            return self;
        }
        Self { verdict: Verdict::Noisy, ..self }.remark(&format!(
            "the baseline moved by {:.0} % during the run ({before:.1}, {after:.1})",
            change * 100.0
        ))
    }

    /// Without a verdict when it is short and the client may be what limits.
    pub(crate) fn client(self, share: f64) -> Self {
        if share <= BUSY || self.verdict != Verdict::Short {
            return self;
        }
        Self { verdict: Verdict::Noisy, ..self }
            .remark(&format!("the client used {:.0} % of a core", share * 100.0))
    }
}

/// How much of a core the client may use before it is in the way.
const BUSY: f64 = 0.8;
/// How far a baseline may move between the beginning and the end of a scenario.
const UNSTEADY: f64 = 0.3;

/// A load average at the start that says the machine is not ours.
const CROWDED: f64 = 1.0;

/// Everything a run has to say.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) machine: String,
    pub(crate) load_before: String,
    pub(crate) load_after: String,
    pub(crate) seconds: f64,
    /// What each part took, seconds.
    pub(crate) parts: Vec<(String, f64)>,
    pub(crate) rows: Vec<Row>,
    /// Deliveries or answers that were wrong.
    pub(crate) failures: Vec<String>,
}

impl Report {
    /// The table as text.
    pub(crate) fn table(&self) -> String {
        let head = ["what", "figure", "raw baseline", "ratio", "must", "aim", "verdict"].map(String::from);
        let mut lines = vec![head];
        for row in &self.rows {
            let verdict = match row.verdict {
                Verdict::Aim => "ok, aim met",
                Verdict::Ok => "ok",
                Verdict::Short => "SHORT",
                Verdict::Noisy => "noisy",
                Verdict::Note => "",
            };
            let ratio = row.ratio.map_or(String::new(), |r| format!("{r:.2}"));
            lines.push([
                row.what.clone(),
                row.figure.clone(),
                row.baseline.clone(),
                ratio,
                row.must.clone(),
                row.aim.clone(),
                verdict.into(),
            ]);
        }
        let widths: Vec<usize> =
            (0..7).map(|c| lines.iter().map(|l| l[c].chars().count()).max().unwrap_or(0)).collect();
        let mut out = String::new();
        for (i, line) in lines.iter().enumerate() {
            let cells: Vec<String> =
                line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            // Writing to a String cannot fail.
            let _fine = writeln!(out, "| {} |", cells.join(" | "));
            if i == 0 {
                let rules: Vec<String> = widths.iter().map(|w| "-".repeat(*w)).collect();
                let _fine = writeln!(out, "|-{}-|", rules.join("-|-"));
            }
        }
        for row in self.rows.iter().filter(|r| !r.note.is_empty()) {
            let _fine = writeln!(out, "  {}: {}", row.what, row.note);
        }
        let _fine = writeln!(
            out,
            "{}; load average {} before, {} after; {:.0} s",
            self.machine, self.load_before, self.load_after, self.seconds
        );
        let parts: Vec<String> = self.parts.iter().map(|(name, s)| format!("{name} {s:.0} s")).collect();
        let _fine = writeln!(out, "{}", parts.join(", "));
        if self.load_before.parse::<f64>().is_ok_and(|load| load > CROWDED) {
            let _fine = writeln!(out, "other programs were running: trust ratios, not times");
        }
        for failure in &self.failures {
            let _fine = writeln!(out, "FAILURE: {failure}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(must: bool, aim: bool) -> Row {
        Row::goal("x", "1".into(), ("≥ 1", must), ("≥ 2", aim))
    }

    #[test]
    fn a_verdict_is_refused_when_the_run_cannot_tell() {
        assert_eq!(row(true, true).verdict, Verdict::Aim);
        assert_eq!(row(true, false).verdict, Verdict::Ok);
        assert_eq!(row(false, false).verdict, Verdict::Short);
        assert_eq!(row(true, true).steady(100.0, 60.0).verdict, Verdict::Noisy);
        assert_eq!(row(true, true).steady(100.0, 80.0).verdict, Verdict::Aim);
        assert_eq!(row(false, false).client(0.9).verdict, Verdict::Noisy);
        assert_eq!(row(true, false).client(0.9).verdict, Verdict::Ok);
        assert_eq!(row(false, false).timed().on_machine(10.0, 20.0).verdict, Verdict::Noisy);
        assert_eq!(row(true, false).timed().on_machine(10.0, 20.0).verdict, Verdict::Ok);
        assert_eq!(row(false, false).on_machine(10.0, 20.0).verdict, Verdict::Short);
    }
}
