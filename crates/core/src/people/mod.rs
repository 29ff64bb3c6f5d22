//! People of an organization: how they come in, what they are, how they go.

mod attempts;
mod attention;
mod audit;
mod authenticate;
mod boot;
mod invites;
mod list;
mod manage;
mod me;
mod organization;
mod password;
mod profile;
mod sessions;
mod setup;
mod sign_in;
mod teams;
mod tokens;

pub use attempts::{Pace, count_attempt, forgive_attempts};
pub use attention::{Attention, Needs, Row};
pub use audit::Audit;
pub use authenticate::{Identity, authenticate, touch};
pub use boot::{Boot, BootView};
pub use invites::{
    AcceptInvite, CreateInvite, Invites, NewlyInvited, Offer, WithdrawInvite, accept_invite, offer,
};
pub use list::{GetMember, KnowsEveryone, People};
pub use manage::ManageMember;
pub use me::{EditMe, Me, MeView};
pub use organization::RenameOrganization;
pub use password::{ChangePassword, change_password, hash_password, verify_password};
pub use profile::{EditProfile, Preferences, SetPreferences};
pub use sessions::{EndSessions, Sessions, SignedIn, SignedInFor};
pub use setup::{Setup, new_setup_code, set_up, setup_needed};
pub use sign_in::{Attempt, sign_in};
pub use teams::{CreateTeam, EditTeam, RemoveTeam, SetTeamMember, Teams};
pub use tokens::{CreateToken, NewlyMade, Tokens, WithdrawToken};

use portico_types::{Error, Result};

/// A checked, folded e-mail address.
pub(crate) fn email(text: &str) -> Result<String> {
    portico_text::names::check_email(text.trim())
        .map(|e| portico_text::names::fold(&e))
        .map_err(|e| Error::invalid("email", e.to_string()))
}

/// A free handle made of a name.
pub(crate) fn free_handle(read: &mut portico_store::Read<'_>, name: &str) -> Result<String> {
    let base = portico_text::names::handle_from(name);
    for n in 1..200 {
        let handle = if n == 1 { base.clone() } else { format!("{base}{n}") };
        let reserved = portico_text::names::RESERVED_HANDLES.contains(&handle.as_str());
        if !reserved && read.member_by_handle(&handle)?.is_none() {
            return Ok(handle);
        }
    }
    Err(Error::conflict(Some("name"), "too many people have this name; choose a handle of your own"))
}
