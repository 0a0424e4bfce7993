//! `allclear serve`: the service itself, until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;

use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::context::{Context, clock, options};
use super::fail::{Exit, Fail};
use super::{Done, logging, out, running};
use crate::config::{Engine, Settings, Sources};
use crate::domain::language::Lang;
use crate::service::Service;
use crate::store::{Lock, Store};
use crate::{api, web};

/// Serves until it is told to stop.
pub(crate) async fn run(context: &Context, listen: Option<SocketAddr>) -> Done {
    match listen {
        None => serve(context).await,
        Some(listen) => {
            let mut flags = context.sources.flags.clone();
            flags.push(("service.listen".to_owned(), listen.to_string()));
            let sources = Sources {
                flags,
                ..context.sources.clone()
            };
            serve(&Context::of(sources, Some(context.lang))).await
        }
    }
}

async fn serve(context: &Context) -> Done {
    let (lang, settings) = (context.lang, context.settings()?);
    let failed = |error: std::io::Error| Fail::Refused(error.to_string());
    logging::start(&settings.log);
    settings
        .warnings(Lang::En)
        .iter()
        .for_each(|warning| tracing::warn!("{warning}"));
    folder(lang, &settings.service.data_dir)?;
    if let Some(files) = &settings.web.tls {
        web::Certificate::read(files).map_err(|error| Fail::Refused(error.words(lang)))?;
    }
    if let Engine::Sqlite { file } = &settings.database.engine
        && super::backup::is_half_restored(file)
    {
        return Err(Fail::Refused(lang.cli_restore_broken_off().to_owned()));
    }
    running::open_many_files(settings.web.connections);
    let (store, lock) = open(&settings).await?;
    let listener = listen(lang, settings.service.listen).await?;
    let address = listener.local_addr().map_err(failed)?;
    let service = Service::open(settings, store, clock()).await?;
    let stop = CancellationToken::new();
    running::end_on_signal(stop.clone()).map_err(failed)?;
    let router = web::router(&service, Vec::new()).merge(api::router(service.clone()));
    out::say(lang.cli_serving(address, &service.settings.service.base_url));
    let served = running::run(service, router, listener, stop).await;
    served.map_err(failed)?;
    drop(lock);
    Ok(Exit::Good)
}

/// Opens the database, takes it into use, and only then changes its tables.
pub(super) async fn open(settings: &Settings) -> Result<(Store, Lock), Fail> {
    let url = settings.database.engine.url();
    let store = Store::open(url.expose_secret(), options(settings)).await?;
    let lock = Lock::serve(&store).await?;
    store.migrate().await?;
    Ok((store, lock))
}

fn folder(lang: Lang, folder: &Path) -> Result<(), Fail> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|error| Fail::Refused(lang.file_error(folder, &error)))
}

/// Listens where it was told to.
pub(crate) async fn listen(
    lang: crate::domain::language::Lang,
    address: SocketAddr,
) -> Result<TcpListener, Fail> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Fail::Refused(lang.cli_listen(address, lang.file_reason(&error))))
}
