module x0tta6bl4.test/interop/lines

go 1.26
