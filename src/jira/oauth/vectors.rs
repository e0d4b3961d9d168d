//! Requests, their base strings and their signatures, computed with other programs: `openssl dgst -sha1 -sign`, and oauthlib and
//! cryptography for Python. The key is for these tests alone.

#![allow(clippy::unwrap_used, clippy::unreadable_literal, reason = "tests")]

use std::time::Duration;

use super::*;

/// PKCS#8, in base64.
pub(super) const KEY: &str = "\
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC0aBh4UJXmCMZJ\n\
/FYV0xyJSTJ+Duv9I1flOu+xhXD7JDc0c4vqb+0ruu86yxnNbIHYqJzHrVhQHCx7\n\
JIk0nNRGh7SRHkWO8RqeB75gHXIA1slCqmDeFXQZN8E/fP2nqRm2iGfqd7426ipq\n\
LFCVKgIaXZmaWh4fT+KAoPZx4/VMbpSN8uSWVa7nSMagjLdzZBOoxt/WGg4B1jYO\n\
H5VnoiOemIZj2h+SuiljHsC4QBkqfBEw8ld71D0WdGCEo0Fl2yUANcXyuwayPm98\n\
SMqV0Wsrv6cxGBDLttTiJSF25d5vvQNm8aOHNGkk8WZY7iPWoPyVlQ8ZDxuL7EUA\n\
jiuILtwrAgMBAAECggEAS8jQwrYDijsUZR8Z4JgrDCbSDa9iBhgzQ6ni5/1o7S8U\n\
+7UwSP7UsEKaXWXVRHy4/RUzqxPQHfL/4okCFDZvW+OFAFMpoDb7WfhhykmESwLv\n\
T9B32cNEXpWT2gI9IhHAqfOaR54eqz3qLGjKPycC9CVusa76qWeq/CLh9AzxTjYP\n\
DsbFnxmfgZtgRTQLOT+xLBOrz2OzzRX+sPRnB5wso2BAu4MgZeIrjnczBehZbx9Q\n\
Ce5jfgiw1cNFA+a+hhlY4yXokXm7n8a4M4gEyaUAhRZjrXL31D77btI308FuzD4e\n\
Dn1DOSd9Nc6JNEXGYJBo+QeypPNEFbTShZpmk/HWyQKBgQDd5ZUdUH5Ql2ngol3d\n\
4UcXJXJz+1UGWhIAoU2YLlryaKYoTEIfdMDCIR9k6e01SmkOsEOqhBSwKktX1OeY\n\
psW+NTvF+KV/B6v29jX+xzTDOnMSwuXxoRLl/HSyePwsWCd5pdAFKZoxbrVP41kb\n\
PduMJo/y+tkh5Eeihb/E2Efb8wKBgQDQIhpUpxJZfQplA3Kl4EnxKn7PkvgRsgGc\n\
T9b6ZGPVtdV3R7PJOe9dqjOtpLx3HMY+AgdshMbFrsOebrC5eMNGXQn8tZ56DYRq\n\
eI9st1y/p1QFYSq2ckZ3AVjVQpKX8TyccagGnEA+cQDGfwoJ6M2bmpLnwCUuaWcQ\n\
uzqZmqCk6QKBgFizq9YaFUR2IpbvkQJfSaHREF2YvLZbTxL9aB1LeoOonbNCOLSG\n\
YX+46enXMUG6SyDaCVKilfqODaxAqYv2LtoIQaqz6MRM9ss0RQVh8I+ST+nSC0V6\n\
FCnnr2agwn2fh7gzNmK57K+SB9y1jys6oQb3a1fAOwg3TwOC39P6eU9NAoGBAMBG\n\
wQxzTABgA7pN9RxImAazu3MH0ySFzfcZywCGvbQwx4PqOa0sWHWvRw6joXhonLus\n\
JC+cegUl7pHusFSnu77FNPTA1CbtVecGeXl167kiW/ycR1lFONO36tkZJ1Q3CEd+\n\
uDtjHfaRbqXxttRwvYGCyzRNzguSVCSg0wIUV1QBAoGAe3Yi4S57uJeLK8IbBwr+\n\
PJUOxBTC+nZwEAgUQA9PTAV1/yHatiVF9hBoTPhh5iHkiSf0oc8cj8K/Gzi+UASG\n\
+2YVgGUaqYsV11HOJpa61KQ4ULML9QUAmeY62H9y3mBKAq6nBaoyTPo94B9/7g7K\n\
BJ1pjEXS5BcUWKdzzUNlzBE=";

struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1763836800, 0).unwrap()
    }

    fn sleep(&self, _: Duration) {}
}

fn key() -> PrivateKey {
    PrivateKey::parse(&Secret::new(format!("-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----"))).unwrap()
}

struct Vector {
    method: Method,
    address: &'static str,
    seconds: i64,
    nonce: &'static str,
    token: Option<&'static str>,
    extra: Option<(&'static str, &'static str)>,
    base: &'static str,
    signature: &'static str,
}

const VECTORS: [Vector; 5] = [
    Vector {
        method: Method::Post,
        address: "/plugins/servlet/oauth/request-token",
        seconds: 1763836800,
        nonce: "n0nce1",
        token: None,
        extra: Some(("oauth_callback", "oob")),
        base: "POST&https%3A%2F%2Fjira.example.com%2Fjira%2Fplugins%2Fservlet%2Foauth%2Frequest-token&oauth_callbac\
            k%3Doob%26oauth_consumer_key%3Dguajira-key%26oauth_nonce%3Dn0nce1%26oauth_signature_method%3DRSA-SHA\
            1%26oauth_timestamp%3D1763836800%26oauth_version%3D1.0",
        signature: "mWXO7Yn5k4VBegIBuatEmAbfivg3i7up+IraqREJQw54zqiw3mVyDOPnuEkSEFjHX8Ico6hCXppWFoEzWemJsLnpxOzhoCKmlww+\
            KBszf8xaqVG+L5Tk29jL1ySOBD7yAcWtCCIEhLhwaDQoP6Yro8Yflw0eU2km2/2ao+3o3cW3y3C4jVXBiwY/K7UQHHnE9rh6R57u\
            x83AYFO8R+TSpFSgklPv5sHBzfRmElod3Ps9mn2hkjDgiUIbHUSbQ8mhfkhyjbBWj79iQZr+LDzQ64Qsb21Cu8JyUzB7Z9L/HXVN\
            8N6hR5q2egT6hVW5ER3elQUuQFC4LX56sZcwikzhOw==",
    },
    Vector {
        method: Method::Post,
        address: "/plugins/servlet/oauth/access-token",
        seconds: 1763836860,
        nonce: "n0nce2",
        token: Some("reqTok"),
        extra: Some(("oauth_verifier", "qTJkPi")),
        base: "POST&https%3A%2F%2Fjira.example.com%2Fjira%2Fplugins%2Fservlet%2Foauth%2Faccess-token&oauth_consumer\
            _key%3Dguajira-key%26oauth_nonce%3Dn0nce2%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D17\
            63836860%26oauth_token%3DreqTok%26oauth_verifier%3DqTJkPi%26oauth_version%3D1.0",
        signature: "VpX7qkIHjLYo8XQ2tj6K11JKLVZjqktipFQN8d2/S2pNMg2FOtlmH0bINRgianO6ENXrKAyPfuvCCXWN+xb/3ZrGIyJjbppM+STa\
            2+HcOTWGg8A9dyV2tN543E1JNMiGuvsHZR18O2I0o1Qv97prmsCjHrM6hCZJ3m8kB08lzLe3vzM5jaRIQIkag7/jmURWHc6gsLSs\
            tcIliGabDyycfahUql9D954u9IQvTgVGE6eIU1ryCgTF96gyfoYSW9GM8ueVj/0A5TRZQom7TqvcfBOkXbVHI9WNelTD4meFCuXZ\
            FSUKNi1FtITidlVSxYXdRXOCdn2fVoPy59KZvd1xqQ==",
    },
    Vector {
        method: Method::Get,
        address: "/rest/api/2/search?jql=project+%3D+%22OPS%22+AND+updated+%3E%3D+%222026%2F11%2F22+10%3A00%22+ORDER+B\
            Y+updated+ASC&maxResults=50&fields=summary%2Cupdated",
        seconds: 1763836920,
        nonce: "n0nce3",
        token: Some("accTok"),
        extra: None,
        base: "GET&https%3A%2F%2Fjira.example.com%2Fjira%2Frest%2Fapi%2F2%2Fsearch&fields%3Dsummary%252Cupdated%26j\
            ql%3Dproject%2520%253D%2520%2522OPS%2522%2520AND%2520updated%2520%253E%253D%2520%25222026%252F11%252\
            F22%252010%253A00%2522%2520ORDER%2520BY%2520updated%2520ASC%26maxResults%3D50%26oauth_consumer_key%3\
            Dguajira-key%26oauth_nonce%3Dn0nce3%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D17638369\
            20%26oauth_token%3DaccTok%26oauth_version%3D1.0",
        signature: "ir8OYEIIsjArr9t3P/1LVO2NY0APN7rNsljbLk/c/Fm+W3PFN7neytYwqALzqTA29GMl33iwHKV3syFqy/oQq2f1ewLOKSUuFcvT\
            6D3jdpqX78zRINOtTp0Mwxjo18a5854elOkCzLi+VPlBekF8fAxKu2qXrek1E5xnVCml+7/drp4qlgEY0n2ISAMWhwso+si2mQ3j\
            Uy1qPZsofwLLQBo0wQejyUPvY+52ETiNi9J2RlNC3biUCoagyBoBCDkL2sb5Cs+5trsszbOZ0PevpYl8Za8aKdkjzxqCJilkK7hS\
            QrEn1VDrHwWWA0kk1UQtxl5XU8ZMLJpF3MXXRkEMkA==",
    },
    Vector {
        method: Method::Post,
        address: "/rest/api/2/issue/OPS-12/comment?expand=properties",
        seconds: 1763836980,
        nonce: "n0nce4",
        token: Some("accTok"),
        extra: None,
        base: "POST&https%3A%2F%2Fjira.example.com%2Fjira%2Frest%2Fapi%2F2%2Fissue%2FOPS-12%2Fcomment&expand%3Dprop\
            erties%26oauth_consumer_key%3Dguajira-key%26oauth_nonce%3Dn0nce4%26oauth_signature_method%3DRSA-SHA1\
            %26oauth_timestamp%3D1763836980%26oauth_token%3DaccTok%26oauth_version%3D1.0",
        signature: "KZwDZMcchaopfcev9xxUxBF80Uik7l2VR5cvBkRXnywY/31jtJFwjkpReg8GFHz0V/oKIzKRnjbIgQ56DlCvY0sjWd+TwORWSwux\
            Qi5jwAfLYHcMW36zEhiKufDHQJ3jslKew3mY/iS+s8mThF3eASGsqanZvBqMDZbolkYYkDnCi/2HPVkmfjNu7kQTjit9JyKTaL59\
            MfEa4Fxe8cv785LVA/aEc9wS5D3R3DYmmVw9YvC+u0JizgDxyDP0rEs+eVz1yfqypJnBprl/ym5iWwiog9GguDFN8EVzKZ2KROaU\
            Ff6KtrXyzS/erEdN2Vnf+/rP3OCwzg1nc15cGv/1TA==",
    },
    Vector {
        method: Method::Get,
        address: "/rest/api/2/user/search?username=%E5%BC%A0+%E4%B8%89%2Ba%26b",
        seconds: 1763837040,
        nonce: "n0nce5",
        token: Some("accTok"),
        extra: None,
        base: "GET&https%3A%2F%2Fjira.example.com%2Fjira%2Frest%2Fapi%2F2%2Fuser%2Fsearch&oauth_consumer_key%3Dguaj\
            ira-key%26oauth_nonce%3Dn0nce5%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1763837040%26\
            oauth_token%3DaccTok%26oauth_version%3D1.0%26username%3D%25E5%25BC%25A0%2520%25E4%25B8%2589%252Ba%25\
            26b",
        signature: "Jwlaxq9zYA+FJTdC9ppzgPIVjTWPreMEnYBjpSzea7a0jmz9TDcNl72xy+tzDg90ZJkfi5y7uXKVJfDPcrwVM/YagypYvn6QgvLl\
            8G8FpijCp4xLzO3XtP1vA6NEWzuleBTn/tUv5wRM8l5gE+kqzB+gdF7Sx53KY7Hh8eIv0HfNNOo0CYFgubDxB6FRJkxJKiB6lfCL\
            6FLvmNLSQWHULF5rFdcNNKNFJo1C3OpXPfKJL615/V2InDnOZZdPsQvQvo3W1OQxquswuPLAAPO+kCfxOBNFEy9puJ/kCUl/gyTe\
            toDozzlznuPrNqiJW2U2JTnGf0/LsMyQSoOu5icVUQ==",
    },
];

#[test]
fn requests_are_signed_as_other_programs_sign_them() {
    for vector in VECTORS {
        let token = vector.token.map(Secret::new);
        let mut signer = Signer::new(&Still, "guajira-key", key(), token);
        signer.extra = vector.extra.map(|(name, value)| (name, value.to_owned()));
        let url = Url::parse(&format!("https://jira.example.com/jira{}", vector.address)).unwrap();
        let header = signer.header(vector.method, &url, vector.nonce.to_owned(), vector.seconds).unwrap();
        assert_eq!(signer.last(), vector.base);
        let named = format!("oauth_signature=\"{}\"", encode(vector.signature));
        assert!(header.expose().starts_with("OAuth oauth_consumer_key=\"guajira-key\", "), "{}", header.expose());
        assert!(header.expose().contains(&named), "{}", header.expose());
    }
}

#[test]
fn no_two_requests_have_the_same_nonce_and_a_refused_time_is_mended() {
    let signer = Signer::new(&Still, "guajira-key", key(), None);
    let url = Url::parse("https://jira.example.com/").unwrap();
    let [one, two] = [(), ()].map(|()| signer.authorization(Method::Get, &url).unwrap().expose().to_owned());
    assert_ne!(one, two);
    assert!(one.contains("oauth_timestamp=\"1763836800\""), "{one}");
    let theirs = Some(Still.now() + TimeDelta::hours(1));
    assert!(signer.learn(theirs));
    assert!(signer.authorization(Method::Get, &url).unwrap().expose().contains("oauth_timestamp=\"1763840400\""));
    assert!(!signer.learn(theirs), "the same time again would be refused again");
}

#[test]
fn a_key_is_read_in_every_form_and_a_wrong_file_is_named() {
    use crate::words::KeyFlaw;
    let pem = key().to_pem().unwrap().expose().to_owned();
    for form in [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\\n"),
        pem.replace('\n', " "),
        format!("\u{feff}{pem}"),
        format!("Bag Attributes\n  friendlyName: x\n{pem}"),
    ] {
        let read = PrivateKey::parse(&Secret::new(form)).unwrap();
        assert_eq!(read.public_pem().unwrap(), key().public_pem().unwrap());
        assert_eq!(read.bits(), 2048);
    }
    let with = |label: &str| PrivateKey::parse(&Secret::new(pem.replace("PRIVATE KEY", label))).unwrap_err();
    assert_eq!(with("ENCRYPTED PRIVATE KEY"), KeyFlaw::Encrypted);
    assert_eq!(with("OPENSSH PRIVATE KEY"), KeyFlaw::OpenSsh);
    assert_eq!(with("CERTIFICATE"), KeyFlaw::Certificate);
    assert_eq!(with("PUBLIC KEY"), KeyFlaw::PublicKey);
    assert_eq!(with("EC PRIVATE KEY"), KeyFlaw::NotRsa);
    assert_eq!(with("RSA PRIVATE KEY"), KeyFlaw::Unreadable);
    assert_eq!(PrivateKey::parse(&Secret::new("secret")).unwrap_err(), KeyFlaw::NoPem);
    assert_eq!(format!("{:?}", key()), "PrivateKey { .. }");
}

#[test]
fn a_new_key_can_be_written_and_read() {
    let made = PrivateKey::generate().unwrap();
    let read = PrivateKey::parse(&made.to_pem().unwrap()).unwrap();
    assert_eq!(read.public_pem().unwrap(), made.public_pem().unwrap());
    assert!(made.public_pem().unwrap().starts_with("-----BEGIN PUBLIC KEY-----\n"));
}
