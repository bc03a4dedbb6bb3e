package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shebao/shared/config"
	"shebao/shared/seal"
)

// secretsFile is where an installation with a database of its own keeps its secrets, in its data directory.
const secretsFile = "secrets.env"

// ownSecrets are made once for a database of our own and kept beside it, readable by its owner only. A configured database gets none:
// there every missing secret is a problem.
func (g *ground) ownSecrets() (config.Lookup, error) {
	file := filepath.Join(g.dataDir, secretsFile)
	values, err := readSecrets(file)
	if errors.Is(err, fs.ErrNotExist) {
		values = map[string]string{}
	} else if err != nil {
		return nil, err
	}
	added, err := addMissingSecrets(values)
	if err != nil {
		return nil, err
	}
	if added {
		if err := writeSecrets(file, values); err != nil {
			return nil, err
		}
	}
	return config.Map(values), nil
}

func addMissingSecrets(values map[string]string) (added bool, err error) {
	random := func(n int) string {
		b := make([]byte, n)
		_, _ = rand.Read(b) // never fails: it crashes the process instead
		return base64.RawURLEncoding.EncodeToString(b)
	}
	for _, name := range []string{"SHEBAO_LEDGER_KEY", "SHEBAO_PIN_PEPPER", "SHEBAO_RECEIPT_KEY", "SHEBAO_TOKEN_SEEDS", "SHEBAO_STATEMENT_SEEDS", "SHEBAO_STATE_KEY", "SHEBAO_AUDIT_SEEDS"} {
		if values[name] == "" {
			values[name], added = random(32), true
		}
	}
	if token := values["TWILIO_AUTH_TOKENS"]; token == "" || strings.ContainsAny(token, "-_") { // the carrier's library sends nothing with a sign in its token
		values["TWILIO_ACCOUNT_SID"] = "AC" + strings.Repeat("0", 32)
		values["TWILIO_AUTH_TOKENS"], added = hex.EncodeToString(seal.NewSalt()), true
	}
	for _, use := range []string{"CONTENT", "IDENTITY"} {
		if values["SHEBAO_DESK_"+use+"_PRIVATE"] != "" || use == "IDENTITY" && values[identityPublic] != "" { // the identity's private half is gone once it was dealt
			continue
		}
		key, err := seal.GenerateKey()
		if err != nil {
			return false, err
		}
		if values["SHEBAO_DESK_"+use+"_PRIVATE"], err = key.Encode(); err != nil {
			return false, err
		}
		values["SHEBAO_DESK_"+use+"_PUBLIC"], added = key.Public().Encode(), true
	}
	if values["SHEBAO_DOCUMENT_KEY"] == "" || values["SHEBAO_DOCUMENT_CERT"] == "" {
		if values["SHEBAO_DOCUMENT_KEY"], values["SHEBAO_DOCUMENT_CERT"], err = ownSeal(time.Now()); err != nil {
			return false, err
		}
		added = true
	}
	return added, nil
}

func readSecrets(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	values := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok && !strings.HasPrefix(name, "#") {
			values[name] = value
		}
	}
	return values, nil
}

func writeSecrets(file string, values map[string]string) error {
	text := "# Made by shebao for its own database. Whoever loses this file loses what was sealed with it.\n" + secretLines(values)
	partial := file + ".partial"
	if err := os.WriteFile(partial, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(partial, file)
}

func secretLines(values map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "%s=%s\n", name, values[name])
	}
	return b.String()
}

// secrets prints a fresh set for an installation with a configured database, such as one in containers. Nothing is kept.
func (p program) secrets(_ context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	values := map[string]string{}
	if _, err := addMissingSecrets(values); err != nil {
		return err
	}
	values["POSTGRES_PASSWORD"] = hex.EncodeToString(seal.NewSalt())
	p.say("# Whoever loses this file loses what was sealed with it; whoever has it reads it. Put in the account at the carrier (TWILIO_…), the public addresses (…_PUBLIC_URL), and the agency's seal\n" +
		"# instead of the self-made one (SHEBAO_DOCUMENT_…). SHEBAO_DESK_IDENTITY_PRIVATE goes to no process: deal it with `identity-key split`, then delete it here.\n" + strings.TrimSuffix(secretLines(values), "\n"))
	return nil
}
