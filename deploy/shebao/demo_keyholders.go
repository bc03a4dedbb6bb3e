package main

import (
	"context"
	"time"

	"shebao/complaints"
	"shebao/shared/intake"
	"shebao/shared/seal"
)

// demoKeyholders hold the parts of the demo's identity key. Their passphrases are public, as everything in it.
var demoKeyholders = []struct{ account, passphrase string }{
	{"li.min", "demo passphrase one"},
	{"zhao.lei", "demo passphrase two"},
	{"wang.fang", "demo passphrase three"},
}

// dealDemo splits the identity key among the demo's keyholders, once, and leaves it nowhere whole.
func (p program) dealDemo(ctx context.Context, g *ground) error {
	secrets, err := g.secretsOf()
	if err != nil || secrets[identityPrivate] == "" {
		return err
	}
	key, err := seal.ParsePrivateKey(secrets[identityPrivate])
	if err != nil {
		return err
	}
	pool, err := g.pool(ctx, "", "demo")
	if err != nil {
		return err
	}
	defer pool.Close()
	settings := g.deskSettings()
	c := complaints.ReadConfig(settings)
	if err := settings.Err(); err != nil {
		return err
	}
	now := time.Now().UTC()
	var accounts []string
	for _, k := range demoKeyholders {
		if err := complaints.MakeKeyholder(ctx, c, pool, k.account, k.passphrase, now); err != nil {
			return err
		}
		accounts = append(accounts, k.account)
	}
	if err := complaints.DealIdentityKey(ctx, c, pool, key, accounts, now); err != nil {
		return err
	}
	g.lookup = without(g.lookup, identityPrivate)
	return g.keepPublicOnly(key.Public())
}

// demoNamed is the employer whose report is signed, so that an identity can be asked for.
const demoNamed = "杭州西湖电子有限公司"

// demoReporter signed it. Nobody has this number.
func demoReporter() *intake.Reporter {
	return &intake.Reporter{Name: "示例举报人", IDNumber: "070122198908103150", Mobile: "10000009711"}
}
