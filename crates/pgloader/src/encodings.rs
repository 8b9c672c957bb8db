//! `--list-encodings`: what files may be encoded in.

use std::fmt::Write as _;

/// A table of names and other names, ready to be printed with a line end behind it.
pub fn table(encodings: impl Iterator<Item = (&'static str, &'static [&'static str])>) -> String {
    let mut text = String::new();
    let mut row = |name: &str, aliases: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<30}{aliases}");
    };
    row("Name", "Aliases");
    row(&"-".repeat(8), &"-".repeat(14));
    for (name, aliases) in encodings {
        row(name, &aliases.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_fill_thirty_columns() {
        let all: [(&str, &[&str]); 2] = [("GBK", &["CP936"]), ("UTF-8", &["UTF8", "X"])];
        let expected = "Name                          Aliases\n\
                        --------                      --------------\n\
                        GBK                           CP936\n\
                        UTF-8                         UTF8, X\n";
        assert_eq!(super::table(all.into_iter()), expected);
    }
}
