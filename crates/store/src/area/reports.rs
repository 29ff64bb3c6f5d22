//! Reports: what came in through a program. A report is a room whose people are the program's team; fetching one goes
//! through the room, so that there is one place that decides.

use super::{NewRoom, Page, RoomRow};
use crate::{Read, Row, Tx};
use portico_domain::{
    report::{CloseReason, Report, ReportState, ReporterCard, Severity, waiting_on},
    room::{GroupRole, Notify, RoomKind, RoomState, unread},
};
use portico_policy::{Action, Actor, HandleReport, Permit, RoomFacts, SubmitReport, WithdrawReport};
use portico_types::{Error, MemberId, Millis, PageCursor, ProgramId, ReporterId, Result, RoomId};

macro_rules! select {
    ($me:literal, $rest:literal) => {
        concat!(
            "SELECT p.id, p.display_id, g.prefix, p.program_id, p.title, p.reporter_name, p.reporter_email, p.reporter_link, p.wants_credit,
             p.state, p.close_reason, p.assignee_id, p.severity, p.versions, p.policy_version, p.received_at, p.last_at, r.last_number, r.root_count,
             x.role, s.read_number, s.read_roots, s.mentions, s.muted, s.starred, s.notify,
             CASE WHEN v.role = 0 THEN (SELECT COUNT(*) FROM message n WHERE n.tenant_id = p.tenant_id AND n.room_id = p.id
             AND n.number > COALESCE(s.read_number, 0) AND n.thread_id IS NULL AND n.ring = 0) ELSE 0 END
             FROM report p JOIN program g ON g.tenant_id = p.tenant_id AND g.id = p.program_id
             JOIN room r ON r.tenant_id = p.tenant_id AND r.id = p.id
             LEFT JOIN membership x ON x.tenant_id = p.tenant_id AND x.group_id = p.program_id AND x.member_id = ",
            $me,
            " LEFT JOIN room_state s ON s.tenant_id = p.tenant_id AND s.room_id = p.id AND s.member_id = ",
            $me,
            " LEFT JOIN member v ON v.tenant_id = p.tenant_id AND v.id = ",
            $me,
            " ",
            $rest
        )
    };
}

fn row(r: &Row<'_>) -> Result<Report> {
    let display_id = r.int(1)?;
    let state = ReportState::of(r.int(9)?)?;
    let role = r.get::<Option<i64>>(19)?.map(GroupRole::of).transpose()?;
    let number = |i| Ok::<i64, Error>(r.get::<Option<i64>>(i)?.unwrap_or(0));
    let state_of_room = match role {
        Some(role) => Some(RoomState {
            member: true,
            role,
            read_number: number(20)?,
            // Notes are not for guests, so they are no news to them either.
            unread: unread(r.int(18)? - number(26)?, number(21)?),
            mentions: number(22)?,
            muted: number(23)? != 0,
            starred: number(24)? != 0,
            notify: Notify::of(number(25)?)?,
        }),
        None => None,
    };
    Ok(Report {
        id: r.id(0)?,
        display_id,
        key: format!("{}-{display_id}", r.text(2)?),
        program_id: r.id(3)?,
        title: r.text(4)?,
        reporter: ReporterCard {
            name: r.text(5)?,
            email: r.get(6)?,
            link: r.get(7)?,
            wants_credit: r.bool(8)?,
        },
        state,
        close_reason: r.get::<Option<i64>>(10)?.map(CloseReason::of).transpose()?,
        assignee_id: r.maybe_id(11)?,
        severity: r.get::<Option<i64>>(12)?.map(Severity::of).transpose()?,
        versions: r.text(13)?,
        policy_version: r.int(14)?,
        received_at: r.at(15)?,
        last_number: r.int(17)?,
        last_at: r.at(16)?,
        waiting_on: waiting_on(state),
        state_of_room,
    })
}

/// A report to be.
pub struct NewReport<'a> {
    /// The room's id too.
    pub id: RoomId,
    /// The person outside.
    pub reporter: ReporterId,
    /// Checked title.
    pub title: &'a str,
    /// What is known of the person.
    pub card: &'a ReporterCard,
    /// What they say is affected.
    pub versions: &'a str,
    /// The policy in force.
    pub policy_version: i64,
    /// When.
    pub at: Millis,
}

/// What of a report changes.
#[derive(Clone, Copy, Default, Debug)]
pub struct ReportChange<'a> {
    /// A checked title.
    pub title: Option<&'a str>,
    /// A state, and the reason when it is closed.
    pub state: Option<(ReportState, Option<CloseReason>)>,
    /// Someone of the team, or nobody.
    pub assignee: Option<Option<MemberId>>,
    /// A word, or none yet.
    pub severity: Option<Option<Severity>>,
}

/// Which reports to list.
#[derive(Clone, Copy, Debug)]
pub struct ReportFilter {
    /// From this state …
    pub from: ReportState,
    /// … to this one, both included.
    pub to: ReportState,
    /// Of one program, or of all one is in.
    pub program: Option<ProgramId>,
}

impl Read<'_> {
    /// Fetches a report with its room and decides about it in one act.
    pub fn access_report<A: Action<Facts = RoomFacts>>(
        &mut self,
        actor: &Actor,
        id: RoomId,
    ) -> Result<(Report, RoomRow, Permit<A>)> {
        let (room, permit) = self.access_room::<A>(actor, id)?;
        if room.room.kind != RoomKind::Report {
            return Err(Error::not_found());
        }
        let report = self
            .one(
                select!("$3", "WHERE p.tenant_id = $1 AND p.id = $2"),
                &[id.into(), actor.member().into()],
                row,
            )?
            .ok_or_else(Error::not_found)?;
        Ok((report, room, permit))
    }

    /// The report of a room that was decided about, as everybody gets it in an event: without anyone's state.
    pub fn shared_report(&mut self, room: &RoomRow) -> Result<Report> {
        let mut report = self
            .one(
                select!("$3", "WHERE p.tenant_id = $1 AND p.id = $2"),
                &[room.room.id.into(), None::<MemberId>.into()],
                row,
            )?
            .ok_or_else(Error::not_found)?;
        report.state_of_room = None;
        Ok(report)
    }

    /// Reports of the programs `me` is in, newest change first. Rank has no part in this.
    pub fn reports(
        &mut self,
        me: MemberId,
        filter: ReportFilter,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<Report>> {
        let (at, id) = before.map_or((i64::MAX, portico_types::Id([0xff; 16])), |c| (c.number, c.id));
        let rows = self.all(
            // Which they are is found in the index alone; only those of the page are looked up.
            select!(
                "$2",
                "WHERE p.tenant_id = $1 AND v.suspended = 0 AND p.id IN (SELECT q.id FROM membership y CROSS JOIN report q
                 WHERE y.tenant_id = $1 AND y.member_id = $2 AND q.tenant_id = y.tenant_id AND q.program_id = y.group_id
                 AND q.state >= $3 AND q.state <= $4 AND ($5 = 1 OR q.program_id = $6)
                 AND (q.last_at < $7 OR (q.last_at = $7 AND q.id < $8)) ORDER BY q.last_at DESC, q.id DESC LIMIT $9)
                 ORDER BY p.last_at DESC, p.id DESC"
            ),
            &[
                me.into(),
                filter.from.code().into(),
                filter.to.code().into(),
                filter.program.is_none().into(),
                filter.program.unwrap_or_default().into(),
                at.into(),
                id.into(),
                (limit + 1).into(),
            ],
            row,
        )?;
        Ok(Page::cut(rows, limit, |r| (r.last_at.0, r.id.0)))
    }

    /// How many reports of one's programs are new, and how many are open at all.
    pub fn report_counts(&mut self, me: MemberId) -> Result<(i64, i64)> {
        Ok(self
            .one(
                "SELECT COALESCE(CAST(SUM(CASE WHEN p.state = 0 THEN 1 ELSE 0 END) AS BIGINT), 0), COUNT(*) FROM member a
                 CROSS JOIN membership x CROSS JOIN report p
                 WHERE a.tenant_id = $1 AND a.id = $2 AND a.suspended = 0 AND x.tenant_id = a.tenant_id AND x.member_id = a.id
                 AND p.tenant_id = x.tenant_id AND p.program_id = x.group_id AND p.state < 3",
                &[me.into()],
                |r| Ok((r.int(0)?, r.int(1)?)),
            )?
            .unwrap_or((0, 0)))
    }

    /// The number in its room of the message that the other side knows by `outside` number.
    pub fn inner_number(
        &mut self,
        permit: &Permit<portico_policy::ReadRoom>,
        outside: i64,
    ) -> Result<Option<i64>> {
        self.one(
            "SELECT number FROM message WHERE tenant_id = $1 AND room_id = $2 AND outside_number = $3",
            &[(*permit.target()).into(), outside.into()],
            |r| r.int(0),
        )
    }
}

impl Tx<'_> {
    /// Makes a report and its room. Returns its number in the program.
    pub fn insert_report(&mut self, permit: &Permit<SubmitReport>, new: &NewReport<'_>) -> Result<i64> {
        let program = *permit.target();
        let number = self
            .one(
                "UPDATE program SET report_count = report_count + 1 WHERE tenant_id = $1 AND id = $2 RETURNING report_count",
                &[program.into()],
                |r| r.int(0),
            )?
            .ok_or_else(Error::not_found)?;
        self.insert_room(&NewRoom {
            id: new.id,
            kind: RoomKind::Report,
            name: new.title,
            handle: None,
            visibility: None,
            topic: "",
            purpose: "",
            team: None,
            people: &[],
            direct_key: None,
            audience: program.0,
            outside: Some(new.reporter.0),
            by: None,
            at: new.at,
        })?;
        self.send(
            "INSERT INTO report (tenant_id, id, display_id, program_id, reporter_id, title, reporter_name, reporter_email, reporter_link, wants_credit,
             state, close_reason, assignee_id, severity, versions, policy_version, received_at, last_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, NULL, NULL, NULL, $11, $12, $13, $13)",
            &[
                new.id.into(),
                number.into(),
                program.into(),
                new.reporter.into(),
                new.title.into(),
                (&new.card.name).into(),
                new.card.email.as_ref().into(),
                new.card.link.as_ref().into(),
                new.card.wants_credit.into(),
                new.versions.into(),
                new.policy_version.into(),
                new.at.into(),
            ],
        )?;
        Ok(number)
    }

    /// Changes a report.
    pub fn update_report(
        &mut self,
        permit: &Permit<HandleReport>,
        change: &ReportChange<'_>,
        at: Millis,
    ) -> Result<()> {
        let id = *permit.target();
        if let Some(title) = change.title {
            self.exec_one(
                "UPDATE room SET name = $3 WHERE tenant_id = $1 AND id = $2",
                &[id.into(), title.into()],
            )?;
        }
        self.exec_one(
            "UPDATE report SET title = COALESCE($3, title), state = COALESCE($4, state),
             close_reason = CASE WHEN $5 = 1 THEN $6 ELSE close_reason END,
             assignee_id = CASE WHEN $7 = 1 THEN $8 ELSE assignee_id END,
             severity = CASE WHEN $9 = 1 THEN $10 ELSE severity END, last_at = $11 WHERE tenant_id = $1 AND id = $2",
            &[
                id.into(),
                change.title.into(),
                change.state.map(|s| s.0.code()).into(),
                change.state.is_some().into(),
                change.state.and_then(|s| s.1).map(CloseReason::code).into(),
                change.assignee.is_some().into(),
                change.assignee.flatten().into(),
                change.severity.is_some().into(),
                change.severity.flatten().map(Severity::code).into(),
                at.into(),
            ],
        )
    }

    /// The reporter takes the report back.
    pub fn withdraw_report(&mut self, permit: &Permit<WithdrawReport>, at: Millis) -> Result<()> {
        self.exec_one(
            "UPDATE report SET state = $3, close_reason = $4, last_at = $5 WHERE tenant_id = $1 AND id = $2",
            &[
                (*permit.target()).into(),
                ReportState::Closed.code().into(),
                CloseReason::Withdrawn.code().into(),
                at.into(),
            ],
        )
    }

    /// Something was written in a report: its time, and its state where that follows from it.
    pub fn report_moved(&mut self, room: &RoomRow, state: Option<ReportState>, at: Millis) -> Result<()> {
        self.exec_one(
            "UPDATE report SET state = COALESCE($3, state), last_at = $4 WHERE tenant_id = $1 AND id = $2",
            &[room.room.id.into(), state.map(ReportState::code).into(), at.into()],
        )
    }
}
