//! `allclear bench server`: the service as it is, with an echo beside it, until its standard input ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{broken, out};
use crate::cli::context::{Context, clock};
use crate::cli::fail::{Exit, Fail};
use crate::cli::{Done, running, serve};
use crate::service::Service;
use crate::store::measure;
use crate::{api, web};

/// Answers what it was sent, and does nothing else.
pub(super) const ECHO: &str = "/bench/echo";
/// Tells how many statements the process has sent.
pub(super) const STATEMENTS: &str = "/bench/statements";

/// `allclear bench server …`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Holds up every commit by so many milliseconds.
    #[arg(long, default_value_t = 0)]
    commit_delay: u64,
    /// Only answers: no tick, no delivery.
    #[arg(long)]
    quiet: bool,
}

/// Where a server listens.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Doors {
    /// As in real life.
    pub(super) main: SocketAddr,
    /// Over the same database, every report saved in a transaction of its own.
    pub(super) one_by_one: SocketAddr,
}

/// Serves until its standard input ends.
pub(super) async fn run(context: &Context, args: &Args) -> Done {
    let settings = context.settings()?;
    let (store, lock) = serve::open(&settings).await?;
    let mut single = (*settings).clone();
    single.intake.batch = 1;
    let service = Service::open(settings, store.clone(), clock()).await?;
    let single = Service::open(Arc::new(single), store, clock()).await?;
    measure::hold_commits(Duration::from_millis(args.commit_delay));
    let stop = CancellationToken::new();
    end_with_input(stop.clone());
    let (main, one_by_one) = (listen().await?, listen().await?);
    let doors = Doors {
        main: main.local_addr().map_err(broken)?,
        one_by_one: one_by_one.local_addr().map_err(broken)?,
    };
    out::say(serde_json::to_string(&doors).unwrap_or_default());
    let aside = tokio::spawn(web::serve(
        single.clone(),
        router(&single),
        one_by_one,
        stop.clone(),
    ));
    let router = router(&service);
    let served = match args.quiet {
        true => web::serve(service, router, main, stop).await,
        false => running::run(service, router, main, stop).await,
    };
    aside.abort();
    drop(lock);
    served.map_err(broken)?;
    Ok(Exit::Good)
}

async fn listen() -> Result<TcpListener, Fail> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(broken)
}

fn router(service: &Arc<Service>) -> Router {
    let beside = Router::new()
        .route(
            ECHO,
            post(async |axum::Json(sent): axum::Json<serde_json::Value>| axum::Json(sent)),
        )
        .route(STATEMENTS, get(async || measure::statements().to_string()));
    web::router(service, Vec::new())
        .merge(api::router(service.clone()))
        .merge(beside)
}

/// Ends with whoever started it, however that one ended.
fn end_with_input(stop: CancellationToken) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        stop.cancel();
    });
}
