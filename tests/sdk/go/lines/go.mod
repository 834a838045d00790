module taskmock.test/lines

go 1.25.0
