//! Knows who holds a connection, and who gives way when there are too many: whoever has said nothing for longest.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::config::Web;

/// The places for connections.
#[derive(Debug)]
pub(super) struct Seats {
    places: Arc<Semaphore>,
    /// The most that one address may hold.
    of_one: usize,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// The number of the next connection.
    next: u64,
    /// Those that have said nothing yet, the oldest first.
    silent: BTreeMap<u64, (IpAddr, CancellationToken)>,
    /// How many each address holds.
    held: HashMap<IpAddr, usize>,
}

/// One connection's place; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    number: u64,
    whose: IpAddr,
    /// Cancelled when this connection has to give way.
    pub(super) gives_way: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Seats {
    pub(super) fn new(web: &Web) -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(web.connections)),
            of_one: web.connections_per_address,
            book: Mutex::default(),
        })
    }

    /// Gives a place, as soon as there is one. `None`: this address holds too many already, and all of them talk.
    ///
    /// A proxy speaks for many, so it is not limited.
    pub(super) async fn take(self: &Arc<Self>, from: IpAddr, is_proxy: bool) -> Option<Seat> {
        let whose = household(from);
        if !is_proxy && self.holds(whose) >= self.of_one && !self.oust(|other| other == whose) {
            return None;
        }
        let place = match self.places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                self.oust(|_| true);
                self.places.clone().acquire_owned().await.ok()?
            }
        };
        let gives_way = CancellationToken::new();
        let mut book = self.book();
        let number = book.next;
        book.next += 1;
        book.silent.insert(number, (whose, gives_way.clone()));
        *book.held.entry(whose).or_default() += 1;
        drop(book);
        Some(Seat {
            seats: self.clone(),
            number,
            whose,
            gives_way,
            _place: place,
        })
    }

    /// Ends the connection that has been silent for longest; tells whether there is one.
    fn oust(&self, fits: impl Fn(IpAddr) -> bool) -> bool {
        let mut book = self.book();
        let oldest = book.silent.iter().find(|(_, (whose, _))| fits(*whose));
        let oldest = oldest.map(|(number, _)| *number);
        match oldest.and_then(|number| book.silent.remove(&number)) {
            Some((_, gives_way)) => {
                gives_way.cancel();
                true
            }
            None => false,
        }
    }

    fn holds(&self, whose: IpAddr) -> usize {
        self.book().held.get(&whose).copied().unwrap_or_default()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Notes that the client has said what it wants, so that it need not give way.
    pub(super) fn talks(&self) {
        self.seats.book().silent.remove(&self.number);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut book = self.seats.book();
        book.silent.remove(&self.number);
        if let Some(held) = book.held.get_mut(&self.whose) {
            *held -= 1;
            if *held == 0 {
                book.held.remove(&self.whose);
            }
        }
    }
}

/// Gives whom an address stands for: of IPv6, whoever has one address has its whole network of 64 bits.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(all: usize, of_one: usize) -> Arc<Seats> {
        Arc::new(Seats {
            places: Arc::new(Semaphore::new(all)),
            of_one,
            book: Mutex::default(),
        })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn the_oldest_silent_connection_of_an_address_gives_way_to_its_next() {
        let (seats, one, other) = (seats(9, 2), address("192.0.2.1"), address("192.0.2.2"));
        let elsewhere = seats.take(other, false).await.unwrap();
        let first = seats.take(one, false).await.unwrap();
        let second = seats.take(one, false).await.unwrap();
        let third = seats.take(one, false).await.unwrap();
        let ended = [&elsewhere, &first, &second, &third].map(|seat| seat.gives_way.is_cancelled());
        assert_eq!(ended, [false, true, false, false]);
    }

    #[tokio::test]
    async fn who_talks_never_gives_way_and_a_proxy_is_not_limited() {
        let (seats, one) = (seats(9, 2), address("2001:db8::1"));
        let held = [
            seats.take(one, false).await.unwrap(),
            seats.take(one, false).await.unwrap(),
        ];
        held.iter().for_each(Seat::talks);
        assert!(seats.take(address("2001:db8::2"), false).await.is_none());
        assert!(seats.take(address("2001:db8:0:1::2"), false).await.is_some());
        assert!(seats.take(one, true).await.is_some());
        drop(held);
        assert!(seats.take(one, false).await.is_some());
        assert!(seats.book().held.is_empty());
    }

    #[tokio::test]
    async fn when_all_places_are_taken_the_next_waits_only_until_a_silent_one_has_gone() {
        let seats = seats(2, 9);
        let talks = seats.take(address("192.0.2.1"), false).await.unwrap();
        talks.talks();
        let silent = seats.take(address("192.0.2.2"), false).await.unwrap();
        let way = silent.gives_way.clone();
        tokio::spawn(async move {
            way.cancelled().await;
            drop(silent);
        });
        assert!(seats.take(address("192.0.2.3"), false).await.is_some());
        assert!(!talks.gives_way.is_cancelled());
    }
}
