module evmmem

go 1.21
