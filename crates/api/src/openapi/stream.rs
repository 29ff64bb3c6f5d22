//! The members' stream, whose frames no description of this kind knows.

use utoipa::openapi::{
    ResponseBuilder,
    path::{Operation, OperationBuilder},
    security::SecurityRequirement,
};

/// `GET /stream`: everybody may open one; who it is may also stand in the first frame.
pub(super) fn operation() -> Operation {
    let answer = |text: &str| ResponseBuilder::new().description(text);
    let bare: [String; 0] = [];
    OperationBuilder::new()
        .tag("stream")
        .summary(Some("Committed events and signals of the moment, over a WebSocket."))
        .security(SecurityRequirement::default())
        .security(SecurityRequirement::new("token", bare.clone()))
        .security(SecurityRequirement::new("cookie", bare))
        .response("101", answer("the stream begins; docs/api.md says what is spoken"))
        .response("400", answer("no WebSocket was asked for"))
        .response("401", answer("the token does not hold"))
        .response("403", answer("a page of another site asks with a member's cookie"))
        .build()
}
