//! OAuth 1.0a. What is changed in a hint is not found any more in state files that hold the former sentence.

use crate::words::{AuthWords, KeyFlaw, OAuthHint};

pub(in crate::words) fn key_flaw(flaw: &KeyFlaw) -> String {
    match flaw {
        KeyFlaw::NoPem => "must hold a private key in PEM: lines from -----BEGIN PRIVATE KEY----- to its END",
        KeyFlaw::Encrypted => {
            "holds a key with a passphrase, which nobody can type in: take it off with openssl pkey -in FILE -out jira.key"
        }
        KeyFlaw::OpenSsh => {
            "holds a key of OpenSSH, which Jira does not take: leave the file out, and `guajira auth jira` makes a key"
        }
        KeyFlaw::Certificate => "holds a certificate: the private key that belongs to it is needed",
        KeyFlaw::PublicKey => "holds the public key, which is for Jira: the private key is needed here",
        KeyFlaw::NotRsa => "must hold an RSA key: Jira knows no other",
        KeyFlaw::Unreadable => "holds a key that cannot be read: was all of it copied?",
    }
    .to_owned()
}

pub(in crate::words) fn oauth_hint(hint: &OAuthHint) -> String {
    match hint {
        OAuthHint::OtherAddress { theirs, ours } => format!(
            "Jira signs for {theirs}, and guajira for {ours}: set [jira].base_url to the address that Jira knows itself by, \
             or have its administrator set scheme, proxyName and proxyPort of Tomcat's connector"
        ),
        OAuthHint::OtherMethod { theirs, ours } => {
            format!("Jira signs {theirs} where guajira sent {ours}: a proxy in front of Jira changes requests")
        }
        OAuthHint::OtherParameters { names } => format!(
            "Jira signs other values of these parameters than guajira sent: {names}: a proxy in front of Jira changes requests"
        ),
        OAuthHint::OtherKey => "Jira signs the same text, and so with another key: give the application link the public key \
                                that `guajira auth jira --public-key` prints"
            .to_owned(),
        OAuthHint::CheckSignature => "give the application link the public key that `guajira auth jira --public-key` prints, \
                                      and check [jira].base_url"
            .to_owned(),
        OAuthHint::TokenExpired => "the access token has expired: run `guajira auth jira` once more".to_owned(),
        OAuthHint::TokenRejected => "Jira does not know the access token (any more): somebody may have revoked it; run \
                                     `guajira auth jira` once more, and check that [jira.auth].token names the file it writes"
            .to_owned(),
        OAuthHint::ConsumerUnknown => "Jira knows no such consumer: [jira.auth].consumer_key must be the consumer key of the \
                                       application link's incoming authentication"
            .to_owned(),
        OAuthHint::SetClock => "the clocks of this machine and of Jira differ by more than Jira takes, and Jira did not tell \
                                its time: let both use NTP"
            .to_owned(),
        OAuthHint::SentTwice => "Jira was sent the same request twice: a proxy on the way repeats requests".to_owned(),
        OAuthHint::NotAllowed => "the account may not be used by this consumer: approve it with `guajira auth jira`, logged \
                                  in as the bot, and let the application link allow it"
            .to_owned(),
        OAuthHint::OtherProblem => "check the application link in Jira, then run `guajira auth jira` once more".to_owned(),
        OAuthHint::NoToken => "what answered is not Jira's OAuth: check [jira].base_url with its context path, and any single \
                               sign-on in front of Jira"
            .to_owned(),
    }
}

pub(in crate::words) fn auth(said: AuthWords<'_>) -> String {
    match said {
        AuthWords::NotOAuth => "`guajira auth jira` is for [jira.auth].method = \"oauth1\"".to_owned(),
        AuthWords::NotOAuthHint => {
            "with another method nothing has to be approved: `guajira check` tells whether it works".to_owned()
        }
        AuthWords::TokenIsNoFile => "[jira.auth].token names no file that the token could be written to".to_owned(),
        AuthWords::TokenIsNoFileHint => "set token = { file = \"jira.token\" }".to_owned(),
        AuthWords::MadeKey { path } => format!("made a private key: {path}"),
        AuthWords::CannotWrite { path } => format!("cannot write {path}"),
        AuthWords::ForAdministrator { address, consumer } => format!(
            "An administrator of Jira enters this once, in Administration, Applications, Application links:\n\
             \x20 1. Create a link to any address, such as https://guajira.example. Jira may say that it got no answer: go on.\n\
             \x20    Asked for the kind, choose \"Atlassian product\" or \"Generic application\", not \"External application\",\n\
             \x20    which is OAuth 2.0.\n\
             \x20 2. Tick \"Create incoming link\", or open \"Incoming authentication\" of the link afterwards.\n\
             \x20 3. Consumer key: {consumer}\n\
             \x20    Consumer name: guajira\n\
             \x20    Public key: the lines below\n\
             The place: {address}/plugins/servlet/applinks/listApplicationLinks"
        ),
        AuthWords::Approve => {
            "Log in to Jira as the account that guajira is to work as, open this address and choose Allow. \
                               Jira then shows a verification code:"
                .to_owned()
        }
        AuthWords::AskVerifier => "Verification code".to_owned(),
        AuthWords::NoVerifier => "the input ended before the verification code was given".to_owned(),
        AuthWords::NoVerifierHint => {
            "approve the address above, then run `guajira auth jira --verifier CODE` within a few minutes".to_owned()
        }
        AuthWords::NothingBegun { path } => format!("nothing was begun that a code could be for: there is no {path}"),
        AuthWords::NothingBegunHint => "run `guajira auth jira` without --verifier first".to_owned(),
        AuthWords::LoggedIn { account, path } => {
            format!("Jira takes the token as {account}; wrote {path}; next: `guajira check`")
        }
        AuthWords::TokenEnds { date } => format!("the token ends on {date}"),
    }
}
