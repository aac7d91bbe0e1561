// Programs for the cluster's own images: static, on an empty layer.
module x0tta6bl4.test/cluster/images

go 1.26.0
