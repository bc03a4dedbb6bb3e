package main

import (
	"shebao/complaints"
	"shebao/shared/publication"
)

// demoEditions show every stage: figures and a list that are public, a list whose employers may object and of whom one has, and a draft that waits for its second person.
var demoEditions = []complaints.PlayedEdition{
	{Subject: publication.Collection, Region: "33", Author: "zhao.lei", Approver: "wang.fang", Ago: 16},
	{Subject: publication.Arrears, Region: "33", Author: "zhao.lei", Approver: "wang.fang", Ago: 14, Minimum: 10_000_00},
	{Subject: publication.Arrears, Region: "3304", Author: "zhao.lei", Approver: "wang.fang", Ago: 2, Minimum: 1_000_00, Objects: "八月和九月的费款已于上周汇出，请核对银行到账；附回单可当面提交。"},
	{Subject: publication.Audit, Region: "33", Author: "zhao.lei", Ago: 1},
}
