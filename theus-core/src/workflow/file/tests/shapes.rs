#[test]
fn scratch() {
    let texts = std::fs::read_to_string("/tmp/wg/scratch.txt").unwrap();
    for text in texts.split("\n=====\n") {
        println!("-----\n{text}\n");
        match super::load(text) {
            Err(error) => println!("{error}\n"),
            Ok(it) => {
                println!(
                    "LOADS {:?} initial {}",
                    it.states().iter().map(|s| (&s.name, &s.kind)).collect::<Vec<_>>(),
                    it.state(it.initial()).unwrap().name
                );
                for w in it.warnings() {
                    println!("{w}\n");
                }
            }
        }
    }
}
