# A menu; the work is in scripts/ and `cargo xtask`.
.PHONY: menu run demo cluster dev check test bench faults faults-long upgrade attack clean

menu:
	@echo "make run     build what is stale and start the server on ./data"
	@echo "make demo    a throw-away server with an organization to look at, and a shop that carries the widget"
	@echo "make cluster a throw-away installation of three nodes behind one address, with all they share"
	@echo "make dev     a server for development, and the web app with live reload"
	@echo "make check   the quick checks of the repository (cargo xtask check)"
	@echo "make test    everything that must pass, as CI runs it"
	@echo "make bench   measures a release build against raw baselines of the same run"
	@echo "make faults  kills, cuts off and starves the server and looks for what was lost"
	@echo "make faults-long  the same at length: 200 kills, 10,000 sockets, 10,000 seeds, 30 minutes of load"
	@echo "make upgrade runs the commit before this one beside this one and back again, and looks for what was lost"
	@echo "make attack  tries every door as everyone who must not come in"
	@echo "make clean   remove what was built, and the test database; ./data stays"

run:
	@scripts/run.sh

demo:
	@scripts/demo.sh

cluster:
	@scripts/cluster.sh

dev:
	@scripts/dev.sh

check:
	@cargo xtask check

test:
	@scripts/test.sh

bench:
	@scripts/bench.sh

faults:
	@scripts/faults.sh

faults-long:
	@scripts/faults.sh --long

upgrade:
	@scripts/upgrade.sh

attack:
	@scripts/attack.sh

clean:
	@scripts/need-postgres.sh remove 2>/dev/null || true
	cargo clean
	rm -rf ui/node_modules ui/*/dist target/ui-built
