// Not published yet; the repository is named in Cargo.toml, and here and in story/go.mod.
module github.com/taskmock/taskmock/packages/go

go 1.25.0

require github.com/tetratelabs/wazero v1.12.0

require golang.org/x/sys v0.44.0 // indirect
