//! What connection strings, service files and variables may say: the parameters of libpq
//! (PostgreSQL documentation, "Parameter Key Words" and "Environment Variables").

/// A parameter by its libpq name.
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    /// The variable that gives its value where nothing else does.
    pub(crate) variable: Option<&'static str>,
}

const fn keyword(name: &'static str, variable: &'static str) -> Keyword {
    Keyword { name, variable: Some(variable) }
}

const fn written_only(name: &'static str) -> Keyword {
    Keyword { name, variable: None }
}

/// All that are known.
pub(crate) const KEYWORDS: &[Keyword] = &[
    keyword("application_name", "PGAPPNAME"),
    keyword("channel_binding", "PGCHANNELBINDING"),
    written_only("client_encoding"),
    keyword("connect_timeout", "PGCONNECT_TIMEOUT"),
    keyword("dbname", "PGDATABASE"),
    written_only("fallback_application_name"),
    keyword("gssencmode", "PGGSSENCMODE"),
    keyword("host", "PGHOST"),
    keyword("hostaddr", "PGHOSTADDR"),
    written_only("keepalives"),
    written_only("keepalives_count"),
    written_only("keepalives_idle"),
    written_only("keepalives_interval"),
    keyword("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    keyword("options", "PGOPTIONS"),
    keyword("passfile", "PGPASSFILE"),
    keyword("password", "PGPASSWORD"),
    keyword("port", "PGPORT"),
    keyword("require_auth", "PGREQUIREAUTH"),
    keyword("requirepeer", "PGREQUIREPEER"),
    written_only("search_path"),
    keyword("service", "PGSERVICE"),
    keyword("sslcert", "PGSSLCERT"),
    keyword("sslcertmode", "PGSSLCERTMODE"),
    keyword("sslcrl", "PGSSLCRL"),
    keyword("sslcrldir", "PGSSLCRLDIR"),
    keyword("sslkey", "PGSSLKEY"),
    keyword("sslmode", "PGSSLMODE"),
    written_only("sslpassword"),
    keyword("sslrootcert", "PGSSLROOTCERT"),
    keyword("sslsni", "PGSSLSNI"),
    keyword("target_session_attrs", "PGTARGETSESSIONATTRS"),
    written_only("tcp_user_timeout"),
    keyword("user", "PGUSER"),
];

/// The parameter of this name, in any case of letters.
pub(crate) fn known(name: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_names_every_parameter_and_variable() {
        let guide = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/connections.md");
        let guide = std::fs::read_to_string(guide).unwrap();
        let others = ["PGSERVICEFILE", "PGSYSCONFDIR", "tablename"].into_iter();
        let names = KEYWORDS.iter().flat_map(|keyword| [Some(keyword.name), keyword.variable]).flatten();
        let missing: Vec<_> =
            names.chain(others).filter(|name| !guide.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "docs/connections.md does not mention {missing:?}");
    }
}
