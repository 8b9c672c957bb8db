//! The simple query protocol.

use crate::error::SqlError;
use crate::lexer::{self, Token};
use crate::session::Session;
use crate::session::execute::Form;
use crate::session::outcome::Interrupted;
use crate::session::transaction::Transaction;
use crate::sql::statement::{Parsed, parse};
use crate::wire::Front;
use crate::wire::body::Body;

impl Session {
    /// A Query message: runs its statements up to the first that fails.
    pub(super) async fn simple(&mut self, front: &mut Front, body: &[u8]) -> Result<(), Interrupted> {
        let text = Body(body).text()?;
        match self.statements_of(front, text).await {
            Err(Interrupted::Sql(error)) => {
                self.fail().await?;
                front.out.error("ERROR", &error);
            }
            other => other?,
        }
        front.out.ready(self.transaction.status());
        Ok(())
    }

    async fn statements_of(&mut self, front: &mut Front, text: &str) -> Result<(), Interrupted> {
        let tokens = self.lexed(text)?;
        let statements: Vec<&[Token]> = lexer::statements(&tokens).collect();
        if statements.is_empty() {
            front.out.bare(b'I');
            return Ok(());
        }
        let several = statements.len() > 1;
        for parsed in parsed(text, &statements)? {
            if several && self.transaction == Transaction::Idle {
                self.begin_implicit().await?;
            }
            let form = Form { several, describe: true, formats: &[], parameters: &[] };
            let tag = self.execute(front, &parsed?, form).await?;
            front.out.complete(&tag);
        }
        if self.transaction == Transaction::Implicit {
            self.commit().await?;
        }
        Ok(())
    }

    /// The tokens of a message, noted as statements.
    pub(super) fn lexed(&self, text: &str) -> Result<Vec<Token>, SqlError> {
        let tokens = lexer::tokens(text, self.keeps_case());
        if self.noted {
            match &tokens {
                Ok(tokens) => lexer::statements(tokens)
                    .for_each(|statement| self.shared.note(lexer::spelt(text, statement))),
                Err(_) => self.shared.note(text),
            }
        }
        tokens
    }
}

/// Parses all statements of a message. A syntax error in any of them comes before anything runs, as in
/// PostgreSQL; other errors when their statement's turn comes.
fn parsed(text: &str, statements: &[&[Token]]) -> Result<Vec<Result<Parsed, SqlError>>, SqlError> {
    statements
        .iter()
        .map(|statement| match parse(text, statement) {
            Err(error) if error.sqlstate == "42601" => Err(error),
            other => Ok(other),
        })
        .collect()
}
