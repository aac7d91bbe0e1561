module spire-configuration

go 1.25
