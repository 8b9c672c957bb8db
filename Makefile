.PHONY: demo test lint bench fuzz

# Loads examples/orders.csv into a private PostgreSQL and shows what came of it.
demo:
	@scripts/demo

test:
	@scripts/setup test
	cargo test --workspace --locked

lint:
	@scripts/lint

# FULL=1 adds the file that is 20 times as large (17 GB of disk below target and /var/tmp).
bench:
	@scripts/setup bench
	cargo build --release --locked -p pgloader -p redshift-sandbox
	cargo run --release --locked -p pgloader-bench -- all $(if $(FULL),--full)

# Each fuzz target for a minute, or as long as SECONDS says.
fuzz:
	@scripts/fuzz $(SECONDS)
