//! Changing what others are.

use super::sessions;
use crate::{Command, Ctx, Record, rooms};
use portico_domain::{
    event::{Audience, Event},
    member::{Member, Role},
};
use portico_policy::{Action, ManagePeople};
use portico_store::Tx;
use portico_types::{Error, MemberId, Result};

/// Changes a member's rank or name, suspends or reactivates.
pub struct ManageMember {
    pub id: MemberId,
    pub role: Option<Role>,
    pub suspended: Option<bool>,
    pub name: Option<String>,
}

impl Command for ManageMember {
    type Out = Member;
    const AUDITED: Option<&'static str> = Some(ManagePeople::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Member> {
        let permit = tx.access_organization::<ManagePeople>(&ctx.actor)?;
        let before = tx.member(self.id)?.ok_or_else(Error::not_found)?;
        let my_role = match ctx.actor.member() {
            Some(me) => tx.standing(me)?.ok_or_else(Error::unauthenticated)?.role,
            None => Role::Owner,
        };
        // Nobody raises anyone, or touches anyone, above themselves.
        if before.role > my_role || self.role.is_some_and(|r| r > my_role) {
            return Err(Error::forbidden("only an owner may change an owner or make one"));
        }
        let loses_owner = before.role == Role::Owner
            && !before.suspended
            && (self.role.is_some_and(|r| r != Role::Owner) || self.suspended == Some(true));
        if loses_owner && tx.active_owners()? <= 1 {
            return Err(Error::conflict(Some("role"), "this is the last owner; make another one first"));
        }
        if self.suspended == Some(true) && ctx.actor.member() == Some(self.id) {
            return Err(Error::conflict(Some("suspended"), "you cannot suspend yourself"));
        }
        // A program is its team's, whatever rank says: nobody is left with reports that nobody can handle.
        let able = |role: Role, suspended: bool| role > Role::Guest && !suspended;
        let stays_able = able(self.role.unwrap_or(before.role), self.suspended.unwrap_or(before.suspended));
        if able(before.role, before.suspended)
            && !stays_able
            && let Some(program) = tx.last_of_program(&permit, self.id)?
        {
            let field = if self.suspended == Some(true) { "suspended" } else { "role" };
            let text = format!(
                "they are the last who can manage the program {program}; have another member brought into its team first"
            );
            return Err(Error::conflict(Some(field), text));
        }
        let name = self.name.as_deref().map(|n| rooms::name("name", n)).transpose()?;
        let member = tx.update_member(&permit, self.id, self.role, self.suspended, name.as_deref())?;
        tx.emit(ctx.now, None, Audience::Everyone, Event::PersonUpdated { member: Box::new(member.clone()) });
        if self.suspended == Some(true) {
            sessions::end(ctx, tx, self.id, None, None)?;
            tx.delete_tokens(self.id, None)?;
        }
        let mut record = Record::of(ManagePeople::NAME).target("member", self.id, &member.name);
        if let Some(role) = self.role.filter(|r| *r != before.role) {
            record = record.with("role", format!("{:?} to {role:?}", before.role).to_lowercase());
        }
        if let Some(suspended) = self.suspended {
            record = record.with("suspended", suspended);
        }
        record.write(ctx, tx)?;
        Ok(member)
    }
}
