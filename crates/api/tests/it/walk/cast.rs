//! The ids of a world, and everybody who may knock.

/// The ids of an organization, as addresses and bodies need them.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    pub(super) public: String,
    pub(super) private: String,
    pub(super) direct: String,
    pub(super) conversation: String,
    pub(super) report: String,
    pub(super) public_message: String,
    pub(super) private_message: String,
    pub(super) reply: String,
    pub(super) direct_message: String,
    pub(super) contact_message: String,
    pub(super) note: String,
    pub(super) report_message: String,
    pub(super) report_note: String,
    pub(super) file: String,
    pub(super) loose_file: String,
    pub(super) visitor_file: String,
    pub(super) reporter_file: String,
    pub(super) member: String,
    pub(super) apart: String,
    pub(super) agent: String,
    pub(super) secur: String,
    pub(super) chief: String,
    pub(super) session: String,
    pub(super) token: String,
    pub(super) invite: String,
    pub(super) code: String,
    pub(super) team: String,
    pub(super) inbox: String,
    pub(super) key: String,
    pub(super) contact: String,
    pub(super) slug: String,
    pub(super) tracking: String,
    /// A face of somebody who answered the contact.
    pub(super) face: String,
}

impl Side {
    /// Every id.
    pub(super) fn all(&mut self) -> [&mut String; 33] {
        [
            &mut self.public,
            &mut self.private,
            &mut self.direct,
            &mut self.conversation,
            &mut self.report,
            &mut self.public_message,
            &mut self.private_message,
            &mut self.reply,
            &mut self.direct_message,
            &mut self.contact_message,
            &mut self.note,
            &mut self.report_message,
            &mut self.report_note,
            &mut self.file,
            &mut self.loose_file,
            &mut self.visitor_file,
            &mut self.reporter_file,
            &mut self.member,
            &mut self.apart,
            &mut self.agent,
            &mut self.secur,
            &mut self.chief,
            &mut self.session,
            &mut self.token,
            &mut self.invite,
            &mut self.code,
            &mut self.team,
            &mut self.inbox,
            &mut self.key,
            &mut self.contact,
            &mut self.slug,
            &mut self.tracking,
            &mut self.face,
        ]
    }
}

/// Everybody who may knock, in the order of the table's columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Who {
    Nobody,
    Owner,
    Admin,
    Member,
    Guest,
    Apart,
    Agent,
    Secur,
    Contact,
    Contact2,
    Reporter,
    Reporter2,
    TokenRead,
    TokenWrite,
    TokenCustomers,
    TokenSecurity,
    TokenAdmin,
    Suspended,
    Ended,
}

impl Who {
    pub(super) const ALL: [(Self, &'static str); 19] = [
        (Self::Nobody, "nobody"),
        (Self::Owner, "owner"),
        (Self::Admin, "admin"),
        (Self::Member, "member"),
        (Self::Guest, "guest"),
        (Self::Apart, "apart"),
        (Self::Agent, "agent"),
        (Self::Secur, "secur"),
        (Self::Contact, "contct"),
        (Self::Contact2, "cntct2"),
        (Self::Reporter, "reprtr"),
        (Self::Reporter2, "reprt2"),
        (Self::TokenRead, "t:read"),
        (Self::TokenWrite, "t:writ"),
        (Self::TokenCustomers, "t:cust"),
        (Self::TokenSecurity, "t:secu"),
        (Self::TokenAdmin, "t:admi"),
        (Self::Suspended, "suspnd"),
        (Self::Ended, "ended"),
    ];

    pub(super) fn outside(self) -> bool {
        matches!(self, Self::Contact | Self::Contact2 | Self::Reporter | Self::Reporter2)
    }

    pub(super) fn shut_out(self) -> bool {
        matches!(self, Self::Suspended | Self::Ended)
    }
}
