//! What an operator does at the command line.

use crate::{
    clock::SystemClock,
    config::Config,
    dice::SystemRng,
    files,
    keep::schedule::{describe, standing},
    say::say,
    serve,
};
use clap::Args;
use portico_core::{App, people};
use portico_types::{Clock, Error, Result, Rng, Secret};
use std::{io::Read, sync::Arc};

/// What the wizard would ask for.
#[derive(Args, Clone, Debug)]
pub(crate) struct Answers {
    /// Name of the organization.
    #[arg(long)]
    organization: String,
    /// The owner's name.
    #[arg(long)]
    name: String,
    /// The owner's e-mail address.
    #[arg(long)]
    email: String,
    /// Read the owner's password from standard input (the only way: arguments are seen by every user of the machine).
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// Makes an organization and its owner.
pub(crate) async fn set_up(config: Config, answers: Answers) -> Result<()> {
    let mut password = String::new();
    std::io::stdin().take(4_096).read_to_string(&mut password).map_err(Error::internal)?;
    let db = tokio::task::spawn_blocking(move || serve::open(&config, |_| {}))
        .await
        .map_err(Error::internal)??;
    let app = App::new(db, Arc::new(SystemClock), SystemRng);
    let made = people::set_up(
        &app,
        people::Setup {
            code: None,
            organization: answers.organization,
            name: answers.name,
            email: answers.email,
            password: Secret::new(password.trim_end_matches(['\r', '\n']).to_owned()),
            user_agent: "portico setup".into(),
            ip: None,
        },
    )
    .await
    .map_err(|e| match e.field() {
        Some(field) => Error::invalid(field.to_owned(), format!("{field}: {}", e.message())),
        None => e,
    })?;
    say(format_args!("{} can sign in now.", made.signed_in.member.name));
    Ok(())
}

/// Checks what a server needs and prints one line a part.
pub(crate) async fn doctor(config: Config) -> Result<()> {
    let mut bad = 0;
    let mut line = |part: &str, outcome: std::result::Result<String, String>| match outcome {
        Ok(text) => say(format_args!("ok    {part}: {text}")),
        Err(text) => {
            bad += 1;
            say(format_args!("bad   {part}: {text}"));
        }
    };
    let said = |e: &Error| e.cause().unwrap_or_else(|| e.message()).to_owned();
    line("settings", Ok(format!("listen on {}, uploads up to {} MB", config.listen, config.max_file >> 20)));
    let opened = {
        let config = config.clone();
        tokio::task::spawn_blocking(move || serve::open(&config, |_| {})).await.map_err(Error::internal)?
    };
    match opened {
        Ok(db) => {
            let embedded = db.is_embedded();
            let found = db.read_instance(|tx| Ok(tx.organizations()?.len())).await;
            let kind = if embedded { "embedded" } else { "PostgreSQL" };
            line("database", found.map(|n| format!("{kind}, {n} organizations")).map_err(|e| said(&e)));
            match &config.backup {
                Some(schedule) => {
                    let state = db.read_instance(standing).await;
                    line(
                        "backup",
                        state.map_err(|e| said(&e)).and_then(|s| describe(schedule, &s, SystemClock.now())),
                    );
                }
                None => line("backup", Ok("none by the clock; see [backup] in portico.toml".into())),
            }
            if let Some(servers) = &config.bus {
                let app = App::new(db, Arc::new(SystemClock), SystemRng);
                let key = serve::cursor_key(&app).await?;
                let up = servers.check(&key, SystemRng.next_u64()).await;
                line("bus", up.map(|()| format!("NATS at {}", servers.places())));
            }
        }
        Err(e) => line("database", Err(said(&e))),
    }
    let tried = match files::open(&config).await {
        Ok(blobs) => blobs.check().await.map_err(|e| e.to_string()),
        Err(e) => Err(said(&e)),
    };
    line("files", tried.map(|()| files::place(&config)));
    let app = crate::assets::APP_FILES.find("index.html").is_some();
    line(
        "web app",
        if app { Ok("inside".into()) } else { Err("this binary was built without it; run make run".into()) },
    );
    if bad == 0 { Ok(()) } else { Err(Error::internal(format!("{bad} parts need attention"))) }
}
