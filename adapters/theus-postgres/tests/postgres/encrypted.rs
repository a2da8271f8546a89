//! Connections that are encrypted.

use theus_core::store::{Store, StoreError, Write};
use theus_postgres::{PostgresStore, Tls};

use super::cluster::{own_cluster, schema};
use super::writes::write;

#[test]
fn a_server_that_proves_its_name_is_spoken_to_encrypted_and_no_other() {
    let Some(cluster) = own_cluster() else { return };
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let place = schema();
    let open =
        |url: &str, pem: &str| PostgresStore::open_encrypted(url, &place, &Tls::trusting(pem.as_bytes()).unwrap());
    let refused = |url: &str, pem: &str| {
        let error = open(url, pem).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. } | StoreError::Io { .. }), "{error}");
        error.to_string()
    };
    let plain = refused(&cluster.url(), &own.cert.pem());
    assert!(plain.contains("TLS"), "{plain}");

    for (name, pem) in [("crt", own.cert.pem()), ("key", own.signing_key.serialize_pem())] {
        // The server refuses a key that others may read.
        let file = format!("cat > server.{name} && chmod 600 server.{name}");
        cluster.run(&format!("COPY (SELECT unnest(string_to_array('{}', E'\\n'))) TO PROGRAM '{file}'", pem.trim()));
    }
    cluster.run("ALTER SYSTEM SET ssl = on");
    cluster.run("SELECT pg_reload_conf()");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let store = loop {
        match open(&cluster.url(), &own.cert.pem()) {
            Ok(store) => break store,
            Err(error) => assert!(std::time::Instant::now() < until, "{error}"),
        }
    };
    write(&store, Write { session: "a".into(), first: Some(vec![]), ..Write::default() }).unwrap();
    assert_eq!(store.load("a").unwrap().unwrap().step, 0);
    let encrypted = "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE s.ssl";
    assert!(cluster.number(encrypted).unwrap() >= 2, "who writes and who reads");

    let untrusted = refused(&cluster.url(), &other.cert.pem());
    assert!(untrusted.contains("certificate"), "{untrusted}");
    let elsewhere = refused(&cluster.url().replace("127.0.0.1", "localhost"), &own.cert.pem());
    assert!(elsewhere.contains("certificate"), "{elsewhere}");
}

#[test]
fn what_is_no_certificate_is_refused() {
    for (pem, why) in [
        ("", "there is no certificate in the PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate cannot be read"),
    ] {
        let error = Tls::trusting(pem.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    // Where the system has any.
    if let Err(error) = Tls::of_the_system() {
        assert!(error.to_string().contains("certificates"), "{error}");
    }
}
