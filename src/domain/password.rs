//! Knows which passwords will do, by profile: length and what is guessed first, or classes, age and history.

use chrono::TimeDelta;

use super::time::Timestamp;

/// Which rules a new password is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Length and a list of what is guessed first (OWASP ASVS 5.0): 10 characters, no classes, no age.
    #[default]
    Asvs,
    /// GB/T 22239: 8 characters of three classes, for 90 days, none of the last five; and nothing that is guessed first.
    Gbt22239,
}

/// Why a new password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer characters than this.
    #[error("a password has at least {0} characters")]
    Short(usize),
    /// More bytes than this.
    #[error("a password has at most {0} bytes")]
    Long(usize),
    /// One that is tried first by everybody, or the login itself.
    #[error("this password is tried first by everybody who guesses")]
    Common,
    /// Fewer kinds of characters than this: capitals, small letters, digits, others.
    #[error("a password has characters of at least {0} kinds")]
    Plain(usize),
    /// One of the last so many.
    #[error("this password is one of the last {0}")]
    Former(usize),
}

/// The most bytes of a password.
pub const LONGEST: usize = 500;

/// What a password must not be made of alone, whatever digits and signs are put around it.
const WORDS: &[&str] = &[
    "password",
    "passwort",
    "passwd",
    "pass",
    "administrator",
    "admin",
    "root",
    "user",
    "guest",
    "test",
    "login",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "trustno",
    "master",
    "shadow",
    "secret",
    "abc",
    "abcabc",
    "abcd",
    "qwerty",
    "qwertyuiop",
    "qwer",
    "qwerqwer",
    "asdf",
    "asdfgh",
    "asdfghjkl",
    "zxcvbn",
    "zxcvbnm",
    "qazwsx",
    "qazwsxedc",
    "qwaszx",
    "china",
    "zhongguo",
    "beijing",
    "allclear",
    "zhiban",
    "duty",
    "dutyoffice",
    "yingji",
    "anquan",
    "mima",
    "changeme",
    "default",
    "system",
    "server",
    "computer",
    "internet",
    "hello",
    "helloworld",
    "nihao",
    "aini",
    "a",
    "aa",
    "q",
    "qq",
    "wo",
    "x",
    "z",
    "密码",
    "值班",
    "管理员",
    "中国",
    "平安",
];

/// Rows of keys and digits: a password that only walks along one is guessed first.
const WALKS: [&str; 8] = [
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
];

impl Profile {
    /// Gives the fewest characters.
    pub fn shortest(self) -> usize {
        match self {
            Self::Asvs => 10,
            Self::Gbt22239 => 8,
        }
    }

    /// Gives of how many of the four kinds of characters a password has some.
    pub fn kinds(self) -> usize {
        match self {
            Self::Asvs => 1,
            Self::Gbt22239 => 3,
        }
    }

    /// Gives how many of the last passwords must not come again.
    pub fn kept(self) -> usize {
        match self {
            Self::Asvs => 0,
            Self::Gbt22239 => 5,
        }
    }

    /// Checks a password that is to be set; whether it is a former one, only hashes can tell.
    ///
    /// # Errors
    /// When it will not do.
    pub fn check(self, login: &str, password: &str) -> Result<(), PasswordFault> {
        if password.len() > LONGEST {
            return Err(PasswordFault::Long(LONGEST));
        }
        if password.chars().count() < self.shortest() {
            return Err(PasswordFault::Short(self.shortest()));
        }
        if is_guessed(&password.to_lowercase(), &login.to_lowercase()) {
            return Err(PasswordFault::Common);
        }
        if kinds(password) < self.kinds() {
            return Err(PasswordFault::Plain(self.kinds()));
        }
        Ok(())
    }

    /// Tells whether a password that was set at an instant has to be changed.
    pub fn is_over(self, set: Option<Timestamp>, now: Timestamp) -> bool {
        match self {
            Self::Asvs => false,
            Self::Gbt22239 => set.is_none_or(|set| now - set >= TimeDelta::days(90)),
        }
    }
}

fn kinds(password: &str) -> usize {
    let has = |kind: fn(char) -> bool| usize::from(password.chars().any(kind));
    has(char::is_uppercase)
        + has(char::is_lowercase)
        + has(|c| c.is_numeric())
        // Han have no capitals; they are a kind of their own.
        + has(|c| !c.is_uppercase() && !c.is_lowercase() && !c.is_numeric())
}

/// Tells whether a password, in small letters, is among those that are tried first.
fn is_guessed(password: &str, login: &str) -> bool {
    let mut seen: Vec<char> = password.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    let core = |text: &str| text.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let plain: String = core(password).chars().map(unleet).collect();
    let words = [core(password), core(&plain)];
    let is_word = |word: &String| WORDS.contains(&word.as_str()) || *word == core(login) && !word.is_empty();
    let no_letters = !password.chars().any(char::is_alphabetic);
    let walked: String = password.chars().filter(|c| c.is_alphanumeric()).collect();
    password == login
        || seen.len() < 5
        || words.iter().any(is_word)
        || WALKS.iter().any(|walk| walk.contains(&walked))
        || (no_letters && password.chars().count() < 16)
}

/// Reads a digit or sign that stands for a letter as that letter.
fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;

    #[test]
    fn what_everybody_guesses_first_is_refused() {
        for common in [
            "Password123",
            "p@ssw0rd123!",
            "aaaaaaaaaaaa",
            "abababababab",
            "0123456789",
            "1q2w3e4r5t",
            "qwertyuiop",
            "Admin12345!",
            "2026112516",
            "13800138000",
            "Duty-Office-1",
            "zhiban2026!!",
            "1qaz2wsx3edc",
        ] {
            let fault = Profile::Asvs.check("duty-office-1", common);
            assert_eq!(fault, Err(PasswordFault::Common), "{common}");
        }
        assert_eq!(
            Profile::Asvs.check("duty", "short"),
            Err(PasswordFault::Short(10))
        );
        assert_eq!(
            Profile::Asvs.check("duty", &"xy".repeat(251)),
            Err(PasswordFault::Long(500))
        );
        for good in [
            "四面环水的村子里值夜班",
            "correct horse battery",
            "防汛值班-0793-夜",
        ] {
            assert_eq!(Profile::Asvs.check("duty", good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_other_profile_wants_three_kinds_of_eight_characters() {
        let check = |password| Profile::Gbt22239.check("duty", password);
        assert_eq!(check("Tk7!xq"), Err(PasswordFault::Short(8)));
        assert_eq!(check("tkvrxqmw"), Err(PasswordFault::Plain(3)));
        assert_eq!(check("tkvrxqm7"), Err(PasswordFault::Plain(3)));
        for good in ["Tkvrxqm7", "tkvrx!m7", "TKVRX!M7", "汛期tk2026", "Tk7!xq9w"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_password_is_over_after_ninety_days_in_that_profile_only() {
        let set = from_millis(1_790_000_000_000).unwrap();
        let after = |days| set + TimeDelta::days(days);
        assert!(!Profile::Gbt22239.is_over(Some(set), after(90) - TimeDelta::milliseconds(1)));
        assert!(Profile::Gbt22239.is_over(Some(set), after(90)));
        assert!(Profile::Gbt22239.is_over(None, set));
        assert!(!Profile::Asvs.is_over(Some(set), after(9000)));
    }
}
