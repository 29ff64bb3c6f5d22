//! Reports: what a researcher found, and where it stands.
use crate::room::RoomState;
use portico_types::{Error, MemberId, Millis, ProgramId, Result, RoomId};
use serde::{Deserialize, Serialize};

crate::room::coded! {
    /// Where a report stands.
    ReportState { New = 0, NeedsInfo = 1, Triaged = 2, Closed = 3 }
}

crate::room::coded! {
    /// Why a report was closed.
    CloseReason {
        Resolved = 0, Duplicate = 1, Informative = 2, OutOfScope = 3, NotReproducible = 4, NotApplicable = 5,
        AcceptedRisk = 6, NoResponse = 7, Spam = 8, Withdrawn = 9, NotSecurity = 10,
    }
}

crate::room::coded! {
    /// How bad it is, in a word.
    Severity { None = 0, Low = 1, Medium = 2, High = 3, Critical = 4 }
}

/// The reporter as the program's team sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReporterCard {
    pub name: String,
    pub email: Option<String>,
    pub link: Option<String>,
    pub wants_credit: bool,
}

/// Whose move it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitingOn {
    Team,
    Reporter,
}

/// A report as the program's team sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// The room's id too.
    #[schema(value_type = String)]
    pub id: RoomId,
    pub display_id: i64,
    /// `PREFIX-n`.
    pub key: String,
    #[schema(value_type = String)]
    pub program_id: ProgramId,
    pub title: String,
    pub reporter: ReporterCard,
    pub state: ReportState,
    pub close_reason: Option<CloseReason>,
    #[schema(value_type = Option<String>)]
    pub assignee_id: Option<MemberId>,
    pub severity: Option<Severity>,
    pub versions: String,
    /// The policy version in force when it was received.
    pub policy_version: i64,
    #[schema(value_type = i64)]
    pub received_at: Millis,
    pub last_number: i64,
    #[schema(value_type = i64)]
    pub last_at: Millis,
    pub waiting_on: Option<WaitingOn>,
    pub state_of_room: Option<RoomState>,
}

/// The moves the team may make. `closed` always has a reason; everything may be reopened (appeal).
pub fn check_move(from: ReportState, to: ReportState, reason: Option<CloseReason>) -> Result<()> {
    use ReportState::{Closed, NeedsInfo, New, Triaged};
    match (from, to) {
        (_, Closed) if reason.is_none() => Err(Error::invalid("close_reason", "say why it is closed")),
        (_, New | NeedsInfo | Triaged) if reason.is_some() => {
            Err(Error::invalid("close_reason", "only a closed report has a reason"))
        }
        (New | NeedsInfo | Triaged, _) | (Closed, New | Closed) => Ok(()),
        (Closed, NeedsInfo | Triaged) => {
            Err(Error::conflict(Some("state"), "the report is closed; reopen it first (state new)"))
        }
    }
}

/// The state after the reporter writes: an answer to a question puts it back on the team's side.
pub fn on_reporter_message(state: ReportState) -> ReportState {
    match state {
        ReportState::NeedsInfo => ReportState::New,
        other => other,
    }
}

/// A reporter takes a report back while nobody has confirmed it.
pub fn check_withdraw(state: ReportState) -> Result<()> {
    match state {
        ReportState::New | ReportState::NeedsInfo => Ok(()),
        ReportState::Triaged => Err(Error::conflict(
            None,
            "the report is confirmed and cannot be withdrawn; write to the team instead",
        )),
        ReportState::Closed => Err(Error::conflict(None, "the report is closed already")),
    }
}

/// Whose move it is in a state.
pub fn waiting_on(state: ReportState) -> Option<WaitingOn> {
    match state {
        ReportState::New | ReportState::Triaged => Some(WaitingOn::Team),
        ReportState::NeedsInfo => Some(WaitingOn::Reporter),
        ReportState::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_needs_a_reason_and_reopening_goes_to_new() {
        for from in ReportState::ALL {
            assert!(check_move(*from, ReportState::Closed, None).is_err());
            assert!(check_move(*from, ReportState::Closed, Some(CloseReason::Spam)).is_ok());
            assert!(check_move(*from, ReportState::New, None).is_ok());
            assert!(check_move(*from, ReportState::Triaged, Some(CloseReason::Spam)).is_err());
        }
        assert!(check_move(ReportState::Closed, ReportState::Triaged, None).is_err());
    }

    #[test]
    fn an_answer_puts_a_question_back_to_the_team_and_confirmed_reports_stay() {
        assert_eq!(on_reporter_message(ReportState::NeedsInfo), ReportState::New);
        assert_eq!(on_reporter_message(ReportState::Closed), ReportState::Closed);
        assert!(check_withdraw(ReportState::New).is_ok() && check_withdraw(ReportState::NeedsInfo).is_ok());
        assert!(
            check_withdraw(ReportState::Triaged).is_err() && check_withdraw(ReportState::Closed).is_err()
        );
        assert_eq!(waiting_on(ReportState::NeedsInfo), Some(WaitingOn::Reporter));
    }
}
