//! The Security desk for the teams of programs.

use crate::Api;
use portico_domain::program::Program;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

/// A program with its public addresses.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ProgramView {
    #[serde(flatten)]
    program: Program,
    public_url: String,
    report_url: String,
}

impl ProgramView {
    pub(crate) fn of(program: Program, url: &str) -> Self {
        let public_url = format!("{url}/security/{}", program.slug);
        let report_url = format!("{public_url}/report");
        Self { program, public_url, report_url }
    }
}

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
}
