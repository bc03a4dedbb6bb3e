package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"shebao/ivr"
	"shebao/shared/config"
	"shebao/shared/fault"
)

// twilio checks and sets up the hotline's account at the telephone carrier. Where no account is configured and a demo runs in the data directory, it is the demo's, which
// the soft phone plays.
func (p program) twilio(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "fallback":
		_, _ = p.out.Write(append(ivr.Fallback(), '\n')) // a terminal that is gone is nobody's loss
		return nil
	case len(args) == 1 && args[0] == "check", len(args) == 2 && args[0] == "check" && args[1] == "--json":
		return p.checkCarrier(ctx, len(args) == 2)
	case len(args) == 1 && args[0] == "provision", len(args) == 2 && args[0] == "provision" && args[1] == "--dry-run":
		return p.provisionCarrier(ctx, len(args) == 2)
	}
	return errUsage
}

func (p program) carrier() (*ivr.Carrier, error) {
	settings := config.NewReader(p.carrierSettings())
	c := ivr.ReadCarrier(settings)
	if err := settings.Err(); err != nil {
		return nil, err
	}
	return ivr.NewCarrier(c)
}

// carrierSettings are the environment's, and without an account in it those of a demo that runs here.
func (p program) carrierSettings() config.Lookup {
	if sid, ok := p.env("TWILIO_ACCOUNT_SID"); ok && sid != "" {
		return p.env
	}
	g := &ground{dataDir: ".shebao"}
	if dir, ok := p.env("SHEBAO_DATA"); ok && dir != "" {
		g.dataDir = dir
	}
	running, err := os.ReadFile(filepath.Join(g.dataDir, "hotline"))
	addresses := strings.Fields(string(running))
	if err != nil || len(addresses) != 2 {
		return p.env
	}
	secrets, err := g.ownSecrets()
	if err != nil {
		return p.env
	}
	p.sayError("no account is configured: the demo's, which the soft phone plays, is taken")
	return config.Chain(p.env, secrets, config.Map(demoTelephones), config.Map(map[string]string{"IVR_PUBLIC_URL": addresses[0], "TWILIO_API_URL": addresses[1]}))
}

// checkCarrier exits with 0 when calls work, warnings or not, and with 3 when they do not.
func (p program) checkCarrier(ctx context.Context, asJSON bool) error {
	carrier, err := p.carrier()
	if err != nil {
		return err
	}
	findings := carrier.Check(ctx)
	wrong := 0
	for _, f := range findings {
		if f.State == ivr.Wrong {
			wrong++
		}
		if asJSON {
			b, err := json.Marshal(map[string]string{"about": f.About, "state": string(f.State), "text": f.Text})
			if err != nil {
				return err
			}
			p.say(string(b))
			continue
		}
		p.say(fmt.Sprintf("%-8s %-12s %s", f.State, f.About, f.Text))
	}
	if wrong > 0 {
		return exitCode(3)
	}
	return nil
}

func (p program) provisionCarrier(ctx context.Context, dry bool) error {
	carrier, err := p.carrier()
	if err != nil {
		return err
	}
	changes, err := carrier.Provision(ctx, dry)
	switch {
	case fault.Is(err, fault.NotFound):
		return fmt.Errorf("the account has no number TWILIO_NUMBER, or no trunk TWILIO_BYOC_TRUNK; shebao twilio check tells which")
	case err != nil:
		return fmt.Errorf("%w; shebao twilio check tells more", err)
	case len(changes) == 0:
		p.say("everything is set already; nothing was changed")
	}
	done := "is now"
	if dry {
		done = "would be"
	}
	for _, change := range changes {
		p.say(fmt.Sprintf("when %s: was %s, %s %s", change.What, change.From, done, change.To))
	}
	return nil
}
