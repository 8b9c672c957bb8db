//! Texts of the server without the keys that it may repeat: COPY's errors quote part of the statement.

use pgloader_s3::Keys;
use secrecy::ExposeSecret;

/// As few letters of a secret as are hidden: the server may cut a statement in the middle of one.
const PART: usize = 8;

/// What comes before a secret in a COPY.
const WORDS: [&str; 7] = [
    "access_key_id",
    "secret_access_key",
    "session_token",
    "credentials",
    "aws_secret_access_key=",
    "aws_access_key_id=",
    "token=",
];

/// The text without `keys`, and without whatever follows a word that comes before a secret.
pub(super) fn mask(text: &str, keys: Option<&Keys>) -> String {
    let mut text = text.to_owned();
    if let Some(keys) = keys {
        text = without(&text, &keys.access_key_id);
        text = without(&text, keys.secret_access_key.expose_secret());
        if let Some(token) = &keys.session_token {
            text = without(&text, token.expose_secret());
        }
    }
    WORDS.iter().fold(text, |text, word| without_value_of(&text, word))
}

/// Replaces every stretch of `text` that is also one of `secret`, as the statement spells it.
fn without(text: &str, secret: &str) -> String {
    let spelled = secret.replace('\\', "\\\\").replace('\'', "''");
    let (text, secret) = (text.as_bytes(), spelled.as_bytes());
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        match common(&text[at..], secret) {
            0 => {
                out.push(text[at]);
                at += 1;
            }
            length => {
                out.extend_from_slice(b"***");
                at += length;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// How much of the start of `text` stands somewhere in `secret`; 0 where that is too little to tell.
fn common(text: &[u8], secret: &[u8]) -> usize {
    let least = PART.min(secret.len());
    if least == 0 || text.len() < least {
        return 0;
    }
    let run = |from: &[u8]| from.iter().zip(text).take_while(|(a, b)| a == b).count();
    let longest = (0..=secret.len() - least).map(|start| run(&secret[start..])).max().unwrap_or(0);
    if longest >= least { longest } else { 0 }
}

/// Hides what follows each `word`: a literal, or the rest of one, up to its quote or the end of the line.
fn without_value_of(text: &str, word: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(found) = lower[at..].find(word) {
        let start = at + found + word.len();
        let bare = word.ends_with('=');
        let lead = if bare { 0 } else { lead(&lower[start..]) };
        out += &text[at..start + lead];
        let value = &text[start + lead..];
        let ends = |char: char| matches!(char, '\'' | '\n') || (bare && char == ';');
        let length = value.find(ends).unwrap_or(value.len());
        if (lead > 0 || bare) && length > 0 {
            out += "***";
            at = start + lead + length;
        } else {
            at = start + lead;
        }
    }
    out + &text[at..]
}

/// Blanks, AS and the opening quote in front of a literal; 0 where none stands here.
fn lead(text: &str) -> usize {
    let rest = text.trim_start();
    let rest = rest.strip_prefix("as").map_or(rest, str::trim_start);
    match rest.strip_prefix('\'') {
        Some(value) => text.len() - value.len(),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys {
            access_key_id: "AKIDEXAMPLE1234".into(),
            secret_access_key: "wJalr/XUtnFEMI+K7MDENG".to_owned().into(),
            session_token: Some("FwoGZXIvYXdzEBYaDH".to_owned().into()),
            expires: None,
        }
    }

    #[test]
    fn no_part_of_a_key_is_left() {
        let texts = [
            "COPY t FROM 's3://b/k' ACCESS_KEY_ID 'AKIDEXAMPLE1234' SECRET_ACCESS_KEY 'wJalr/XUtnFEMI+K7MDENG'",
            "query: …FEMI+K7MDENG' SESSION_TOKEN 'FwoGZXIvYXdz",
            "CREDENTIALS 'aws_access_key_id=AKIDEXAMPLE1234;aws_secret_access_key=wJalr/XUtnFEMI+K7MDENG;token=FwoGZ'",
            "secret_access_key as 'wJalr",
            "location: wJalr/XUtnFEMI",
        ];
        for text in texts {
            let shown = mask(text, Some(&keys()));
            for part in ["AKIDEXAM", "wJalr", "FEMI", "K7MDENG", "FwoGZ"] {
                assert!(!shown.contains(part), "{text} is shown as {shown}");
            }
        }
    }

    #[test]
    fn keys_of_others_are_hidden_too() {
        let shown = mask("SECRET_ACCESS_KEY 'of somebody else' REGION 'eu-west-1'", None);
        assert_eq!(shown, "SECRET_ACCESS_KEY '***' REGION 'eu-west-1'");
        assert_eq!(mask("the secret_access_key is wrong", None), "the secret_access_key is wrong");
        assert_eq!(mask("aws_secret_access_key=abc;token=def", None), "aws_secret_access_key=***;token=***");
    }

    #[test]
    fn other_text_stays() {
        let text = "Load into table 'é' failed.  Check 'stl_load_errors' system table for details.";
        assert_eq!(mask(text, Some(&keys())), text);
    }
}
