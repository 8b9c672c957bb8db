//! The authentication exchange.

use bytes::{BufMut, BytesMut};
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{
    ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256,
};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::config::{Binding, Config};
use crate::error::{DbError, Error};
use crate::startup::lost_in_startup;
use crate::tls;
use crate::wire::{Transport, Wire};

/// Answers the server's requests until it is satisfied.
pub(crate) async fn authenticate(
    wire: &mut Wire,
    config: &Config,
    password: Option<&SecretString>,
) -> Result<(), Error> {
    let mut exchange = Exchange { wire, config, password, bound: false };
    loop {
        match exchange.next().await? {
            Message::AuthenticationOk => return exchange.check_binding(),
            Message::AuthenticationCleartextPassword => {
                let password = exchange.password()?.as_bytes();
                exchange.send_password(password).await?;
            }
            Message::AuthenticationMd5Password(body) => {
                let password = exchange.password()?.as_bytes();
                let hash = md5_hash(config.user.as_bytes(), password, body.salt());
                exchange.send_password(hash.as_bytes()).await?;
            }
            Message::AuthenticationSasl(body) => exchange.scram(&body).await?,
            other => return Err(exchange.unsupported(&other)),
        }
    }
}

/// Redshift's request for a digest of the password.
const REDSHIFT_DIGEST: u32 = 13;
/// Redshift's request for a token of an identity provider.
const REDSHIFT_TOKEN: u32 = 14;

/// Algorithm, salt and nonce of a request for a digest.
fn digest_request(body: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (algorithm, rest) = number(body)?;
    let (length, rest) = number(rest)?;
    let (salt, rest) = rest.split_at_checked(length as usize)?;
    let (length, rest) = number(rest)?;
    let (nonce, _) = rest.split_at_checked(length as usize)?;
    Some((algorithm, salt, nonce))
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*first), rest))
}

struct Exchange<'a> {
    wire: &'a mut Wire,
    config: &'a Config,
    password: Option<&'a SecretString>,
    /// SCRAM has been bound to the TLS channel.
    bound: bool,
}

impl<'a> Exchange<'a> {
    /// The next message that is not a notice. A code that no one knows is refused by number.
    async fn next(&mut self) -> Result<Message, Error> {
        loop {
            let first = self.wire.first_bytes(9).await;
            first.map_err(|broken| lost_in_startup(self.config, broken))?;
            match self.wire.authentication_code() {
                Some(REDSHIFT_DIGEST) => {
                    self.redshift_digest().await?;
                    continue;
                }
                Some(REDSHIFT_TOKEN) => return Err(self.unknown_method("a token of an identity provider")),
                Some(code) if code > 12 => return Err(self.unknown_method(&format!("method {code}"))),
                _ => {}
            }
            let message = self.wire.message().await;
            match message.map_err(|broken| lost_in_startup(self.config, broken))? {
                Message::ErrorResponse(body) => {
                    return Err(Error::Database(Box::new(DbError::read(body.fields()))));
                }
                Message::NoticeResponse(_) => {}
                message => return Ok(message),
            }
        }
    }

    async fn send(&mut self, message: BytesMut) -> Result<(), Error> {
        let sent = self.wire.send(&message).await;
        sent.map_err(|error| lost_in_startup(self.config, error.into()))
    }

    async fn send_password(&mut self, password: &[u8]) -> Result<(), Error> {
        let mut message = BytesMut::new();
        frontend::password_message(password, &mut message)
            .map_err(|_| self.error("the password holds a NUL character", None))?;
        self.send(message).await
    }

    /// The answer to a request for a digest, as AWS's own drivers give it: behind the code come the algorithm, the
    /// salt and the server's nonce; the client's nonce is the time in milliseconds.
    async fn redshift_digest(&mut self) -> Result<(), Error> {
        let body = self.wire.raw_body().await.map_err(|broken| lost_in_startup(self.config, broken))?;
        let request = body.get(4..).and_then(digest_request);
        let Some((algorithm, salt, server_nonce)) = request else {
            return Err(self.error("the server's request for a digest cannot be read", None));
        };
        if algorithm != 0 {
            return Err(self.error(
                &format!(
                    "the server asks for a digest by algorithm {algorithm}; only SHA-256 (0) is supported"
                ),
                Some("set the user's password anew, hashed with SHA-256 or MD5"),
            ));
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let client_nonce = now.as_millis().to_string();
        let inner = Sha256::new().chain_update(self.password()?).chain_update(salt).finalize();
        let outer = Sha256::new().chain_update(inner).chain_update(server_nonce).chain_update(&client_nonce);
        let (digest, mut content) = (outer.finalize(), BytesMut::new());
        for part in [&digest[..], client_nonce.as_bytes()] {
            content.put_u32(part.len() as u32);
            content.put_slice(part);
        }
        let mut message = BytesMut::new();
        message.put_u8(b'd');
        message.put_u32(4 + content.len() as u32);
        message.put_slice(&content);
        self.send(message).await
    }

    fn password(&self) -> Result<&'a str, Error> {
        match self.password {
            Some(password) => Ok(password.expose_secret()),
            None => Err(self.no_password()),
        }
    }

    fn no_password(&self) -> Error {
        let file = match &self.config.passfile {
            Some(file) => format!("{} (no line for this server)", file.display()),
            None => "a password file (there is none)".to_owned(),
        };
        let hint = format!(
            "looked in the connection string, the variable PGPASSWORD and {file}; \
             write user:password@ in the connection string or set PGPASSWORD"
        );
        let reason =
            format!("the server asks for the password of user \"{}\", and there is none", self.config.user);
        self.error(&reason, Some(&hint))
    }

    /// SCRAM-SHA-256 of RFC 7677, bound to the TLS channel where the server offers that.
    async fn scram(&mut self, offer: &AuthenticationSaslBody) -> Result<(), Error> {
        let (mechanism, binding) = self.choose(offer)?;
        let mut scram = ScramSha256::new(self.password()?.as_bytes(), binding);
        let mut first = BytesMut::new();
        frontend::sasl_initial_response(mechanism, scram.message(), &mut first)
            .map_err(|error| self.error(&error.to_string(), None))?;
        self.send(first).await?;

        let Message::AuthenticationSaslContinue(challenge) = self.next().await? else {
            return Err(self.error("the server broke off the SCRAM exchange", None));
        };
        let proof = scram.update(challenge.data());
        proof.map_err(|error| self.scram_failed(&error))?;
        let mut second = BytesMut::new();
        frontend::sasl_response(scram.message(), &mut second)
            .map_err(|error| self.error(&error.to_string(), None))?;
        self.send(second).await?;

        let Message::AuthenticationSaslFinal(verdict) = self.next().await? else {
            return Err(self.error("the server broke off the SCRAM exchange", None));
        };
        let verified = scram.finish(verdict.data());
        verified.map_err(|error| self.scram_failed(&error))?;
        self.bound = mechanism == SCRAM_SHA_256_PLUS;
        Ok(())
    }

    /// `channel_binding=require` is kept by nothing but SCRAM that is bound.
    fn check_binding(&self) -> Result<(), Error> {
        match self.config.binding == Binding::Require && !self.bound {
            false => Ok(()),
            true => Err(self.no_binding("the server let the session in without")),
        }
    }

    fn no_binding(&self, reason: &str) -> Error {
        self.error(
            &format!("channel binding is required, but {reason}"),
            Some("it needs TLS and scram-sha-256 in pg_hba.conf; or write channel_binding=prefer"),
        )
    }

    fn choose(&self, offer: &AuthenticationSaslBody) -> Result<(&'static str, ChannelBinding), Error> {
        use fallible_iterator::FallibleIterator;
        let offered: Vec<&str> =
            offer.mechanisms().collect().map_err(|error| self.error(&error.to_string(), None))?;
        let binding = match &self.wire.transport {
            Transport::Tls(stream) if self.config.binding != Binding::Disable => tls::end_point_hash(stream),
            _ => None,
        };
        let plus = offered.contains(&SCRAM_SHA_256_PLUS);
        match binding {
            Some(hash) if plus => Ok((SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(hash))),
            _ if self.config.binding == Binding::Require => {
                Err(self.no_binding("this connection or this server offers none"))
            }
            _ if !offered.contains(&SCRAM_SHA_256) => Err(self.unknown_method(&offered.join(", "))),
            Some(_) => Ok((SCRAM_SHA_256, ChannelBinding::unrequested())),
            None => Ok((SCRAM_SHA_256, ChannelBinding::unsupported())),
        }
    }

    fn scram_failed(&self, error: &std::io::Error) -> Error {
        self.error(
            &format!("the SCRAM exchange failed: {error}"),
            Some("the server may be another one than the password was set on"),
        )
    }

    fn unsupported(&self, request: &Message) -> Error {
        match request {
            Message::AuthenticationGss | Message::AuthenticationGssContinue(_) => {
                self.unknown_method("gss (Kerberos)")
            }
            Message::AuthenticationSspi => self.unknown_method("sspi"),
            Message::AuthenticationKerberosV5 => self.unknown_method("Kerberos 5"),
            Message::AuthenticationScmCredential => self.unknown_method("SCM credentials"),
            _ => self.error("the server sent a message out of turn", None),
        }
    }

    fn unknown_method(&self, method: &str) -> Error {
        self.error(
            &format!("the server asks for {method}, which is not supported"),
            Some("trust, password, md5 and scram-sha-256 are; change the entry in pg_hba.conf"),
        )
    }

    fn error(&self, reason: &str, hint: Option<&str>) -> Error {
        Error::Authentication {
            server: self.config.server(),
            reason: reason.to_owned(),
            hint: hint.map(str::to_owned),
        }
    }
}
