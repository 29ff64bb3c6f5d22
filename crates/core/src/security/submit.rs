//! A report comes in: the room, the report, the first message, the receipt, and the link by which its reporter follows it.

use super::{Intake, TRACKING_PREFIX, team_of, tell_report};
use crate::{
    Command, Ctx, Record,
    messages::{PostMessage, system_message},
};
use portico_domain::{event::Event, program, room::Ring};
use portico_policy::{Action, Actor, ReadPolicy, ReadRoom, SubmitReport as May};
use portico_store::{CredentialKind, NewReport, Tx, hash_secret};
use portico_types::{Error, Id, ReporterId, Result, RoomId, Secret};
use serde::{Deserialize, Serialize};

/// Sends a report to a program, by whoever found something: no account is needed.
pub struct SubmitReport {
    pub slug: String,
    pub intake: Intake,
}

/// What the reporter gets, once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Submitted {
    pub id: RoomId,
    /// `PREFIX-n`.
    pub key: String,
    reporter: ReporterId,
    /// The secret of the tracking link. It is kept nowhere.
    #[serde(skip, default = "nothing")]
    pub token: Secret<String>,
}

pub(super) fn nothing() -> Secret<String> {
    Secret::new(String::new())
}

impl Command for SubmitReport {
    type Out = Submitted;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Submitted> {
        let (row, _) = tx.access_program::<ReadPolicy>(&ctx.actor, &self.slug)?;
        if row.program.intake == program::Intake::Paused {
            let notice =
                if row.program.notice.is_empty() { "please come back later" } else { &row.program.notice };
            return Err(Error::forbidden(format!("reports are not taken at the moment: {notice}")));
        }
        let (_, permit) = tx.access_program::<May>(&ctx.actor, &self.slug)?;
        let (id, reporter): (RoomId, Id) = (ctx.id(), ctx.id());
        let reporter = ReporterId(reporter);
        let policy_version = row.program.policy.version;
        let number = tx.insert_report(
            &permit,
            &NewReport {
                id,
                reporter,
                title: &self.intake.title,
                card: &self.intake.card,
                versions: &self.intake.versions,
                policy_version,
                at: ctx.now,
            },
        )?;
        let key = format!("{}-{number}", row.program.prefix);
        // From here on it is the reporter who writes; whoever sent the form, a member even, is outside in this room.
        // The request's key is not theirs to show, and where they are is nobody's business.
        let outside =
            Ctx { actor: Actor::Reporter { id: reporter, room: id }, key: None, ip: None, ..ctx.clone() };
        let (room, _) = tx.access_room::<ReadRoom>(&outside.actor, id)?;
        let report = Box::new(tx.shared_report(&room)?);
        tx.emit(ctx.now, Some(id), team_of(row.program.id), Event::ReportCreated { report });
        let first = PostMessage {
            room: id,
            composed: self.intake.composed.clone(),
            ring: None,
            thread: None,
            files: Vec::new(),
            confirm: false,
        };
        first.run(&outside, tx)?;
        let version = policy_version.to_string();
        let params = [("key", key.as_str()), ("policy_version", version.as_str())];
        system_message(&outside, tx, id, Ring::Everyone, "received", &params)?;
        tell_report(&outside, tx, &room)?;
        let token = link(&outside, tx, id, reporter)?;
        Record::of(May::NAME).target("report", id, &key).program(row.program.id).write(&outside, tx)?;
        Ok(Submitted { id, key, reporter, token })
    }

    /// A retry has lost the link with the answer, so it gets another to the same report.
    fn recall(&self, ctx: &Ctx, tx: &mut Tx<'_>, made: &str) -> Result<Submitted> {
        let made: Submitted = serde_json::from_str(made).map_err(Error::internal)?;
        let token = link(ctx, tx, made.id, made.reporter)?;
        Ok(Submitted { token, ..made })
    }
}

/// Makes a secret that opens one report for its reporter. Only its hash is kept.
pub(super) fn link(ctx: &Ctx, tx: &mut Tx<'_>, room: RoomId, reporter: ReporterId) -> Result<Secret<String>> {
    let token = ctx.secret(TRACKING_PREFIX);
    tx.insert_credential(&hash_secret(token.expose()), CredentialKind::Tracking, room.0, reporter.0, None)?;
    Ok(token)
}
