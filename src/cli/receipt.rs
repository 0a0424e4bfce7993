//! `allclear receipt`: tells whether a receipt is genuine.

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, named, out};
use crate::domain::receipt::{Number, NumberError, Receipt, ReceiptMac};
use crate::service::{Proof, Service};

/// Compares a receipt with the report that is on disk.
pub(crate) async fn verify(context: &Context, number: &str, mac: &str) -> Done {
    let lang = context.lang;
    let number: Number = number.parse().map_err(|error| {
        Fail::Refused(match error {
            NumberError::Shape => lang.cli_receipt_shape().to_owned(),
            NumberError::Slip => lang.cli_receipt_slip().to_owned(),
        })
    })?;
    let mac = mac.trim().parse::<ReceiptMac>();
    let mac = mac.map_err(|_| Fail::Usage(lang.cli_receipt_mac().to_owned()))?;
    let service = context.service().await?;
    Ok(match service.verify_receipt(number, mac).await? {
        Proof::Genuine(receipt) => {
            facts(context, &service, &receipt).await?;
            out::say(lang.cli_receipt_genuine());
            Exit::Good
        }
        Proof::Altered(receipt) => {
            facts(context, &service, &receipt).await?;
            out::warn(lang.cli_receipt_altered());
            Exit::Fault
        }
        Proof::Unknown => {
            out::warn(lang.cli_receipt_forged());
            Exit::Fault
        }
    })
}

async fn facts(context: &Context, service: &Service, receipt: &Receipt) -> Result<(), Fail> {
    let lang = context.lang;
    let tree = service.tree().await?;
    let unit = tree.get(receipt.unit);
    let unit = unit.map_or_else(|| format!("#{}", receipt.unit), |unit| named::line(&tree, unit));
    let received = lang.moment_exact(receipt.received, context.zone());
    out::say(lang.cli_receipt_facts(receipt.number, unit, received, receipt.digest));
    Ok(())
}
