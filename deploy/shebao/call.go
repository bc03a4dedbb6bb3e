package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"shebao/ivr/softphone"
	"shebao/shared/config"
)

// call plays a telephone in the terminal. It calls the hotline of the demo that runs in the same data directory.
func (p program) call(ctx context.Context, args []string) error {
	in := p.in
	switch {
	case len(args) == 2 && args[0] == "--script":
		file, err := os.Open(args[1])
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // only read
		in = file
	case len(args) > 0:
		return errUsage
	}
	g := &ground{dataDir: ".shebao"}
	if dir, ok := p.env("SHEBAO_DATA"); ok && dir != "" {
		g.dataDir = dir
	}
	running, err := os.ReadFile(filepath.Join(g.dataDir, "hotline"))
	if err != nil {
		return errors.New("no demo is running here: start it with `shebao demo` first")
	}
	addresses := strings.Fields(string(running))
	secrets, err := g.ownSecrets()
	if err != nil {
		return err
	}
	if len(addresses) != 2 {
		return errors.New("the demo is just starting: try again in a moment")
	}
	settings := config.NewReader(config.Chain(p.env, secrets))
	c := softphoneConfig(settings, addresses[0], addresses[1])
	if err := settings.Err(); err != nil {
		return err
	}
	return softphone.Terminal(ctx, c, in, p.out)
}

// softphoneConfig makes the soft phone sign as the carrier does. The caller's number cannot be dialled.
func softphoneConfig(r *config.Reader, hotline, carrier string) softphone.Config {
	token, _, _ := strings.Cut(string(r.Password("TWILIO_AUTH_TOKENS")), ",")
	return softphone.Config{Hotline: hotline, AccountSID: r.Required("TWILIO_ACCOUNT_SID"), Token: token, From: "+8610000000001", Carrier: carrier}
}
