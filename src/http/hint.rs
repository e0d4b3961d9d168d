//! How to mend that a service could not be reached.

/// Returns it, by what was said about the connection of this section of the configuration.
pub fn connect_hint(section: &str, words: &str) -> String {
    if words.contains("certificate") {
        return format!("set [{section}].ca_file to your company's CA certificates, if they signed the server's");
    }
    format!("check [{section}].base_url, the network and the proxy settings")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_has_a_setting_of_its_own() {
        for words in [
            "cannot connect: invalid peer certificate: UnknownIssuer",
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        ] {
            assert!(connect_hint("jira", words).contains("[jira].ca_file"), "{words}");
        }
        assert!(connect_hint("guance", "cannot connect: Connection refused").contains("[guance].base_url"));
    }
}
