//! Knows how a closed round is sealed: one hash over its receipts in order of number.

use serde::{Deserialize, Serialize};

use super::digest::{Canon, Digest};
use super::ids::RoundId;
use super::receipt::{Number, Receipt};

/// What is kept and printed when a round closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Which round.
    pub round: RoundId,
    /// How many receipts it covers.
    pub count: u64,
    /// The hash over them.
    pub hash: Digest,
}

/// A receipt came after one of the same or a higher number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("receipt {0} is out of order")]
pub struct OutOfOrder(pub Number);

/// A seal being made, receipt by receipt, so that a round of any size needs no more memory.
#[derive(Debug, Clone)]
pub struct Sealing {
    round: RoundId,
    count: u64,
    last: Option<Number>,
    canon: Canon,
}

impl Sealing {
    /// Begins the seal of a round.
    pub fn new(round: RoundId) -> Self {
        let mut canon = Canon::new("allclear seal 1");
        canon.number(round.0);
        Self {
            round,
            count: 0,
            last: None,
            canon,
        }
    }

    /// Adds the receipt of the next higher number.
    pub fn add(&mut self, receipt: &Receipt) -> Result<(), OutOfOrder> {
        if self.last.is_some_and(|last| last >= receipt.number) {
            return Err(OutOfOrder(receipt.number));
        }
        self.last = Some(receipt.number);
        self.count += 1;
        let Receipt {
            number,
            unit,
            received,
            digest,
            ..
        } = receipt;
        self.canon
            .number(number.0.0)
            .number(unit.0)
            .time(*received)
            .bytes(&digest.0);
        Ok(())
    }

    /// Ends it.
    pub fn finish(self) -> Seal {
        Seal {
            round: self.round,
            count: self.count,
            hash: self.canon.finish(),
        }
    }
}

/// Seals a round over its receipts, which come in order of number.
pub fn seal<'a>(round: RoundId, receipts: impl IntoIterator<Item = &'a Receipt>) -> Result<Seal, OutOfOrder> {
    let mut sealing = Sealing::new(round);
    for receipt in receipts {
        sealing.add(receipt)?;
    }
    Ok(sealing.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CheckInId, UnitId};
    use crate::domain::receipt::ReceiptKey;
    use crate::domain::time::from_millis;

    fn receipts(n: i64) -> Vec<Receipt> {
        let key = ReceiptKey::new(&[1; 32]);
        let at = from_millis(1_790_000_000_000).unwrap();
        (1..=n)
            .map(|i| Receipt::issue(&key, CheckInId(i), UnitId(i), at, Digest([i as u8; 32])))
            .collect()
    }

    #[test]
    fn the_same_receipts_give_the_same_seal() {
        assert_eq!(seal(RoundId(1), &receipts(3)), seal(RoundId(1), &receipts(3)));
        assert_eq!(seal(RoundId(1), &receipts(3)).unwrap().count, 3);
    }

    #[test]
    fn a_receipt_removed_added_or_altered_breaks_the_seal() {
        let whole = seal(RoundId(1), &receipts(3)).unwrap().hash;
        let mut altered = receipts(3);
        altered[1].digest = Digest([0; 32]);
        assert_ne!(seal(RoundId(1), &receipts(2)).unwrap().hash, whole);
        assert_ne!(seal(RoundId(1), &receipts(4)).unwrap().hash, whole);
        assert_ne!(seal(RoundId(1), &altered).unwrap().hash, whole);
        assert_ne!(seal(RoundId(2), &receipts(3)).unwrap().hash, whole);
    }

    #[test]
    fn receipts_out_of_order_or_twice_are_refused() {
        let rs = receipts(2);
        assert_eq!(seal(RoundId(1), [&rs[1], &rs[0]]), Err(OutOfOrder(rs[0].number)));
        assert_eq!(seal(RoundId(1), [&rs[0], &rs[0]]), Err(OutOfOrder(rs[0].number)));
    }

    #[test]
    fn an_empty_round_has_a_seal_too() {
        assert_eq!(seal(RoundId(1), []).unwrap().count, 0);
    }
}
