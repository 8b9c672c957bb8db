//! Server versions as numbers.

/// The number PostgreSQL itself calls `server_version_num`, read from a `server_version`
/// text: `9.6.24` is 90624, `15.18 (Debian 15.18-1)` is 150018, `17beta1` is 170000.
/// None when the text does not begin with a number.
pub fn version_number(server_version: &str) -> Option<u32> {
    let end = server_version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(server_version.len());
    let mut parts = server_version[..end].split('.').map(str::parse::<u32>);
    let major = parts.next()?.ok()?;
    let mut next = || parts.next().and_then(Result::ok).unwrap_or(0);
    let (minor, patch) = (next(), next());
    let tail = if major >= 10 { minor } else { minor.checked_mul(100)?.checked_add(patch)? };
    major.checked_mul(10_000)?.checked_add(tail)
}

/// What answers `SELECT version()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// PostgreSQL, or what calls itself so.
    PostgreSql,
    /// Amazon Redshift, provisioned or serverless.
    Redshift,
}

/// The product behind the text of `SELECT version()`. Redshift's is `PostgreSQL 8.0.2 on …, Redshift 1.0.…`; another
/// 8.0.2 is none.
pub fn product(version: &str) -> Product {
    match version.to_ascii_lowercase().contains("redshift") {
        true => Product::Redshift,
        false => Product::PostgreSql,
    }
}

#[cfg(test)]
mod tests {
    use super::{Product, product, version_number};

    #[test]
    fn redshift_names_itself() {
        let redshift =
            "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2, Redshift 1.0.122914";
        assert_eq!(product(redshift), Product::Redshift);
        assert_eq!(product("PostgreSQL 8.0.2 on x86_64, ParAccel 4.0"), Product::PostgreSql);
        assert_eq!(product("PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64"), Product::PostgreSql);
    }

    #[test]
    fn every_shape_of_version() {
        assert_eq!(version_number("9.6.24"), Some(90_624));
        assert_eq!(version_number("15.18 (Debian 15.18-0+deb12u1)"), Some(150_018));
        assert_eq!(version_number("17beta1"), Some(170_000));
        assert_eq!(version_number("18rc1"), Some(180_000));
        assert_eq!(version_number("10.0"), Some(100_000));
        assert_eq!(version_number("8.0.2"), Some(80_002));
        assert_eq!(version_number("99999999999"), None);
        assert_eq!(version_number("4294967295"), None);
        assert_eq!(version_number("devel"), None);
        assert_eq!(version_number(""), None);
    }
}
