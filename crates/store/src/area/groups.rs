//! Groups of people: who is in a room, an inbox, a program, a team.

use super::people::{presence, standing};
use crate::{Read, Tx};
use portico_domain::{
    member::PresenceChoice,
    room::{GroupKind, GroupRole},
};
use portico_policy::Standing;
use portico_types::{Id, MemberId, Millis, Result};

impl Read<'_> {
    /// The members of a group with role and date, oldest first.
    pub fn group_members(&mut self, group: Id) -> Result<Vec<(MemberId, GroupRole, Millis)>> {
        self.all(
            "SELECT member_id, role, joined_at FROM membership WHERE tenant_id = $1 AND group_id = $2 ORDER BY joined_at, member_id",
            &[group.into()],
            |r| Ok((r.id(0)?, GroupRole::of(r.int(1)?)?, r.at(2)?)),
        )
    }

    /// Someone's place in a group.
    pub fn group_role(&mut self, group: Id, member: MemberId) -> Result<Option<GroupRole>> {
        self.one(
            "SELECT role FROM membership WHERE tenant_id = $1 AND group_id = $2 AND member_id = $3",
            &[group.into(), member.into()],
            |r| GroupRole::of(r.int(0)?),
        )
    }

    /// The groups of one kind a member is in.
    pub fn groups_of(&mut self, member: MemberId, kind: GroupKind) -> Result<Vec<Id>> {
        self.all(
            "SELECT group_id FROM membership WHERE tenant_id = $1 AND member_id = $2 AND group_kind = $3 ORDER BY group_id",
            &[member.into(), kind.code().into()],
            |r| r.id(0),
        )
    }

    /// All memberships of the organization, for the hub's index: group, what it is, member.
    pub fn all_memberships(&mut self) -> Result<Vec<(Id, GroupKind, MemberId)>> {
        self.all("SELECT group_id, group_kind, member_id FROM membership WHERE tenant_id = $1", &[], |r| {
            Ok((r.id(0)?, GroupKind::of(r.int(1)?)?, r.id(2)?))
        })
    }

    /// What every member is at this moment, and the presence they chose, for the hub's index.
    pub fn all_standings(&mut self) -> Result<Vec<(MemberId, Standing, PresenceChoice)>> {
        let rows = self.all(
            "SELECT id, role, kind, suspended, presence FROM member WHERE tenant_id = $1",
            &[],
            |r| Ok((r.id(0)?, standing(r, 1)?, presence(r.int(4)?))),
        )?;
        Ok(rows.into_iter().filter_map(|(id, standing, choice)| Some((id, standing?, choice))).collect())
    }
}

impl Tx<'_> {
    /// Puts someone into a group. Says whether they were not in it before.
    pub fn join_group(
        &mut self,
        group: Id,
        kind: GroupKind,
        member: MemberId,
        role: GroupRole,
        at: Millis,
    ) -> Result<bool> {
        let n = self.exec(
            "INSERT INTO membership (tenant_id, group_id, member_id, group_kind, role, joined_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, group_id, member_id) DO NOTHING",
            &[group.into(), member.into(), kind.code().into(), role.code().into(), at.into()],
        )?;
        Ok(n > 0)
    }

    /// Takes someone out of a group. Says whether they were in it.
    pub fn leave_group(&mut self, group: Id, member: MemberId) -> Result<bool> {
        let n = self.exec(
            "DELETE FROM membership WHERE tenant_id = $1 AND group_id = $2 AND member_id = $3",
            &[group.into(), member.into()],
        )?;
        Ok(n > 0)
    }

    /// Takes away all that somebody who has gone kept in the rooms of a group: marks, drafts, calls, what they saved. What
    /// it costs goes with what they kept, not with how many rooms and messages there are.
    pub fn forget_rooms_of(&mut self, group: Id, member: MemberId) -> Result<()> {
        let args = [group.into(), member.into()];
        self.send(
            "DELETE FROM draft WHERE tenant_id = $1 AND member_id = $3
             AND EXISTS (SELECT 1 FROM room r WHERE r.tenant_id = $1 AND r.id = draft.room_id AND r.audience_id = $2)",
            &args,
        )?;
        self.send(
            "DELETE FROM thread_state WHERE tenant_id = $1 AND member_id = $3
             AND EXISTS (SELECT 1 FROM room r WHERE r.tenant_id = $1 AND r.id = thread_state.room_id AND r.audience_id = $2)",
            &args,
        )?;
        self.send(
            "DELETE FROM mention WHERE tenant_id = $1 AND member_id = $3
             AND EXISTS (SELECT 1 FROM room r WHERE r.tenant_id = $1 AND r.id = mention.room_id AND r.audience_id = $2)",
            &args,
        )?;
        self.send(
            "DELETE FROM room_state WHERE tenant_id = $1 AND member_id = $3
             AND EXISTS (SELECT 1 FROM room r WHERE r.tenant_id = $1 AND r.id = room_state.room_id AND r.audience_id = $2)",
            &args,
        )?;
        self.send(
            "DELETE FROM saved WHERE tenant_id = $1 AND member_id = $3 AND EXISTS (SELECT 1 FROM message m
             JOIN room r ON r.tenant_id = m.tenant_id AND r.id = m.room_id
             WHERE m.tenant_id = $1 AND m.id = saved.message_id AND r.audience_id = $2)",
            &args,
        )?;
        Ok(())
    }
}

impl Read<'_> {
    /// Whether two people are in any group together.
    pub fn shares_group(&mut self, a: MemberId, b: MemberId) -> Result<bool> {
        Ok(self
            .one(
                "SELECT 1 FROM membership x JOIN membership y ON y.tenant_id = x.tenant_id AND y.group_id = x.group_id AND y.member_id = $3
                 WHERE x.tenant_id = $1 AND x.member_id = $2 LIMIT 1",
                &[a.into(), b.into()],
                |_| Ok(()),
            )?
            .is_some())
    }
}
