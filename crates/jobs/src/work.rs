//! What each kind of job does.

use crate::Worker;
use portico_core::{customers, files};
use portico_policy::{Actor, Reason};
use portico_store::ClaimedJob;
use portico_types::{Error, Result};

pub(crate) async fn perform(worker: &Worker, job: &ClaimedJob) -> Result<()> {
    match job.kind.as_str() {
        files::DELETE_BYTES => delete_bytes(worker, job).await,
        customers::WAKE => {
            let ctx = worker.app.ctx(job.tenant, Actor::System(Reason::Job));
            let command =
                serde_json::from_str::<customers::WakeConversation>(&job.payload).map_err(Error::internal)?;
            worker.app.run(ctx, command).await.map(|_| ())
        }
        other => Err(Error::internal(format!("this portico does not know the job {other}"))),
    }
}

/// Deletes bytes that nothing refers to. Asked once more, since someone may have uploaded the same meanwhile.
async fn delete_bytes(worker: &Worker, job: &ClaimedJob) -> Result<()> {
    let files::DeleteBytes { sha256 } = serde_json::from_str(&job.payload).map_err(Error::internal)?;
    let used = worker.app.db().read(job.tenant, move |read| read.bytes_in_use(&sha256)).await?;
    if !used {
        worker.blobs.delete(job.tenant.0, &sha256).await.map_err(Error::internal)?;
    }
    Ok(())
}
